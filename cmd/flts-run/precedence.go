package main

import "github.com/flts-run/flts-run/resolve"

// place is somewhere that values are read from.
type place int

const (
	paramFlags place = iota
	paramFile
	paramText
	executorParams
	configMapPrefixed
	configMapDir
	plainVariables
	secretPrefixed
	secretDir
	sensitiveVariables
	dotenvFile
	componentDefaults
	imageVariables
	yamlFiles // the overlay above the base

	numPlaces // stands last
)

// precedence is the order of the strategy, highest first: the layer of each
// place, and its rank inside the layer. Nothing else decides it. The contract's
// defaults come after all of them.
var precedence = []rank{
	{resolve.Parameters, paramFlags},
	{resolve.Parameters, paramFile},
	{resolve.Parameters, paramText},
	{resolve.Parameters, executorParams},
	{resolve.ConfigMap, configMapPrefixed},
	{resolve.ConfigMap, configMapDir},
	{resolve.ConfigMap, plainVariables},
	{resolve.Secret, secretPrefixed},
	{resolve.Secret, secretDir},
	{resolve.Secret, sensitiveVariables},
	{resolve.Secret, dotenvFile},
	{resolve.Defaults, componentDefaults},
	{resolve.Defaults, imageVariables},
	{resolve.Defaults, yamlFiles},
}

// rank is a place and the layer that it belongs to.
type rank struct {
	layer resolve.Layer
	place place
}

// places holds the sources that were read; a place may have several, the
// highest first.
type places map[place][]resolve.Source

func (p places) put(at place, sources ...resolve.Source) { p[at] = append(p[at], sources...) }

// inOrder lists the sources as resolve takes them.
func (p places) inOrder() []resolve.Source {
	var list []resolve.Source
	for _, rank := range precedence {
		for _, s := range p[rank.place] {
			s.Layer = rank.layer
			list = append(list, s)
		}
	}
	return list
}
