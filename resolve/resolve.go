// Package resolve finds the value of every key of a contract in the places
// where Kubernetes, Kubeflow Pipelines and Airflow put configuration, and keeps
// the account of it: which value won, where it came from, and what it shadowed.
//
// The order is that of the strategy: pipeline parameters, then ConfigMap, then
// Secret, then defaults; the first that is not empty wins. Sources are data that
// was already read, their order in the list is their rank inside a layer, and
// Resolve is a pure function of them: it looks at no environment, no file and no
// network.
package resolve

import (
	"cmp"
	"io/fs"
	"iter"
	"slices"
	"strconv"

	"github.com/flts-run/flts-run/internal/secret"
)

// Input is what Resolve works on.
type Input struct {
	Contract  *Contract
	Sources   []Source // of each layer the highest first
	AppEnv    AppEnv
	Namespace string // of default endpoints; the contract's when empty
	// Ambient names an AWS identity that the pod has without keys ("web
	// identity"). Default credentials are not put over it.
	Ambient string
	InPod   bool // we run in a pod: localhost is no other machine there
	// PodNamespace is the pod's own, "" where it is not known. Hints use it.
	PodNamespace string
	// Variables is the environment. Nothing takes a value from it; it tells what
	// Kubernetes and the clients in the task make of it.
	Variables map[string]string
	// Mounts tells what is mounted where. It is called only when it decides
	// something; nil is "unknown".
	Mounts func() Mounts
}

// Resolution is the outcome. Keys stand in the order of the contract.
type Resolution struct {
	Keys      []*Resolved
	Findings  []Finding
	AppEnv    AppEnv
	Namespace string
	Ambient   string
	Stale     []string // variables left over from another login
	policy    Policy
	byName    map[string]*Resolved

	podNamespace string
	tracks       map[string]bool // keys with the address of an MLflow server
	proves       map[string]bool // keys of which a signature or a password check is made
	ambientFor   map[string]bool // groups that an AWS identity can take the place of
	missing      int             // required keys without a value
}

// Resolved is a key with all its candidates, in the order of precedence.
type Resolved struct {
	Key        *Key
	Value      secret.String // in the form in which it is exported
	Set        bool          // there is a value
	Candidates []Candidate
	Winner     int // index of the candidate that won, or -1

	half bool // its group is given without it, which was reported
}

// Candidate is a value that a source holds for a key.
type Candidate struct {
	Origin string // source and name: "env AWS_ENDPOINT_URL_S3"
	Layer  Layer
	Value  secret.String // in the form in which it would be exported
	Empty  bool          // given as "", which counts as not given
	Notes  []string      // what was done to the value
	Err    error         // why it cannot be used

	mode     fs.FileMode // of the file that it was read from
	file     string      // path of that file
	source   int         // rank of its source
	spelling int         // 0 for the key's own name, else 1 + the index of the spelling
	secure   *bool       // the scheme, when it was written as a URL
	dev      bool        // a default that only development has
	at       string      // where it stands in its file: "4:11"
	fetched  bool        // a store was asked for it
	builtin  bool        // the contract's default: the last of its layer
}

// Get returns the key of that name, or nil.
func (r *Resolution) Get(name string) *Resolved { return r.byName[name] }

// IsDevDefault reports a value that nobody gave: the contract's for development.
func (k *Resolved) IsDevDefault() bool { return k.Winner >= 0 && k.Candidates[k.Winner].dev }

// IsBuiltin reports a value that nobody set: the contract's default.
func (k *Resolved) IsBuiltin() bool { return k.Winner >= 0 && k.Candidates[k.Winner].builtin }

// Text returns the value of the key of that name, revealed: for clients and for
// the environment of the task. Unset and unknown keys give "".
func (r *Resolution) Text(name string) string {
	if k := r.byName[name]; k != nil {
		return k.Value.Reveal()
	}
	return ""
}

// Failed reports whether a finding forbids the start.
func (r *Resolution) Failed() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Error })
}

// Origin says where the value came from; "" when there is none.
func (k *Resolved) Origin() string {
	if k.Winner < 0 {
		return ""
	}
	return k.Candidates[k.Winner].Origin
}

