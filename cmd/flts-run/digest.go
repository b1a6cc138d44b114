package main

import (
	"strings"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/resolve"
)

// digestVariable tells the task which configuration it runs with. One that
// arrives in the environment is of another configuration and is replaced.
const digestVariable = "FLTS_CONFIG_DIGEST"

// digestOf names the configuration, see resolve.Digest. A configuration that
// cannot be used has no name: what is wrong is missing from it.
func digestOf(r *resolve.Resolution, mask *redact.Set) string {
	if r.Failed() {
		return ""
	}
	return r.Digest(mask.Mask)
}

// table is what is printed of the configuration: a line for each key, and the
// digest.
func (p *plan) table(mask *redact.Set) string {
	text := console.Printable(mask.Mask(configTable(p.resolution)))
	if p.digest != "" {
		text += "configuration digest: " + p.digest + "\n"
	}
	return text
}

// taskVariables are the variables that are set for the task.
func (p *plan) taskVariables() map[string]string {
	set := p.resolution.Environ()
	set[wrappedVariable] = "1"
	if p.appEnv != "" { // from a flag or the ConfigMap too: the task goes by it as we did
		set[appEnvOption.variable] = p.appEnv
	}
	if p.digest != "" {
		set[digestVariable] = p.digest
	}
	return set
}

// isBootstrap tells the variables that are for us alone.
func isBootstrap(name string) bool {
	return strings.HasPrefix(name, resolve.ConfigMapPrefix) || strings.HasPrefix(name, resolve.SecretPrefix) ||
		name == fingerprintKeyOption.variable
}
