package endpoints

import (
	"path"
	"strings"
)

// netrcLogin is what ~/.netrc holds for one host.
type netrcLogin struct{ user, password, file string }

// netrcFor looks where requests looks: $NETRC, else ~/.netrc, else ~/_netrc. A
// file that Python cannot parse counts for it as none.
func (e Env) netrcFor(host string) *netrcLogin {
	files := []string{e.Task["NETRC"]}
	if _, set := e.Task["NETRC"]; !set {
		home := e.Task["HOME"]
		files = []string{path.Join(home, ".netrc"), path.Join(home, "_netrc")}
	}
	for _, file := range files {
		if text, ok := e.readFile(file); ok {
			if found := parseNetrc(text, host); found != nil {
				found.file = file
				return found
			}
			return nil
		}
	}
	return nil
}

// parseNetrc finds the entry of a host, or the default one. It follows Python's
// netrc module; macros are skipped.
func parseNetrc(text, host string) *netrcLogin {
	lex := netrcLexer{rest: text}
	entries := map[string]netrcLogin{}
	word := lex.next()
	for word != "" {
		name := "default"
		switch {
		case strings.HasPrefix(word, "#"):
			if word == "#" { // so Python: "#word" is a comment of one word
				lex.skipLine()
			}
			word = lex.next()
			continue
		case word == "macdef":
			_, lex.rest, _ = strings.Cut(lex.rest, "\n\n")
			word = lex.next()
			continue
		case word == "machine":
			name = lex.next()
		case word != "default":
			return nil
		}
		var entry netrcLogin
		var ok bool
		if entry, word, ok = lex.entry(); !ok || name == "" {
			return nil
		}
		entries[name] = entry
	}
	found, ok := entries[host]
	if !ok {
		found, ok = entries["default"]
	}
	if !ok || found.user == "" && found.password == "" {
		return nil
	}
	return &found
}

// netrcLexer splits a netrc file into words.
type netrcLexer struct {
	rest    string
	newLine bool // a line ended behind the last word
}

// entry reads what follows the name of a machine, up to the next word that
// begins something else.
func (x *netrcLexer) entry() (e netrcLogin, next string, ok bool) {
	for {
		switch word := x.next(); {
		case strings.HasPrefix(word, "#"):
			x.skipLine()
		case word == "", word == "machine", word == "default", word == "macdef":
			return e, word, true
		case word == "login", word == "user":
			e.user = x.next()
		case word == "account":
			x.next()
		case word == "password":
			e.password = x.next()
		default:
			return e, "", false
		}
	}
}

// skipLine drops the rest of the line, unless it ended with the last word.
func (x *netrcLexer) skipLine() {
	if !x.newLine {
		_, x.rest, _ = strings.Cut(x.rest, "\n")
	}
}

// next is the next word, without its quotes and escapes; "" at the end.
func (x *netrcLexer) next() string {
	x.rest = strings.TrimLeft(x.rest, "\n\t\r ")
	x.newLine = false
	quoted := strings.HasPrefix(x.rest, `"`)
	var word strings.Builder
	i := 0
	if quoted {
		i = 1
	}
	for ; i < len(x.rest); i++ {
		c := x.rest[i]
		switch {
		case c == '\\' && i+1 < len(x.rest):
			i++
			c = x.rest[i]
		case quoted && c == '"', !quoted && strings.IndexByte("\n\t\r ", c) >= 0:
			x.newLine = c == '\n'
			x.rest = x.rest[i+1:]
			return word.String()
		}
		word.WriteByte(c)
	}
	x.rest = ""
	return word.String()
}

// credentialsFile is where MLflow's client looks for a user and a password that
// the environment does not give.
const credentialsFile = ".mlflow/credentials"

// parseCredentials reads the section mlflow of an INI file as Python's
// configparser does. broken says that MLflow's client stops there with an error:
// a single % is one, because configparser takes it for a reference.
func parseCredentials(text string) (user, password string, broken bool) {
	values := map[string]string{}
	section := ""
	for line := range strings.Lines(text) {
		plain := strings.TrimSpace(line)
		switch {
		case plain == "", plain[0] == '#', plain[0] == ';':
		case plain[0] == '[' && strings.Contains(plain, "]"):
			section = plain[1:strings.IndexByte(plain, ']')]
		case section == "":
			return "", "", true
		default:
			if i := strings.IndexAny(plain, "=:"); i > 0 && section == "mlflow" {
				values[strings.ToLower(strings.TrimSpace(plain[:i]))] = strings.TrimSpace(plain[i+1:])
			}
		}
	}
	user, userOK := unescapePercent(values["mlflow_tracking_username"])
	password, passwordOK := unescapePercent(values["mlflow_tracking_password"])
	return user, password, !userOK || !passwordOK
}

func unescapePercent(s string) (plain string, ok bool) {
	plain = strings.ReplaceAll(s, "%%", "")
	ok = !strings.Contains(plain, "%")
	return strings.ReplaceAll(s, "%%", "%"), ok
}
