package resolve

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/internal/near"
)

// Contract is the table of keys and services that a component is configured
// with. It is data: no key is named anywhere else in the program.
type Contract struct {
	Namespace   string          // of the default hosts, unless the caller knows better
	FromPod     bool            // the pod's own namespace, where it is known, goes before Namespace
	Objects     Objects         // where a cluster keeps the values
	Keys        []*Key          // in the order of the file
	Services    []*Service      // in the order of the file
	Connections []*Connection   // Airflow connections that supply keys, in the order of the file
	Stored      []*StoredSecret // secrets of AWS Secrets Manager that supply keys, in the order of the file
	Policy      Policy          // what each environment forbids
	Reload      string          // what is done about a change that its key says nothing about; "" is ignore
	Refresh     string          // how often stored secrets are fetched again under a supervised task; "" is never
	Pristine    []string        // variables that --pristine keeps; a name may end in '*'
	byName      map[string]*Key // by key name
	bySpelled   map[string]*Key // by key name and by spelling
	leftOut     []*Service      // by Without: not looked at, and their credentials are judged all the same
	byParam     map[string]*Key // by normalised parameter name
	secure      map[string]bool // the bool keys that the scheme of a spelling stands for
}

// Key is one row of the contract.
type Key struct {
	Name       string     `yaml:"-"`
	Doc        string     `yaml:"doc"`
	Type       Type       `yaml:"type"`
	Values     []string   `yaml:"values"`      // of an enum
	Default    string     `yaml:"default"`     // ${namespace} is replaced
	DevDefault string     `yaml:"dev_default"` // exists only with APP_ENV=dev or unset
	Sensitive  bool       `yaml:"sensitive"`   // never shown; a plain variable of it is layer 3
	Required   bool       `yaml:"required"`
	AllowEmpty bool       `yaml:"allow_empty"` // an empty value counts as given
	Group      string     `yaml:"group"`       // keys that must come from one layer together
	Optional   bool       `yaml:"optional"`    // its group can do without it
	Params     []string   `yaml:"params"`      // further names of a pipeline parameter
	Spellings  []Spelling `yaml:"spellings"`   // other variables that carry the same value
	Files      []string   `yaml:"files"`       // further paths of it inside a mounted directory, the first that is there counts
	Paths      []string   `yaml:"paths"`       // the same, of files whose path is the value, such as certificates
	ReadBy     []string   `yaml:"read_by"`     // clients that read the key under its own name
	Reload     string     `yaml:"reload"`      // what is done when the value changes under a running task, see internal/onchange

	paramNames []string // what params returns, made with the index
}

// Spelling is another variable in which some client reads the value of a key.
type Spelling struct {
	Name   string `yaml:"name"`
	As     Form   `yaml:"as"`     // how the value is written there
	Secure string `yaml:"secure"` // with Form URL: the bool key that the scheme stands for

	ReadBy []string `yaml:"read_by"` // clients that read the value there
}

// Form is how a spelling writes the value of its key.
type Form string

const (
	Same Form = ""    // as the key itself
	URL  Form = "url" // scheme://host:port of a hostport key
)

// Strictness says what a failed check of a service means.
type Strictness string

const (
	Enforce Strictness = "enforce" // the task does not start
	Warn    Strictness = "warn"    // it is said and the task starts
	Off     Strictness = "off"     // not looked at unless it is named
)

// Service is a backing service and the keys that describe it. Which fields a
// service has depends on its kind; they hold key names.
type Service struct {
	Name         string     `yaml:"-"`
	Kind         string     `yaml:"kind"` // s3, mlflow, http, tcp, postgres, kfp
	Check        Strictness `yaml:"check"`
	Endpoint     string     `yaml:"endpoint"`
	Secure       string     `yaml:"secure"`
	AccessKey    string     `yaml:"access_key"`
	SecretKey    string     `yaml:"secret_key"`
	SessionToken string     `yaml:"session_token"`
	Region       string     `yaml:"region"`
	Addressing   string     `yaml:"addressing"`
	Username     string     `yaml:"username"`
	Password     string     `yaml:"password"`
	Token        string     `yaml:"token"`
	Database     string     `yaml:"database"`
	Experiment   string     `yaml:"experiment"`
	CA           []string   `yaml:"ca"` // the first that is set
	Buckets      []string   `yaml:"buckets"`

	// How an http service is asked, as it stands and not by key.
	Path   string   `yaml:"path"`   // below the endpoint
	Status []string `yaml:"status"` // the answers that are right: 204, 200-299
	JSON   bool     `yaml:"json"`   // the answer must be JSON
}

// Statuses are the ranges of HTTP statuses that the service may answer with, each
// as its first and last; none when nothing is said.
func (s *Service) Statuses() [][2]int {
	var all [][2]int
	for _, text := range s.Status {
		if first, last, ok := statusRange(text); ok {
			all = append(all, [2]int{first, last})
		}
	}
	return all
}

// statusRange reads 204 or 200-299.
func statusRange(text string) (first, last int, ok bool) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, err := strconv.Atoi(from)
	last, errLast := strconv.Atoi(to)
	return first, last, err == nil && errLast == nil && 200 <= first && first <= last && last <= 599
}

// Refers lists the keys that the service is described by.
func (s *Service) Refers() []string {
	names := []string{
		s.Endpoint, s.Secure, s.AccessKey, s.SecretKey, s.SessionToken, s.Region,
		s.Addressing, s.Username, s.Password, s.Token, s.Database, s.Experiment,
	}
	names = append(append(names, s.CA...), s.Buckets...)
	return slices.DeleteFunc(names, func(n string) bool { return n == "" })
}

