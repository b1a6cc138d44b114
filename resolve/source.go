package resolve

import (
	"io/fs"
	"slices"

	"github.com/flts-run/flts-run/internal/secret"
)

// Layer is a rank of the strategy's order: the lowest number wins.
type Layer int

const (
	Parameters Layer = iota + 1 // of the pipeline run
	ConfigMap                   // cluster defaults
	Secret                      // credentials
	Defaults                    // of the image and of the contract
)

var layerNames = [...]string{"", "parameters", "configmap", "secret", "defaults"}

func (l Layer) String() string { return layerNames[l] }

// MarshalText writes the layer by its name.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Class says which keys a source supplies. A plain environment variable does
// not tell whether a ConfigMap or a Secret set it, so it stands in the layer of
// its key's class.
type Class int

const (
	AnyKey Class = iota
	PlainKeys
	SensitiveKeys
)

// Source is a place that values were read from. It is data: the reading is
// over, and its rank is its position in the list given to Resolve.
type Source struct {
	Name    string // as in reports: "configmap /etc/flts/config"
	Layer   Layer
	Class   Class
	Params  bool              // the names are those of pipeline parameters
	Note    string            // why it is empty: "not mounted"
	Dir     string            // the mounted directory that it was read from
	Values  map[string]Value  // by name as found there
	Only    []string          // the only keys that it can supply; nil is any
	Spared  map[string]string // by key: why it was not asked for it
	Fetched bool              // from a store, which the cluster does not change
	Others  []string          // names found there that the contract does not know
	AppEnv  Value             // APP_ENV as found there: it is read before resolution

	Findings []Finding // what there is to say of the place itself

	byParam map[string][]string // names by their normalised form, made on first use
}

// Value is what a source holds under one name.
type Value struct {
	Text  secret.String // hidden until the class of its key is known
	Notes []string      // what was done to it: "1 trailing newline removed"
	Err   error         // it is there and could not be read
	Mode  fs.FileMode   // of the file that it was read from
	File  string        // path of that file; in a volume it leads through the generation that "..data" names

	Origin string // in place of the source's name: "env MINIO_SECRET_KEY_FILE"
	At     string // where it stands in its file, for errors: "4:11" is line 4, column 11
}

// Plain returns a Value with that text.
func Plain(text string) Value { return Value{Text: secret.New(text)} }

func (s *Source) supplies(k *Key) bool {
	return (s.Class == AnyKey || (s.Class == SensitiveKeys) == k.Sensitive) && (s.Only == nil || slices.Contains(s.Only, k.Name))
}

// origin names a value of this source: the source, and the name it has there
// where that is not the key's own.
func (s *Source) origin(k *Key, name string) string {
	if !s.Params && name == k.Name {
		return s.Name
	}
	return s.Name + " " + name
}
