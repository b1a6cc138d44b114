package doctor

import (
	"cmp"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/platform"
	"github.com/flts-run/flts-run/resolve"
)

// Where flts-run looks if it is told nothing else.
const (
	contractFile = "/etc/flts/contract.yaml"
	configDir    = "/etc/flts/config"
	secretDir    = "/etc/flts/secrets"
	yamlDir      = "/etc/flts"
)

// setting is the value of an option of flts-run in the container: its flag, its
// variable, or "".
func (p *OnePod) setting(flag, variable string) string {
	v, _ := p.env.Of(variable)
	return cmp.Or(p.command.flags[flag], v.Value.Reveal())
}

// readContract takes the contract that the container has; the image may have one that
// is not seen.
func (p *OnePod) readContract() {
	named := p.setting("contract", "FLTS_CONTRACT")
	file := cmp.Or(named, contractFile)
	f, have := p.files.Of(file)
	switch {
	case have && f.Err == nil:
		c, err := resolve.ParseContract(file, []byte(f.Data.Reveal()))
		if err != nil {
			p.problems = append(p.problems, err)
			return
		}
		p.contract = c
	case have || named != "":
		p.note("its contract is " + file + ", which cannot be seen from here")
	}
}

func (p *OnePod) note(text string) { p.Notes = append(p.Notes, text) }

// resolve finds where each key comes from, twice: as if what could not be seen held
// nothing, and as if it held every key. What comes out differently is not sure.
func (p *OnePod) resolve() {
	if names := p.setting("disable", "FLTS_DISABLE"); names != "" {
		less, err := p.contract.Without(strings.Split(names, ","))
		if err != nil {
			p.problems = append(p.problems, err)
		} else {
			p.contract = less
		}
	}
	seen := p.resolveWith(false)
	feared := p.resolveWith(true)
	unsure := map[string]bool{}
	for i, k := range seen.Keys {
		key := PodKey{Resolved: k}
		if winner := winnerOf(feared.Keys[i]); winner != nil && notKnown(winner.Err) {
			key.Unless, key.unseen = winner.Origin, winner.Err
			unsure[k.Key.Name] = true
		}
		p.Keys = append(p.Keys, key)
		if k.Key.Sensitive {
			for _, c := range k.Candidates {
				p.doctor.Learn(k.Key.Name, c.Value.Reveal())
			}
		}
	}
	p.AppEnv = seen.AppEnv
	for _, f := range seen.Findings {
		about := append(slices.Clone(f.Keys), f.Key)
		if !slices.ContainsFunc(about, func(name string) bool { return unsure[name] }) {
			p.Findings = append(p.Findings, f)
		}
	}
	p.noteVault()
	p.noteImage()
}

// noteImage says what of the image would decide.
func (p *OnePod) noteImage() {
	p.note("what the image sets is not seen from here: its ENV, and its files in " + yamlDir)
}

func winnerOf(k *resolve.Resolved) *resolve.Candidate {
	if k.Winner < 0 {
		return nil
	}
	return &k.Candidates[k.Winner]
}

// notKnown reports that something was not seen, as opposed to not being usable.
func notKnown(err error) bool {
	switch err.(type) {
	case *cluster.Fault, *cluster.NotKnown:
		return true
	}
	return false
}

// resolveWith resolves as flts-run does in the container. With feared, what could not
// be seen is taken to hold every key.
func (p *OnePod) resolveWith(feared bool) *resolve.Resolution {
	// Every pod has this variable; its value decides nothing.
	r := podReading{OnePod: p, feared: feared, vars: map[string]string{"KUBERNETES_SERVICE_HOST": "known"}, sources: places.Sources{}}
	for _, v := range p.env.Variables {
		if v.Err == nil {
			r.vars[v.Name] = v.Value.Reveal()
		}
	}
	r.environ()
	config := r.mounted(places.ConfigMapDir, resolve.ConfigMap, cmp.Or(p.setting("config-dir", "FLTS_CONFIG_DIR"), configDir))
	r.mounted(places.SecretDir, resolve.Secret, cmp.Or(p.setting("secret-dir", "FLTS_SECRET_DIR"), secretDir))
	r.airflow()
	r.vault()
	where := p.platform(lines(r.vars))
	r.parameters(where)
	namespace := p.setting("namespace", "FLTS_NAMESPACE")
	if namespace == "" && p.contract.FromPod {
		namespace = where.PodNamespace
	}
	var mounts resolve.Mounts
	for _, m := range p.files.Mounts {
		mounts = append(mounts, m.Path)
	}
	appEnv := r.appEnv(config)
	r.yaml(appEnv)
	result := resolve.Resolve(resolve.Input{
		Contract: p.contract, Sources: r.sources.InOrder(), AppEnv: appEnv, Namespace: namespace,
		Ambient: resolve.AmbientIdentity(r.vars), InPod: true, PodNamespace: p.Namespace,
		Variables: r.vars, Mounts: func() resolve.Mounts { return mounts },
	})
	p.judgeTask(result, r.vars)
	return result
}

