package fakeairflow

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var runIDShape = regexp.MustCompile(`^[A-Za-z0-9_.~:+-]+$`)

// trigger starts a run.
func (s *Server) trigger(q *request) (any, *failure) {
	body, f := s.triggerFields(s, q)
	if f != nil {
		return nil, f
	}
	d := s.dags[q.args[0]]
	if d == nil {
		return nil, s.noDAGToTrigger(q.args[0])
	}
	if f := s.untriggerable(d); f != nil {
		return nil, f
	}
	now := s.o.Now().UTC()
	r := newRun(d, text(body, "dag_run_id"), now)
	if conf, ok := body["conf"].(map[string]any); ok {
		r.conf = conf
	}
	r.note = text(body, "note")
	r.logicalDate, _ = time.Parse(time.RFC3339Nano, text(body, "logical_date"))
	if r.id == "" {
		r.id = "manual__" + now.Format("2006-01-02T15:04:05.000000") + "+00:00"
	}
	if f := s.badID(r.id); f != nil {
		return nil, f
	}
	if what := s.badParam(d, r.conf); what != "" {
		return nil, fail(http.StatusBadRequest, what)
	}
	for _, other := range s.runs {
		if other.dag != d {
			continue
		}
		if other.id == r.id {
			return nil, s.sameRun(d.ID, r.id)
		}
		if !r.logicalDate.IsZero() && other.logicalDate.Equal(r.logicalDate) {
			return nil, s.sameDate(d.ID, r.logicalDate)
		}
	}
	s.runs = append(s.runs, r)
	return s.run(r), nil
}

func text(body map[string]any, name string) string {
	t, _ := body[name].(string)
	return t
}

func (version3) triggerFields(s *Server, q *request) (map[string]any, *failure) {
	body, f := s.fields(q, "dag_run_id", "data_interval_start", "data_interval_end", "logical_date", "run_after", "conf", "note", "partition_key")
	if f != nil {
		return nil, f
	}
	if _, have := body["logical_date"]; !have {
		return nil, invalid("missing", "Field required", body, "logical_date")
	}
	if (body["data_interval_start"] == nil) != (body["data_interval_end"] == nil) {
		f := invalid("value_error", "Value error, Either both data_interval_start and data_interval_end must be provided or both must be None", body)
		f.detail.([]any)[0].(map[string]any)["ctx"] = map[string]any{"error": map[string]any{}}
		return nil, f
	}
	return body, s.badTrigger(body)
}

func (version2) triggerFields(s *Server, q *request) (map[string]any, *failure) {
	body, f := s.fields(q, "dag_run_id", "data_interval_start", "data_interval_end", "logical_date", "execution_date", "conf", "note")
	if f != nil {
		return nil, f
	}
	if conf, have := body["conf"]; have && conf == nil {
		return nil, fail(http.StatusBadRequest, "None is not of type 'object' - 'conf'")
	}
	if date, have := body["logical_date"]; have && date == nil {
		return nil, fail(http.StatusBadRequest, "{'logical_date': ['Field may not be null.']}")
	}
	if (body["data_interval_start"] == nil) != (body["data_interval_end"] == nil) {
		return nil, fail(http.StatusBadRequest, `{'_schema': ["Both 'data_interval_start' and 'data_interval_end' must be specified together"]}`)
	}
	return body, s.badTrigger(body)
}

// badTrigger looks at the types of the fields.
func (s *Server) badTrigger(body map[string]any) *failure {
	if conf := body["conf"]; conf != nil {
		if _, ok := conf.(map[string]any); !ok {
			return s.noObject("conf", conf)
		}
	}
	for _, name := range []string{"logical_date", "run_after", "data_interval_start", "data_interval_end"} {
		if date := text(body, name); date != "" {
			if _, err := time.Parse(time.RFC3339Nano, date); err != nil {
				return s.naiveDate(name, date)
			}
		}
	}
	return nil
}

func (version3) untriggerable(d *DAG) *failure {
	if d.Gone || d.ImportError != "" {
		return version3{}.noDAGToTrigger(d.ID)
	}
	return nil
}

func (version2) untriggerable(d *DAG) *failure {
	if d.Gone || d.ImportError != "" {
		return &failure{http.StatusBadRequest, "DAG cannot be triggered", "DAG with dag_id: '" + d.ID + "' has import errors"}
	}
	return nil
}

// badID refuses an id. Version 2 fails over one that it cannot keep.
func (s *Server) badID(id string) *failure {
	for _, kind := range []string{"scheduled", "backfill"} {
		if strings.HasPrefix(id, kind+"__") {
			return fail(http.StatusBadRequest, "A manual DAG run cannot use ID '"+id+"' since it is reserved for "+kind+" runs")
		}
	}
	if runIDShape.MatchString(id) {
		return nil
	}
	if s.api() == (version2{}).api() {
		return fail(http.StatusInternalServerError, nil)
	}
	return fail(http.StatusBadRequest, "The run_id provided '"+id+"' does not match regex pattern '^[A-Za-z0-9_.~:+-]+$'")
}

// badParam holds the values that the run would have against the schemas. Formats
// are not looked at, as on a server without the libraries for that.
func (s *Server) badParam(d *DAG, conf map[string]any) string {
	for _, p := range d.Params {
		value, given := conf[p.Name]
		if !given {
			value = decode(string(p.json(p.Value, "null")))
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource("fake:param", decode(string(p.json(p.Schema, "{}")))); err != nil {
			panic(err)
		}
		err := c.MustCompile("fake:param").Validate(value)
		switch {
		case err != nil && !given && value == nil:
			return s.noDefault(p.Name)
		case err != nil:
			return "Invalid input for param " + p.Name + ": the value " + string(must(json.Marshal(value))) + " breaks a rule\n\nFailed validating"
		}
	}
	return ""
}

func decode(text string) (v any) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
