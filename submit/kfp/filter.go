package kfp

import "encoding/json"

// filter chooses among stored things; all its predicates must hold.
type filter []predicate

type predicate struct {
	Operation string `json:"operation"`
	Key       string `json:"key"`
	Value     string `json:"string_value"`
}

func equals(key, value string) predicate   { return predicate{"EQUALS", key, value} }
func contains(key, value string) predicate { return predicate{"IS_SUBSTRING", key, value} }

// String is the filter as a query has it.
func (f filter) String() string {
	text, err := json.Marshal(map[string][]predicate{"predicates": f})
	if err != nil {
		panic(err) // strings alone cannot fail
	}
	return string(text)
}