// judgeTask adds what clients in the task would make of its environment. What flts-run
// resolves is in it where flts-run starts the task.
func (p *OnePod) judgeTask(r *resolve.Resolution, vars map[string]string) {
	environ := maps.Clone(vars)
	if p.command.wrapped {
		maps.Copy(environ, r.Environ())
	}
	before := len(r.Findings)
	r.JudgeTask(p.contract, resolve.Task{Environ: environ, Given: vars, ReadFile: func(name string) ([]byte, error) {
		if f, have := p.files.Of(name); have && f.Err == nil {
			return []byte(f.Data.Reveal()), nil
		}
		return nil, fs.ErrNotExist
	}})
	// A profile can be in a file of the image.
	r.Findings = append(r.Findings[:before], slices.DeleteFunc(r.Findings[before:], func(f resolve.Finding) bool { return f.Code == resolve.CodeNoProfile })...)
}

// podReading is what is read for one resolution.
type podReading struct {
	*OnePod
	feared  bool
	vars    map[string]string
	env     resolve.EnvironSources
	sources places.Sources
}

// environ sorts the variables into sources, each with its exact origin.
func (r *podReading) environ() {
	r.env = resolve.ReadEnviron(r.contract, lines(r.vars))
	for _, v := range r.OnePod.env.Variables {
		src, name := r.sourceOf(v.Name)
		if src == nil {
			continue
		}
		value := src.Values[name]
		value.Origin, value.Err = originText(v.Origin, name, r.keyName(name)), v.Err
		src.Values[name] = value
	}
	if r.feared {
		r.fearVariables()
	}
	r.env.TakeKeyFiles(r.contract, r.vars, r.keyFile)
	r.sources.Put(places.ConfigMapPrefixed, r.env.ConfigMapPrefixed)
	r.sources.Put(places.SecretPrefixed, r.env.SecretPrefixed)
	r.sources.Put(places.PlainVariables, r.env.Plain)
	r.sources.Put(places.SensitiveVariables, r.env.Sensitive)
}

// sourceOf is the source that a variable belongs to, and its name there; nil where the
// contract does not know it.
func (r *podReading) sourceOf(variable string) (*resolve.Source, string) {
	src := &r.env.Plain
	name, prefixed := strings.CutPrefix(variable, resolve.ConfigMapPrefix)
	if prefixed {
		src = &r.env.ConfigMapPrefixed
	} else if name, prefixed = strings.CutPrefix(variable, resolve.SecretPrefix); prefixed {
		src = &r.env.SecretPrefixed
	}
	k := r.contract.KeyFor(name)
	if k == nil {
		return nil, ""
	}
	if !prefixed && k.Sensitive {
		src = &r.env.Sensitive
	}
	return src, name
}

func (r *podReading) keyName(variable string) string { return r.contract.KeyFor(variable).Name }

// fearVariables puts every key where something that was not seen could have put it.
func (r *podReading) fearVariables() {
	for _, k := range r.contract.Keys {
		for _, prefix := range []string{"", resolve.ConfigMapPrefix, resolve.SecretPrefix} {
			if u, may := r.OnePod.env.May(prefix + k.Name); may {
				src, name := r.sourceOf(prefix + k.Name)
				src.Values[name] = resolve.Value{Err: u.Err, Origin: u.Origin.String()}
			}
		}
	}
}

// keyFile is the file that a variable like MINIO_SECRET_KEY_FILE names.
func (r *podReading) keyFile(variable, name string) (resolve.Value, bool) {
	f, have := r.files.Of(name)
	if have {
		v := valueOf(f)
		v.Origin = f.Origin.String() + " by " + variable
		return v, true
	}
	if m, mounted := r.files.At(name); mounted && m.Err == nil {
		return resolve.Value{}, false
	}
	return resolve.Value{Err: &cluster.NotKnown{Reason: "its file is not one of a ConfigMap or a Secret"}, Origin: "file by " + variable}, true
}

