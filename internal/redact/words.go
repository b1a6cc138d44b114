package redact

import "strings"

// Reasons why a secret is not searched for, or not as a whole.
const (
	tooShort   = "shorter than 6 characters"
	blank      = "white space only"
	tooLong    = "longer than 16 KiB, only its beginning is searched for"
	commonWord = "a word that ordinary output holds"
)

// ordinary are words that logs are full of. Masking one of them everywhere
// would wreck the output, and show by the gaps what the secret is.
const ordinary = " access airflow bucket cluster config dataset default endpoint example failed false gateway kubeflow" +
	" kubernetes localhost metrics mlflow number object password pipeline postgres private production public python" +
	" secret server service staging string success training undefined username version warning "

// worth says why a text cannot be searched for in output, and "" if it can.
func worth(text string) string {
	word := strings.ToLower(trimmed(text))
	switch {
	case len(text) < MinLength:
		return tooShort
	case word == "":
		return blank
	case !strings.Contains(word, " ") && strings.Contains(ordinary, " "+word+" "):
		return commonWord
	}
	return ""
}