// Resolve applies the precedence to every key. It never stops at the first
// problem: everything that is missing or wrong is among the findings.
func Resolve(in Input) *Resolution {
	r := &Resolution{
		AppEnv: in.AppEnv, Namespace: cmp.Or(in.Namespace, in.Contract.Namespace), Ambient: in.Ambient,
		podNamespace: in.PodNamespace, policy: in.Contract.Policy, byName: make(map[string]*Resolved, len(in.Contract.Keys)),
	}
	r.ambientFor = in.Contract.objectStoreGroups()
	r.tracks, r.proves = in.Contract.roles()
	all := make([]Resolved, len(in.Contract.Keys))
	r.Keys = make([]*Resolved, len(in.Contract.Keys))
	var g []Candidate
	for i, k := range in.Contract.Keys {
		g = gather(g[:0], in.Sources, k)
		if d, dev := k.defaultFor(in.AppEnv, r.Namespace); d != "" {
			g = append(g, candidate(k, "default", Defaults, Plain(d), Spelling{}))
			g[len(g)-1].source = len(in.Sources) // below all of them
			g[len(g)-1].builtin = true
			if dev {
				g[len(g)-1].Origin, g[len(g)-1].dev = "dev default", true
			}
		}
		all[i] = Resolved{Key: k, Candidates: slices.Clone(g), Winner: -1}
		r.Keys[i], r.byName[k.Name] = &all[i], &all[i]
	}
	groups := groupsOf(r.Keys)
	for _, k := range r.Keys {
		if k.Key.Group == "" && !isSecureKey(in.Contract, k.Key) {
			r.choose(k)
		}
	}
	for _, g := range groups {
		r.chooseGroup(g, in.Sources)
	}
	r.chooseSecure(in.Contract)
	for _, k := range r.Keys {
		r.judge(k, in.Sources)
	}
	r.judgeDevDefaults()
	r.judgePolicy(in)
	r.judgeServices(in.Contract)
	r.judgeForms(in.Contract)
	r.judgeMisnamed(in.Contract, in.Sources)
	r.judgeSubPaths(in.Mounts)
	r.judgeEmptyMounts(in)
	for i := range in.Sources {
		r.Findings = append(r.Findings, in.Sources[i].Findings...)
	}
	return r
}

// choose takes the first candidate that is not empty. One that cannot be used
// still wins: to fall through to another layer would hide the mistake.
func (r *Resolution) choose(k *Resolved) {
	for i, c := range k.Candidates {
		if !c.Empty {
			r.settle(k, i)
			return
		}
	}
}

func (r *Resolution) settle(k *Resolved, i int) {
	c := k.Candidates[i]
	k.Winner = i
	if c.Err != nil {
		r.refuse(k.Key, c)
		return
	}
	k.Value, k.Set = c.Value, true
}

// chooseSecure settles the bool keys that say whether an endpoint speaks TLS.
// Where the endpoint was given as a URL, its scheme is a candidate for them.
func (r *Resolution) chooseSecure(c *Contract) {
	implied := map[string]Candidate{}
	for _, k := range r.Keys {
		from := k.schemeFrom()
		if from == nil {
			continue
		}
		say := *from
		say.Value, say.Notes = secret.Open(strconv.FormatBool(*from.secure)), []string{"the scheme of " + from.Origin}
		say.secure = nil
		implied[k.Key.Spellings[from.spelling-1].Secure] = say
	}
	for _, k := range r.Keys {
		if k.Key.Group != "" || !isSecureKey(c, k.Key) {
			continue
		}
		if i, ok := implied[k.Key.Name]; ok {
			k.Candidates = append(k.Candidates, i)
			slices.SortStableFunc(k.Candidates, byPrecedence)
		}
		r.choose(k)
	}
}

// schemeFrom is the candidate whose scheme goes with the endpoint: the winner, or
// one beside it in its layer that names the same host and port as a URL.
func (k *Resolved) schemeFrom() *Candidate {
	if k.Winner < 0 {
		return nil
	}
	win := k.Candidates[k.Winner]
	for i, c := range k.Candidates[k.Winner:] {
		if c.secure != nil && c.Layer == win.Layer && c.Value.Reveal() == win.Value.Reveal() {
			return &k.Candidates[k.Winner+i]
		}
	}
	return nil
}

func isSecureKey(c *Contract, k *Key) bool { return c.secure[k.Name] }

// Variable is one variable that the resolution sets for the task.
type Variable struct {
	Name   string
	Value  string // revealed
	Hidden bool   // it must not be shown
	Origin string
}

// Variables yields the variables that the resolution sets, in the order of the
// contract: every key that has a value, under its name and then in every
// spelling, so that all clients in the task read the same.
func (r *Resolution) Variables() iter.Seq[Variable] {
	return func(yield func(Variable) bool) {
		for _, k := range r.Keys {
			if !k.Set {
				continue
			}
			v := Variable{Name: k.Key.Name, Value: k.Value.Reveal(), Hidden: k.Value.Hidden(), Origin: k.Origin()}
			if !yield(v) {
				return
			}
			for _, s := range k.Key.Spellings {
				spelled := v
				spelled.Name = s.Name
				if s.As == URL {
					spelled.Value = toURL(v.Value, r.Text(s.Secure) == "true")
				}
				if !yield(spelled) {
					return
				}
			}
		}
	}
}

// Environ returns the same variables by name.
func (r *Resolution) Environ() map[string]string {
	env := make(map[string]string, 2*len(r.Keys))
	for v := range r.Variables() {
		env[v.Name] = v.Value
	}
	return env
}