// mounted reads a directory. Where nothing is mounted there, the image may have it.
func (r *podReading) mounted(at places.Place, layer resolve.Layer, dir string) resolve.Source {
	files := map[string]resolve.Value{}
	for _, f := range r.files.Files {
		if inside, below := strings.CutPrefix(f.Path, path.Clean(dir)+"/"); below {
			v := valueOf(f)
			v.Origin = originText(f.Origin, inside, inside) + " in " + dir
			files[inside] = v
		}
	}
	m, mounted := r.files.At(dir)
	if mounted && m.Err != nil && r.feared {
		for _, k := range r.contract.Keys {
			if _, have := files[k.Name]; !have {
				files[k.Name] = resolve.Value{Err: m.Err, Origin: mountText(m)}
			}
		}
	}
	if !mounted && len(files) == 0 {
		return resolve.Source{}
	}
	src := resolve.MountedFiles(r.contract, mountText(m), layer, dir, files)
	r.sources.Put(at, src)
	return src
}

func mountText(m cluster.Mount) string {
	for _, o := range m.Origins {
		return o.String() + " in " + m.Path
	}
	return "volume " + m.Volume
}

func valueOf(f cluster.File) resolve.Value {
	if f.Err != nil {
		return resolve.Value{Err: f.Err}
	}
	v := resolve.FileValue(f.Path, f.Data.Reveal())
	v.Mode = f.Mode
	return v
}

// originText is where a value comes from. The key of the object is left out where it is
// that of the contract, and the variable where it follows from that.
func originText(o cluster.Origin, name, key string) string {
	switch {
	case o.Key == name && name == key:
		return o.Object().String()
	case o.Key == name || name == key:
		return o.String()
	}
	return o.String() + " as " + name
}

// parameters are those of the run, as far as the command line and variables have them.
func (r *podReading) parameters(where platform.Platform) {
	put := func(at places.Place, err error, sources ...resolve.Source) {
		if err != nil {
			r.problem(err)
			return
		}
		r.sources.Put(at, sources...)
	}
	flags, err := resolve.ParamsFlag(r.contract, slices.DeleteFunc(slices.Clone(r.command.params), isPlaceholder))
	put(places.ParamFlags, err, flags)
	if file := r.setting("params-file", "FLTS_PARAMS_FILE"); file != "" {
		if f, have := r.files.Of(file); have && f.Err == nil {
			src, err := resolve.ParamsJSON(r.contract, "params-file "+file, []byte(f.Data.Reveal()))
			put(places.ParamFile, err, src)
		}
	}
	if text := r.setting("params-json", "FLTS_PARAMS_JSON"); text != "" {
		src, err := resolve.ParamsJSON(r.contract, "params-json", []byte(text))
		put(places.ParamText, err, src)
	}
	text, name := r.setting("executor-input", "FLTS_EXECUTOR_INPUT"), "executor-input"
	if text == "" || isPlaceholder(text) {
		text, name = where.Executor.Text, where.Executor.From+" executor-input"
	}
	if text == "" {
		return
	}
	sources, err := resolve.SplitExecutorInput(r.contract, name, []byte(text), where.ComponentDefaults(text))
	if err != nil {
		r.problem(err)
		return
	}
	r.sources.Put(places.ExecutorParams, sources[:1]...)
	r.sources.Put(places.ComponentDefaults, sources[1:]...)
}

// yaml reads the YAML files that are mounted; those of the image are not seen.
func (r *podReading) yaml(appEnv resolve.AppEnv) {
	dir := cmp.Or(r.setting("yaml-dir", "FLTS_YAML_DIR"), yamlDir)
	texts := map[string]string{}
	for _, f := range r.files.Files {
		if path.Dir(f.Path) == path.Clean(dir) && f.Err == nil {
			texts[path.Base(f.Path)] = f.Data.Reveal()
		}
	}
	sources, err := resolve.MountedYAML(r.contract, dir, appEnv, texts)
	if err != nil {
		r.problem(err)
	}
	r.sources.Put(places.YAMLFiles, sources...)
}

// isPlaceholder reports a word that the launcher will replace.
func isPlaceholder(word string) bool { return strings.Contains(word, "{{$") }

// problem keeps what flts-run would refuse, once.
func (r *podReading) problem(err error) {
	if !r.feared {
		r.problems = append(r.problems, err)
	}
}

// appEnv is APP_ENV in the container: the flag, the variable, then the ConfigMap.
func (r *podReading) appEnv(config resolve.Source) resolve.AppEnv {
	text := r.setting("app-env", "APP_ENV")
	for _, src := range []resolve.Source{r.env.ConfigMapPrefixed, config} {
		text = cmp.Or(text, src.AppEnv.Text.Reveal())
	}
	appEnv, err := resolve.ParseAppEnv(text)
	if err != nil {
		r.problem(err)
	}
	return cmp.Or(appEnv, r.doctor.AppEnv)
}

// lines is an environment as a process has it.
func lines(vars map[string]string) []string {
	all := make([]string, 0, len(vars))
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		all = append(all, name+"="+vars[name])
	}
	return all
}
