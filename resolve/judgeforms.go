package resolve

import "strings"

// judgeForms says what is odd about values that are usable as they stand.
func (r *Resolution) judgeForms(c *Contract) {
	known := c.Policy.rule(ruleDefaultCredentials)
	for _, k := range r.Keys {
		if !k.Set || k.Candidates[k.Winner].builtin {
			continue // what the contract says itself was meant
		}
		text := k.Value.Reveal()
		r.judgeStandIn(k, text)
		if k.Key.Type == Text && inQuotes(text) {
			r.add(Warning, CodeStray, k.Key, "leave the inner quotes out: docker --env-file and YAML blocks keep them",
				"%s stands in quotes, which are part of the value", k.evidence())
		}
		if k.Key.Sensitive {
			r.judgeTwice(k, text, known)
		}
	}
}

// inQuotes reports a text with the same quote at both ends.
func inQuotes(text string) bool {
	return len(text) >= 2 && strings.IndexByte("\"'", text[0]) >= 0 && text[len(text)-1] == text[0]
}
