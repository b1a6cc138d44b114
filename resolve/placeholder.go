package resolve

import (
	"slices"
	"strings"
)

// unfilled names what was to be replaced by a value and was not; "" when the text
// is none of the kind. These forms are certain: a template that nobody expanded,
// or a gap that nobody filled.
func unfilled(text string) string {
	switch {
	case text == "<no value>" || text == "<nil>":
		return "is what a template writes for a value that it does not have"
	case between(text, "${", "}") || between(text, "$(", ")"):
		return "is the name of a variable that nothing expanded"
	case between(text, "{{", "}}"):
		return "is a template that nothing filled in"
	case between(text, "<", ">") && !strings.ContainsAny(text[1:len(text)-1], "<>"):
		return "is a gap that nobody filled"
	}
	return ""
}

// between reports whether the text is the two brackets with a single thing in
// them.
func between(text, open, end string) bool {
	inner, ok := strings.CutPrefix(text, open)
	inner, ok2 := strings.CutSuffix(inner, end)
	return ok && ok2 && inner != "" && !strings.Contains(inner, open)
}

// holdsTemplate reports a template inside an address, where no other use of these
// characters is possible.
func holdsTemplate(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "$(") || strings.Contains(text, "{{")
}

const fillIn = "write the value itself: flts-run expands nothing, and Kubernetes only $(NAME) of a variable that the pod sets above it"

// standIns are words that stand where a value belongs. Each could be meant, so
// they are only said.
var standIns = []string{
	"changeme", "change-me", "change_me", "changeit", "replaceme", "replace-me", "replace_me", "todo", "tbd", "xxx", "undefined", "placeholder",
}

// isStandIn reports a word of a template or of a program that had no value. null
// and None count as programs write them.
func isStandIn(text string) bool {
	switch text {
	case "None", "null", "NULL", "nil", "NaN":
		return true
	}
	if len(text) > 40 {
		return false
	}
	lower := strings.ToLower(text)
	return slices.Contains(standIns, lower) || strings.HasPrefix(lower, "your-") || strings.HasPrefix(lower, "your_")
}

// judgeStandIn warns about a word in place of a value.
func (r *Resolution) judgeStandIn(k *Resolved, text string) {
	if k.Key.Type == Web || k.Key.Type == HostPort {
		text = hostOf(text)
	}
	if isStandIn(text) || k.Key.Sensitive && isVariable(text) {
		r.add(Warning, CodePlaceholder, k.Key, "set "+k.Key.Name+" to its value, or leave it out",
			"%s looks like a stand-in for a value", k.evidence())
	}
}

// hostOf takes the host out of an address that is usable, which costs less than to
// parse it: most of all starts have nothing to find here.
func hostOf(address string) string {
	if _, rest, found := strings.Cut(address, "://"); found {
		address = rest
	}
	if i := strings.IndexAny(address, ":/?#"); i >= 0 {
		return address[:i]
	}
	return address
}

// isVariable reports $NAME, which a shell would have replaced.
func isVariable(text string) bool {
	name, ok := strings.CutPrefix(text, "$")
	return ok && len(name) > 3 && name == strings.ToUpper(name) && isVariableName(name)
}

// evidence is the key with its value, as far as that may be shown, and its
// origin.
func (k *Resolved) evidence() string {
	if k.Key.Sensitive {
		return k.Key.Name + " (" + k.Origin() + ")"
	}
	return k.Key.Name + " = " + quoteShort(k.Value) + " (" + k.Origin() + ")"
}
