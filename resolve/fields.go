package resolve

// field is one field of a part of a contract file: its name there, what it
// means, and where it is kept. A contract is read, written and described in the
// JSON Schema by the tables below, so that the three cannot differ.
type field[T any] struct {
	name string
	doc  string
	at   func(*T) any // *string, *bool, *[]string, *[]Spelling, *[]Switch or *[]Field
	one  []string     // the values that it may have, where they are few
}

var keyFields = []field[Key]{
	{"doc", "what the key is for", func(k *Key) any { return &k.Doc }, nil},
	{"type", "what a value must look like", func(k *Key) any { return (*string)(&k.Type) }, texts(types)},
	{"values", "the values of an enum", func(k *Key) any { return &k.Values }, nil},
	{"default", "value when none is given; ${namespace} is replaced", func(k *Key) any { return &k.Default }, nil},
	{"dev_default", "default that exists only with APP_ENV=dev or unset", func(k *Key) any { return &k.DevDefault }, nil},
	{"sensitive", "the value is never shown, and belongs into a Secret", func(k *Key) any { return &k.Sensitive }, nil},
	{"required", "the task does not start without a value", func(k *Key) any { return &k.Required }, nil},
	{"allow_empty", "an empty value counts as given", func(k *Key) any { return &k.AllowEmpty }, nil},
	{"group", "keys of one group come from one layer together", func(k *Key) any { return &k.Group }, nil},
	{"optional", "the group of the key can do without it", func(k *Key) any { return &k.Optional }, nil},
	{"files", "paths of the key inside a mounted directory; the first that is there counts", func(k *Key) any { return &k.Files }, nil},
	{"paths", "paths inside a mounted directory of files whose path, and not their text, is the value; the first that is there counts", func(k *Key) any { return &k.Paths }, nil},
	{"read_by", "clients that read the variable of the key", func(k *Key) any { return &k.ReadBy }, nil},
	{"params", "further names of a pipeline parameter for the key", func(k *Key) any { return &k.Params }, nil},
	{"reload", "what a supervised task is done when a mounted file changes the value: ignore, signal:NAME, restart or fail", func(k *Key) any { return &k.Reload }, nil},
	{"spellings", "other variables that carry the same value", func(k *Key) any { return &k.Spellings }, nil},
}

var spellingFields = []field[Spelling]{
	{"name", "name of the variable", func(s *Spelling) any { return &s.Name }, nil},
	{"as", "how the value is written there: url is scheme://host:port of a hostport", func(s *Spelling) any { return (*string)(&s.As) }, []string{string(URL)}},
	{"read_by", "clients that read the variable", func(s *Spelling) any { return &s.ReadBy }, nil},
	{"secure", "with as: url, the bool key that chooses https", func(s *Spelling) any { return &s.Secure }, nil},
}

var serviceFields = []field[Service]{
	{"kind", "what is checked, and how", func(s *Service) any { return &s.Kind }, kindNames()},
	{"check", "what a failed check means: enforce keeps the task from starting, warn says so, off looks only when asked by name", func(s *Service) any { return (*string)(&s.Check) }, []string{string(Enforce), string(Warn), string(Off)}},
	{"endpoint", "key of the address", func(s *Service) any { return &s.Endpoint }, nil},
	{"secure", "bool key: the address speaks TLS", func(s *Service) any { return &s.Secure }, nil},
	{"access_key", "key of the access key", func(s *Service) any { return &s.AccessKey }, nil},
	{"secret_key", "key of the secret key", func(s *Service) any { return &s.SecretKey }, nil},
	{"session_token", "key of the session token", func(s *Service) any { return &s.SessionToken }, nil},
	{"region", "key of the region", func(s *Service) any { return &s.Region }, nil},
	{"addressing", "key of the addressing style of buckets", func(s *Service) any { return &s.Addressing }, nil},
	{"username", "key of the user name", func(s *Service) any { return &s.Username }, nil},
	{"password", "key of the password", func(s *Service) any { return &s.Password }, nil},
	{"token", "key of the bearer token", func(s *Service) any { return &s.Token }, nil},
	{"database", "key of the name of the database", func(s *Service) any { return &s.Database }, nil},
	{"experiment", "key of the name of the experiment", func(s *Service) any { return &s.Experiment }, nil},
	{"ca", "keys of the certificates to trust; the first that is set counts", func(s *Service) any { return &s.CA }, nil},
	{"buckets", "keys of the buckets", func(s *Service) any { return &s.Buckets }, nil},
	{"path", "path that is asked for, below the address of an http service", func(s *Service) any { return &s.Path }, nil},
	{"status", "statuses that are right, like 204 or 200-299; any below 500 when nothing is said", func(s *Service) any { return &s.Status }, nil},
	{"json", "the answer must be JSON", func(s *Service) any { return &s.JSON }, nil},
}

// levelFields are of every rule; listFields lists who has the others.
var levelFields = []field[Rule]{
	{"unset", "with APP_ENV unset; as dev, but at least warn, where only dev is given", func(r *Rule) any { return (*string)(&r.Unset) }, texts(levels)},
	{"dev", "with APP_ENV=dev", func(r *Rule) any { return (*string)(&r.Dev) }, texts(levels)},
	{"staging", "with APP_ENV=staging", func(r *Rule) any { return (*string)(&r.Staging) }, texts(levels)},
	{"prod", "with APP_ENV=prod", func(r *Rule) any { return (*string)(&r.Prod) }, texts(levels)},
}

var (
	allowField     = field[Rule]{"allow", "hosts, or host:port, that the rule lets pass; * stands for any characters", func(r *Rule) any { return &r.Allow }, nil}
	pairsField     = field[Rule]{"pairs", "credentials that everybody knows, as user:password", func(r *Rule) any { return &r.Pairs }, nil}
	variablesField = field[Rule]{"variables", "variables of clients, each with the values that switch verification off", func(r *Rule) any { return &r.Variables }, nil}
)

// fieldsOf lists the fields of the rule of that name, nil for no rule.
func fieldsOf(rule string) []field[Rule] {
	for _, r := range rules {
		if r.name == rule {
			return append(levelFields[:len(levelFields):len(levelFields)], r.lists...)
		}
	}
	return nil
}

func fieldNames[T any](table []field[T]) []string {
	names := make([]string, len(table))
	for i, f := range table {
		names[i] = f.name
	}
	return names
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
