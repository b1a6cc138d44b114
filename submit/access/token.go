package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/secret"
	"github.com/flts-run/flts-run/submit"
)

const (
	stdin        = "-"
	mostText     = 64 << 10 // of a file with a credential
	commandLimit = 30 * time.Second
)

// readText is the trimmed text of a file that somebody named, or of stdin.
func (s Surroundings) readText(name, origin string) (string, error) {
	if name == stdin {
		if s.Stdin == nil {
			return "", &submit.Error{Kind: submit.Invalid, Message: origin + " -: there is no stdin"}
		}
		text, err := io.ReadAll(io.LimitReader(s.Stdin, mostText))
		if err != nil {
			return "", &submit.Error{Kind: submit.Invalid, Message: origin + " -: stdin cannot be read", Err: err}
		}
		return strings.TrimSpace(string(text)), nil
	}
	text, err := s.readFile(name)
	what := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		what = "there is no file %s"
	case errors.Is(err, fs.ErrPermission):
		what = "%s may not be read"
	case err != nil:
		what = "%s cannot be read"
	case len(text) > mostText:
		what = "%s is too long for this"
	case len(bytes.TrimSpace(text)) == 0:
		what = "%s is empty"
	default:
		return strings.TrimSpace(string(text)), nil
	}
	return "", &submit.Error{Kind: submit.Invalid, Message: origin + ": " + fmt.Sprintf(what, name), Advice: "ls -l " + hint.ShellWord(name), Err: err}
}

// fromFile is a credential that stands in a file. The file is read for each
// request: the kubelet, or a person, may have renewed it. Of stdin there is no
// second reading.
func (s Surroundings) fromFile(name, origin, noun string, read func(text, origin string) (header, value string, err error)) (credential, error) {
	now := func() (string, string, error) {
		text, err := s.readText(name, origin)
		if err != nil {
			return "", "", err
		}
		return read(text, origin)
	}
	header, value, err := now()
	if err != nil {
		return credential{}, err
	}
	c := fixed(noun, origin+" "+name, header, value)
	if name != stdin {
		c.value = func(context.Context, http.Header) (secret.String, error) {
			_, value, err := now()
			return secret.New(value), err
		}
	}
	return c, nil
}

func (s Surroundings) tokenFile(name, origin string) (credential, error) {
	return s.fromFile(name, origin, "token", func(text, origin string) (string, string, error) {
		value, err := bearerValue(text, origin)
		return authorization, value, err
	})
}

func (s Surroundings) cookieFile(name, origin string) (credential, error) {
	return s.fromFile(name, origin, "cookie", func(text, origin string) (string, string, error) {
		value, err := cookieValue(text, origin)
		return "Cookie", value, err
	})
}

func (s Surroundings) headerFile(name, origin string) (credential, error) {
	return s.fromFile(name, origin, "header", headerPair)
}

// tokenCommand gives the tokens that a command prints, such as
// "gcloud auth print-access-token". It is not run before a token is wanted.
func (s Surroundings) tokenCommand(command, origin string) (credential, error) {
	words, err := splitWords(command)
	if err == nil && len(words) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return credential{}, &submit.Error{
			Kind: submit.Invalid, Message: origin + ": " + err.Error(),
			Advice: "it is run without a shell; for one write: " + origin + ` "sh -c '…'"`,
		}
	}
	return bearer(origin, &printer{words: words, environ: s.Environ, origin: origin}), nil
}

// printer runs the command once, and again when a fresh token is wanted.
type printer struct {
	words   []string
	environ []string
	origin  string

	mu   sync.Mutex
	last secret.String
}

// Token is what the command prints. Neither that nor its complaints are ever
// quoted: both may hold a secret.
func (c *printer) Token(ctx context.Context, fresh bool) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !fresh && !c.last.IsEmpty() {
		return c.last.Reveal(), nil
	}
	limited, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := exec.CommandContext(limited, c.words[0], c.words[1:]...)
	cmd.Env, cmd.WaitDelay = c.environ, time.Second
	out, err := cmd.Output()
	text := strings.TrimSpace(string(out))
	if err == nil && text != "" {
		c.last = secret.New(text)
		return text, nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return "", c.failure(limited, err)
}

func (c *printer) failure(limited context.Context, err error) error {
	program := filepath.Base(c.words[0])
	e := &submit.Error{Kind: submit.Refused, Err: err, Advice: "run the command by hand, and log in where it asks for that"}
	exited, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Message, e.Advice = submit.Invalid, fmt.Sprintf("%s: there is no program %s", c.origin, program), "command -v "+hint.ShellWord(program)
	case limited.Err() != nil:
		e.Message = fmt.Sprintf("%s: %s gave no token within %s", c.origin, program, seconds(commandLimit))
	case exited != nil && exited.ExitCode() >= 0:
		e.Message = fmt.Sprintf("%s: %s failed with status %d", c.origin, program, exited.ExitCode())
	case err != nil:
		e.Message = fmt.Sprintf("%s: %s could not be run to its end", c.origin, program)
	default:
		e.Message = fmt.Sprintf("%s: %s printed nothing", c.origin, program)
	}
	return e
}
