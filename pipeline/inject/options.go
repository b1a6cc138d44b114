package inject

import (
	"cmp"
	"path"
	"strings"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/pipeline"
)

// Where flts-run and its configuration are by default.
const (
	DefaultProgram   = "/usr/local/bin/flts-run"
	DefaultConfigDir = "/etc/flts/config"
	DefaultSecretDir = "/etc/flts/secrets"
)

// What is in front of a key in the name of a variable, by where its value comes from.
// flts-run reads them so.
const (
	ConfigMapPrefix = "FLTS_FROM_CONFIGMAP_"
	SecretPrefix    = "FLTS_FROM_SECRET_"
)

// Way is how the configuration reaches a container.
type Way string

const (
	// Volumes are mounted objects. Every value has an exact origin, the pipeline needs no
	// list of keys, and a key that is added to the object needs no new pipeline.
	Volumes Way = "volume"
	// Variables are one for each key, with a name that says where it comes from.
	Variables Way = "env"
)

// Options say what is added. The zero value adds the program alone.
type Options struct {
	// File is the name of the pipeline's file, for messages.
	File string
	// Program is flts-run in the images: a path, or a name that is found on PATH.
	// "" is DefaultProgram.
	Program string
	// Variables are set in each container, such as FLTS_MODE and APP_ENV. A name that the
	// pipeline sets itself keeps the value that it has there.
	Variables map[string]string
	// By is how the objects reach the containers; "" is Volumes.
	By Way
	// ConfigMap and Secret are the objects. One without a name is not used.
	ConfigMap, Secret Object
	// Keys are what Variables need: the keys of the contract, and APP_ENV.
	Keys []Key
	// Skip leaves tasks out: paths of tasks, labels of executors, names of components, and
	// patterns of them as path.Match has them.
	Skip []string
	// Images replaces images, whole names by whole names.
	Images map[string]string
	// Server is the version of KFP that will run the pipeline: "2.0.5". What it cannot
	// read is left out, or refused where it is needed. "" is the newest.
	Server string
}

// Object is a ConfigMap or a Secret.
type Object struct {
	Name string
	// Dir is where it is mounted; "" is the default.
	Dir string
	// Required makes the pod wait until the object is there. Otherwise the container
	// starts without it, and flts-run says what is missing.
	Required bool
}

// Key is a key of the contract.
type Key struct {
	Name      string
	Sensitive bool // it is in the Secret, and otherwise in the ConfigMap
}

func (o Options) withDefaults() Options {
	o.File = cmp.Or(o.File, "the pipeline")
	o.Program = cmp.Or(o.Program, DefaultProgram)
	o.By = cmp.Or(o.By, Volumes)
	o.ConfigMap.Dir = cmp.Or(o.ConfigMap.Dir, DefaultConfigDir)
	o.Secret.Dir = cmp.Or(o.Secret.Dir, DefaultSecretDir)
	return o
}

// Versions of KFP that began to read something.
var (
	sinceConfigMaps        = pipeline.Release{2, 1}
	sinceOptionalVolumes   = pipeline.Release{2, 3}
	sinceNameParameters    = pipeline.Release{2, 5}
	sinceOptionalVariables = pipeline.Release{2, 15}
)

// olderThan reports whether the server is known to be older.
func (o Options) olderThan(since pipeline.Release) bool {
	return pipeline.ReleaseOf(o.Server).Before(since)
}

// checkOptions refuses what no pipeline can have.
func (i *injection) checkOptions() {
	if strings.ContainsAny(i.Program, " \t\n{}$") {
		i.refuse("write the path of flts-run in the images: "+DefaultProgram, "the program %q is no path", i.Program)
	}
	for _, name := range sortedNames(i.Options.Variables) {
		i.checkVariable(name, i.Options.Variables[name])
	}
	if i.Server != "" && pipeline.ReleaseOf(i.Server) == (pipeline.Release{}) {
		i.refuse("write it as the server shows it: 2.14.3", "%q is no version of KFP", i.Server)
	}
	if i.ConfigMap.Name != "" && i.olderThan(sinceConfigMaps) {
		i.refuse("leave the ConfigMap out, and give its values by --set, as parameters, or in the image's /etc/flts/config_base.yaml",
			"KFP reads ConfigMaps in a pipeline from %s on, and the server is %s", sinceConfigMaps, i.Server)
	}
	i.checkObject(pipeline.ConfigMap, i.ConfigMap)
	i.checkObject(pipeline.Secret, i.Secret)
	switch i.By {
	case Volumes:
		i.checkVolumes()
	case Variables:
		i.checkKeys()
	default:
		i.refuse("", "%q is no way for the configuration: volume or env", i.By)
	}
}

// checkVariable: the pipeline shows the variables that it sets to whoever may read it.
func (i *injection) checkVariable(name, value string) {
	switch {
	case name != "APP_ENV" && !strings.HasPrefix(name, "FLTS_"):
		i.refuse("keys of the contract belong into the ConfigMap or the Secret", "%s is no variable of flts-run", name)
	case name == markVariable || strings.HasPrefix(name, ConfigMapPrefix) || strings.HasPrefix(name, SecretPrefix):
		i.refuse("", "%s is not for you to set: the injection itself does", name)
	case name == "FLTS_FINGERPRINT_KEY" || form.HoldsSecret(value):
		i.refuse("put it into the Secret", "%s is a secret, and a pipeline shows what it sets", name)
	case strings.Contains(value, "{{"):
		i.refuse("", "%s has {{ in its value, where KFP puts something else", name)
	}
}

// checkObject refuses a place that no volume is mounted at.
func (i *injection) checkObject(kind string, o Object) {
	if o.Name != "" && (!path.IsAbs(o.Dir) || strings.ContainsAny(o.Dir, ":{$")) {
		i.refuse("write a path: /etc/flts/own", "%q is no place to mount the %s at", o.Dir, kind)
	}
}

// checkVolumes: KFP names a volume like the object, whatever its kind.
func (i *injection) checkVolumes() {
	if i.ConfigMap.Name == "" || i.Secret.Name == "" {
		return
	}
	if i.ConfigMap.Name == i.Secret.Name {
		i.refuse("rename one of them, or use --by env",
			"the ConfigMap and the Secret are both called %s, and KFP names the volumes like the objects: a pod has each name once", i.Secret.Name)
	}
	if samePath(i.ConfigMap.Dir, i.Secret.Dir) {
		i.refuse("", "the ConfigMap and the Secret cannot both be mounted at %s", i.Secret.Dir)
	}
}

// checkKeys: without optional every key must be in its object, or no pod starts.
func (i *injection) checkKeys() {
	switch {
	case len(i.Keys) == 0:
		i.refuse("name the keys: --key MINIO_ENDPOINT", "no keys are given, and variables are one for each key")
	case i.optionalVariables() && i.olderThan(sinceOptionalVariables):
		i.refuse("add --require-objects and name with --key those that are there; or use --by volume",
			"KFP reads from %s on that a variable is optional, and the server is %s: no pod would start while one of the keys is missing", sinceOptionalVariables, i.Server)
	}
}

func (i *injection) optionalVariables() bool {
	return i.ConfigMap.Name != "" && !i.ConfigMap.Required || i.Secret.Name != "" && !i.Secret.Required
}
