// Package places is the order in which flts-run and fltsctl look for values: the
// strategy's precedence, as data. A place is somewhere that sources are read
// from; whoever reads one puts it here, in any order.
package places

import "github.com/flts-run/flts-run/resolve"

// Place is somewhere that values are read from.
type Place int

const (
	ParamFlags Place = iota
	ParamFile
	ParamText
	ExecutorParams
	ConfigMapPrefixed
	ConfigMapDir
	PlainVariables
	SecretPrefixed
	SecretDir
	SensitiveVariables
	AirflowConnections
	VaultFiles
	DotenvFile
	SecretsManager // asked last, and only for what is wanted
	ComponentDefaults
	ImageVariables
	YAMLFiles // the overlay above the base

	NumPlaces // stands last
)

// Precedence is the order of the strategy, highest first: the layer of each
// place, and its rank inside the layer. Nothing else decides it. The contract's
// defaults come after all of them. It is a variable for the tests that swap its
// neighbours.
var Precedence = []Rank{
	{resolve.Parameters, ParamFlags},
	{resolve.Parameters, ParamFile},
	{resolve.Parameters, ParamText},
	{resolve.Parameters, ExecutorParams},
	{resolve.ConfigMap, ConfigMapPrefixed},
	{resolve.ConfigMap, ConfigMapDir},
	{resolve.ConfigMap, PlainVariables},
	{resolve.Secret, SecretPrefixed},
	{resolve.Secret, SecretDir},
	{resolve.Secret, SensitiveVariables},
	{resolve.Secret, AirflowConnections},
	{resolve.Secret, VaultFiles},
	{resolve.Secret, DotenvFile},
	{resolve.Secret, SecretsManager},
	{resolve.Defaults, ComponentDefaults},
	{resolve.Defaults, ImageVariables},
	{resolve.Defaults, YAMLFiles},
}

// Rank is a place and the layer that it belongs to.
type Rank struct {
	Layer resolve.Layer
	Place Place
}

// Sources holds what was read; a place may have several, the highest first.
type Sources map[Place][]resolve.Source

// Put adds sources below those that the place has already.
func (s Sources) Put(at Place, sources ...resolve.Source) { s[at] = append(s[at], sources...) }

// Above lists the sources that rank higher than a place.
func (s Sources) Above(at Place) []resolve.Source {
	above := Sources{}
	for _, rank := range Precedence {
		if rank.Place == at {
			break
		}
		above[rank.Place] = s[rank.Place]
	}
	return above.InOrder()
}

// InOrder lists the sources as resolve takes them.
func (s Sources) InOrder() []resolve.Source {
	var list []resolve.Source
	for _, rank := range Precedence {
		for _, src := range s[rank.Place] {
			src.Layer = rank.Layer
			list = append(list, src)
		}
	}
	return list
}
