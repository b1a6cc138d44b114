package fakeairflow

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// log is a page of the log of a try. The token says how far it went.
func (s *Server) log(q *request) (any, *failure) {
	query := q.r.URL.Query()
	index := -1
	if text := query.Get("map_index"); text != "" {
		index, _ = strconv.Atoi(text) // what is no number is no index either
	}
	try, err := strconv.Atoi(q.args[3])
	if err != nil {
		return nil, s.noInstance()
	}
	position := 0
	if token := query.Get("token"); token != "" {
		if position, err = readToken(token); err != nil {
			return nil, s.badToken()
		}
	}
	r := s.find(q.args[0], q.args[1])
	if r == nil {
		return nil, s.noInstance()
	}
	for _, i := range r.instances {
		if i.task.ID == q.args[2] && i.index == index {
			return s.logPage(r, i, try, position)
		}
	}
	return nil, s.noInstance()
}

func (version3) noInstance() *failure { return fail(http.StatusNotFound, "TaskInstance not found") }
func (version2) noInstance() *failure {
	return &failure{status: http.StatusNotFound, title: "TaskInstance not found"}
}

const badTokenText = "Bad Signature. Please use only the tokens provided by the API."

func (version3) badToken() *failure { return fail(http.StatusBadRequest, badTokenText) }
func (version2) badToken() *failure {
	return &failure{status: http.StatusBadRequest, title: badTokenText}
}

const signature = ".signed-by-the-fake"

func writeToken(ended bool, position int) string {
	text := must(json.Marshal(map[string]any{"end_of_log": ended, "log_pos": position}))
	return base64.RawURLEncoding.EncodeToString(text) + signature
}

func readToken(token string) (position int, err error) {
	text, ok := strings.CutSuffix(token, signature)
	if !ok {
		return 0, fmt.Errorf("bad signature")
	}
	var at struct {
		Position int `json:"log_pos"`
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(plain, &at)
	}
	return at.Position, err
}

// isWritten reports whether a try may still write.
func (i *instance) isWritten(try int) bool {
	return try == i.try && (i.state == "running" || i.state == "deferred")
}

// logPage of version 3 is a list of events. Its token is null at the end, and a
// try that there was not has no log.
func (version3) logPage(r *run, i *instance, try, position int) (any, *failure) {
	if try == 0 && i.state == "upstream_failed" {
		return map[string]any{"content": []any{map[string]any{"timestamp": nil, "event": "Task did not run because upstream task(s) failed."}}, "continuation_token": nil}, nil
	}
	if try < 1 || try > i.try || i.state == "queued" && try == i.try {
		return nil, version3{}.noInstance()
	}
	all := []any{
		map[string]any{"event": "::group::Log message source details"},
		map[string]any{"event": "/opt/airflow/logs/attempt=" + strconv.Itoa(try) + ".log"},
		map[string]any{"event": "::endgroup::"},
	}
	for _, e := range i.logs[try] {
		m := map[string]any{"timestamp": e.at.UTC().Format(timeFormat), "event": e.text, "level": e.level, "logger": "task.stdout"}
		if e.level == "error" {
			maps.Copy(m, map[string]any{
				"dag_id": r.dag.ID, "run_id": r.id, "task_id": i.task.ID, "map_index": i.index, "try_number": try,
				"ti_id": "01a1ff8f-6e8e-7d86-ab97-a98498db73cf", "logger": "task", "filename": "task_runner.py", "lineno": 1676,
			})
			m["error_detail"] = []any{map[string]any{
				"exc_type": "RuntimeError", "exc_value": "it was told to fail", "exc_notes": []any{}, "syntax_error": nil, "is_cause": false,
				"frames": []any{map[string]any{"filename": folder + "/dags.py", "lineno": 12, "name": "work"}}, "is_group": false, "exceptions": []any{},
			}}
		}
		all = append(all, m)
	}
	answer := map[string]any{"content": all[min(position, len(all)):], "continuation_token": nil}
	if i.isWritten(try) {
		answer["continuation_token"] = writeToken(false, len(all))
	}
	return answer, nil
}

// logPage of version 2 is a list of pairs as Python writes it, and has a token even
// at the end.
func (version2) logPage(_ *run, i *instance, try, position int) (any, *failure) {
	text := " INFO - ::group::Log message source details\n*** Found local files:\n INFO - ::endgroup::\n"
	for n, e := range i.logs[try] {
		if n > 0 {
			text += "\n"
		}
		text += fmt.Sprintf("[%s] {logging_mixin.py:190} %s - %s", e.at.UTC().Format("2006-01-02T15:04:05.000-0700"), strings.ToUpper(e.level), e.text)
		if e.level == "error" {
			text += "\nTraceback (most recent call last):\n  File \"" + folder + "/dags.py\", line 12, in work\nRuntimeError: it was told to fail"
		}
	}
	page := text[min(position, len(text)):]
	return map[string]any{
		"content": "[('worker', " + pyQuote(page) + ")]", "continuation_token": writeToken(!i.isWritten(try), len(text)),
	}, nil
}

// pyQuote is a text as Python's repr writes it.
func pyQuote(text string) string {
	quote := "'"
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = `"`
	}
	return quote + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`, quote, `\`+quote).Replace(text) + quote
}
