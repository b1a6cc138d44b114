package fakekfp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// token is where a list goes on, with what it was asked for.
type token struct {
	Skip   int
	Filter []predicate
	Newest bool
}

// predicate is written down in a token as it was read.
type predicate struct {
	Operation operation `json:"operation"`
	Key       string    `json:"key"`
	Value     string    `json:"string_value"`
	Camel     string    `json:"stringValue,omitempty"` // the same, as the Python client writes it
}

// operation may also be given by its number, which the Python client does.
type operation string

func (o *operation) UnmarshalJSON(text []byte) error {
	name, ok := map[string]operation{"1": "EQUALS", "9": "IS_SUBSTRING"}[string(text)]
	if ok {
		*o = name
		return nil
	}
	return json.Unmarshal(text, (*string)(o))
}

// list answers a listing: filtered, in order, one page of it.
func (s *Server) list(q *request, all []object, keys map[string]string, field, frames string) (any, *failure) {
	query := q.URL.Query()
	size, err := strconv.Atoi(query.Get("page_size"))
	if err != nil || size == 0 {
		size = 20
	}
	size = min(size, 200)
	t, failed := readToken(query.Get("page_token"), query.Get("filter"), query.Get("sort_by"))
	if failed != nil {
		failed.whole = frames + failed.whole
		return nil, failed
	}
	var chosen []object
	for _, o := range all {
		ok, failed := s.matches(o, t.Filter, keys)
		if failed != nil {
			failed.whole = frames + failed.whole
			return nil, failed
		}
		if ok {
			chosen = append(chosen, o)
		}
	}
	total := len(chosen)
	if t.Newest {
		slices.Reverse(chosen)
	}
	chosen = chosen[min(t.Skip, len(chosen)):]
	got := map[string]any{}
	if len(chosen) > size {
		chosen, t.Skip = chosen[:size], t.Skip+size
		text, err := json.Marshal(t)
		if err != nil {
			return nil, errorf(codeInternal, "Failed to serialize page token", frames)
		}
		got["next_page_token"] = base64.StdEncoding.EncodeToString(text)
	}
	if total > 0 {
		got[field], got["total_size"] = chosen, total
	}
	return got, nil
}

// readToken reads a token, or begins a list. Filter and order must be those of the
// token if they are given again.
func readToken(text, filter, order string) (token, *failure) {
	var t token
	if text != "" {
		plain, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			err = json.Unmarshal(plain, &t)
		}
		if err != nil {
			return t, errorf(codeInvalid, "Invalid package token: "+err.Error(), "Failed to create list options: InvalidInputError: ")
		}
		if filter != "" || order != "" {
			return t, errorf(codeInvalid, "page token does not match the supplied sort by and/or filtering criteria.", "Failed to create list options: Invalid input error: ")
		}
		return t, nil
	}
	var f struct {
		Predicates []predicate `json:"predicates"`
	}
	if filter != "" && json.Unmarshal([]byte(filter), &f) != nil {
		return t, errorf(codeInvalid, "failed to parse filter", "Failed to create list options: Invalid input error: ")
	}
	t.Filter = f.Predicates
	switch strings.ToLower(order) {
	case "", "created_at", "created_at asc":
	case "created_at desc":
		t.Newest = true
	default:
		return t, errorf(codeInvalid, fmt.Sprintf("Invalid sorting field: %q", order), "Failed to create list options: Invalid input error: ")
	}
	return t, nil
}

// matches holds a thing against the predicates. The newer server does not tell
// small letters from capitals.
func (s *Server) matches(o object, predicates []predicate, keys map[string]string) (bool, *failure) {
	fold := func(text string) string { return text }
	if s.newer {
		fold = strings.ToLower
	}
	for _, p := range predicates {
		field, ok := keys[p.Key]
		if !ok {
			return false, errorf(codeInvalid, fmt.Sprintf("no support for filtering on unrecognized field %q", p.Key), "Failed to create list options: Invalid input error: ")
		}
		has, wanted := fold(o.text(field)), fold(p.Value+p.Camel)
		switch p.Operation {
		case "EQUALS":
			ok = has == wanted
		case "IS_SUBSTRING":
			ok = strings.Contains(has, wanted)
		default:
			return false, errorf(codeInvalid, "invalid predicate operation: "+string(p.Operation), "Failed to create list options: Invalid input error: ")
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}