// Key returns the key of that name, or nil.
func (c *Contract) Key(name string) *Key { return c.byName[name] }

// KeyFor returns the key that has the variable as its name or a spelling, or nil.
func (c *Contract) KeyFor(variable string) *Key { return c.bySpelled[variable] }

// Service returns the service of that name, or nil.
func (c *Contract) Service(name string) *Service {
	for _, s := range c.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Names lists every variable that the contract knows: keys and spellings.
func (c *Contract) Names() []string {
	var names []string
	for _, k := range c.Keys {
		names = append(names, k.variables()...)
	}
	return names
}

// ParamNames lists the names under which a pipeline parameter is known, in
// their preferred writing: gateway_url.
func (c *Contract) ParamNames() []string {
	var names []string
	for _, k := range c.Keys {
		names = append(names, k.params()...)
	}
	return names
}

// KeyForParam returns the key that a pipeline parameter of that name supplies,
// or nil. Case does not matter, nor whether words are joined by '-' or '_'.
func (c *Contract) KeyForParam(name string) *Key { return c.byParam[near.Folded(name)] }

// Without returns the contract without the services of these names. The keys that
// only they use stay, as keys that nothing needs. Unknown names are an error.
func (c *Contract) Without(services []string) (*Contract, error) {
	if len(services) == 0 {
		return c, nil
	}
	var out, in []*Service
	for _, s := range c.Services {
		if slices.Contains(services, s.Name) {
			out = append(out, s)
		} else {
			in = append(in, s)
		}
	}
	for _, name := range services {
		if c.Service(name) == nil {
			return nil, fmt.Errorf("no service %q in the contract%s", name, didYouMean(name, c.ServiceNames()))
		}
	}
	used := referred(in)
	less := &Contract{Namespace: c.Namespace, FromPod: c.FromPod, Objects: c.Objects, Reload: c.Reload, Refresh: c.Refresh, Pristine: c.Pristine, Services: in, Connections: c.Connections, Stored: c.Stored, Policy: c.Policy, leftOut: out}
	gone := referred(out)
	for _, k := range c.Keys {
		if gone[k.Name] && !used[k.Name] {
			k = k.unneeded()
		}
		less.Keys = append(less.Keys, k)
	}
	less.index()
	return less, nil
}

// LeftOut lists the names of the services that the contract is without.
func (c *Contract) LeftOut() []string {
	var names []string
	for _, s := range c.leftOut {
		names = append(names, s.Name)
	}
	return names
}

// unneeded is the key of a service that is left out: what is given for it is
// handed on and kept secret as ever, but it may be missing, has no default and
// needs no other key beside it.
func (k *Key) unneeded() *Key {
	less := *k
	less.Required, less.Optional, less.Default, less.DevDefault, less.Group = false, false, "", "", ""
	return &less
}

// objectStoreGroups are the groups of the credentials of object stores.
func (c *Contract) objectStoreGroups() map[string]bool {
	groups := map[string]bool{}
	for _, s := range c.Services {
		if k := c.Key(s.AccessKey); k != nil && s.Kind == "s3" && k.Group != "" {
			groups[k.Group] = true
		}
	}
	return groups
}

// ServiceNames lists the services, in the order of the contract.
func (c *Contract) ServiceNames() []string {
	var names []string
	for _, s := range c.Services {
		names = append(names, s.Name)
	}
	return names
}

func referred(services []*Service) map[string]bool {
	set := map[string]bool{}
	for _, s := range services {
		for _, name := range s.Refers() {
			set[name] = true
		}
	}
	return set
}

func (c *Contract) index() {
	c.byName, c.bySpelled, c.byParam = map[string]*Key{}, map[string]*Key{}, map[string]*Key{}
	c.secure = map[string]bool{}
	for _, k := range c.Keys {
		c.byName[k.Name] = k
		for _, s := range k.Spellings {
			if s.Secure != "" {
				c.secure[s.Secure] = true
			}
		}
		for _, v := range k.variables() {
			if c.bySpelled[v] == nil {
				c.bySpelled[v] = k
			}
		}
		k.paramNames = k.newParams()
		for _, p := range k.paramNames {
			if c.byParam[p] == nil {
				c.byParam[p] = k
			}
		}
	}
}

// variables lists the name of the key and then its spellings.
func (k *Key) variables() []string {
	names := make([]string, 0, 1+len(k.Spellings))
	names = append(names, k.Name)
	for _, s := range k.Spellings {
		names = append(names, s.Name)
	}
	return names
}

func (k *Key) params() []string {
	if k.paramNames == nil {
		return k.newParams()
	}
	return k.paramNames
}

func (k *Key) newParams() []string {
	names := k.variables()
	for i, n := range names {
		names[i] = near.Folded(n)
	}
	for _, p := range k.Params {
		names = append(names, near.Folded(p))
	}
	return names
}

// defaultFor returns the default value in an environment and namespace, and
// whether it is one that only development has.
func (k *Key) defaultFor(env AppEnv, namespace string) (value string, dev bool) {
	if k.DevDefault != "" && env.allowsDevDefaults() {
		return k.DevDefault, true
	}
	return strings.ReplaceAll(k.Default, "${namespace}", namespace), false
}
