package airflow

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// logPage is a part of a log.
type logPage struct {
	text  string // its lines; in version 2 the last may go on in the next page
	token string // for the next page, "" at the end
	empty bool   // there is nothing in it, not even what is not shown
}

// logPage asks for the part of a log that a token stands for, "" for the first.
func (s *server) logPage(ctx context.Context, r ref, i instance, try int, token string) (logPage, error) {
	query := url.Values{"map_index": {strconv.Itoa(i.MapIndex)}, "full_content": {"false"}}
	if token != "" {
		query.Set("token", token)
	}
	var page struct {
		Content json.RawMessage `json:"content"`
		Token   string          `json:"continuation_token"`
	}
	c := call{
		doing: "read the log of " + shownName(i.id()), method: http.MethodGet,
		path: runPath(r, "taskInstances", i.Task, "logs", strconv.Itoa(try)), query: query,
	}
	if err := s.ask(ctx, c, &page); err != nil {
		return logPage{}, err
	}
	text, empty, ok := logText(page.Content)
	if !ok {
		return logPage{}, s.nonsense(c, nil)
	}
	return logPage{text, page.Token, empty}, nil
}

// logText is the content of a page as lines: a list of events in version 3, and in
// version 2 a text, which is a list that Python wrote.
func logText(content []byte) (text string, empty, ok bool) {
	v, err := decodeJSON(content)
	if err != nil {
		return "", false, false
	}
	switch v := v.(type) {
	case string:
		if texts, ok := hostTexts(v); ok {
			v = texts
		}
		return v, v == "", true
	case []any:
		var b strings.Builder
		for _, event := range v {
			for _, line := range eventLines(event) {
				b.WriteString(line + "\n")
			}
		}
		return b.String(), len(v) == 0, true
	}
	return "", true, v == nil
}
