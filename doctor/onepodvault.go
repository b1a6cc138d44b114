package doctor

import (
	"cmp"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
)

// vaultDir is where an agent of Vault writes if it is told nothing else, and vaultInject
// the annotation by which a pod asks for one.
const (
	vaultDir    = "/vault/secrets"
	vaultInject = "vault.hashicorp.com/agent-inject"
)

// vault takes the files of a Vault agent to hold every key: they are written into a
// volume of the pod when it starts, and are nowhere else.
func (r *podReading) vault() {
	dir := r.vaultDir()
	_, mounted := r.files.At(dir)
	if !r.feared || !mounted && !r.hasVaultAgent() {
		return
	}
	src := resolve.Source{Name: "vault " + dir, Layer: resolve.Secret, Values: map[string]resolve.Value{}}
	for _, k := range r.contract.Keys {
		src.Values[k.Name] = resolve.Value{Err: &cluster.NotKnown{Reason: "what a Vault agent writes is in the pod alone"}, Origin: "files in " + dir}
	}
	r.sources.Put(places.VaultFiles, src)
}

func (p *OnePod) vaultDir() string {
	return cmp.Or(p.setting("vault-dir", "FLTS_VAULT_DIR"), vaultDir)
}

func (p *OnePod) hasVaultAgent() bool { return p.Annotations[vaultInject] == "true" }

// noteVault says what of an agent would decide.
func (p *OnePod) noteVault() {
	if p.hasVaultAgent() {
		p.note("a Vault agent writes files into " + p.vaultDir() + ", which cannot be seen from here: flts-run config in the pod shows what they give")
	}
}
