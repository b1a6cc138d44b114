// Package form is what a pipeline asks its submitter for: parameters with types
// and defaults, the values that were given for them, and what is wrong with
// those. A compiled KFP pipeline has one form and an Airflow DAG has another;
// the command line knows only this package.
package form

// Form is the parameters of one pipeline or DAG.
type Form interface {
	// Title names it for people: "pipeline flts-train (schema 2.1.0)".
	Title() string

	// Parameters lists them in the order of their names.
	Parameters() []Parameter

	// Read gives every value the type that its parameter has. It never guesses a
	// type from a text. Of several values for one parameter the first counts; two
	// of one origin are a problem. All that is wrong is reported at once; the values are
	// meaningful only if no problem is an error. A parameter for which nothing was
	// given is not among the values: its default is the server's business.
	Read(given []Given) (values map[string]any, problems []Problem)
}

// Parameter is one input of a pipeline or DAG.
type Parameter struct {
	Name string

	// Type is in the words of its platform: STRING and NUMBER_INTEGER in KFP,
	// the type of a JSON Schema in Airflow, "" where anything goes.
	Type        string
	Description string

	// Default is a JSON value; null is one too.
	Default    any
	HasDefault bool

	// Required: a run without a value for it is refused.
	Required bool

	// Choices are the only values it may have, if there are any.
	Choices []any
}

// Given is a value that somebody supplied for a parameter.
type Given struct {
	Name string // as it was written; Form.Read knows near names

	// Text is the value as it stands on a command line, to be read by the type of
	// its parameter. Value is used instead where IsValue is set: what a JSON or
	// YAML file says has a type already. Numbers are json.Number, so that no digit
	// is lost.
	Text    string
	Value   any
	IsValue bool

	// Origin says where it came from: "--lr", "params.yaml", "contract (ConfigMap)".
	Origin string
}

// Problem is something wrong with what was given.
type Problem struct {
	Parameter string // "" when it is about no parameter
	Message   string // whole, with the name and the origin, and without a sensitive value
	Hint      string // what to type next, or ""
	Example   string // a value that would do, which whoever has asked for one shows behind the hint
	Warning   bool   // the server would accept it
	Missing   bool   // nothing was given for the parameter
}
