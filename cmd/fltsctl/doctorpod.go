package main

import (
	"strings"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
)

// podTable is where each key of the contract comes from in a pod, for people. Keys
// that nobody gave and nobody needs are left out.
func podTable(p *doctor.OnePod) string {
	head := "pod " + p.Name + ", container " + p.Container
	if image := podImage(p); image != "" {
		head += ", image " + image
	}
	rows := [][]string{{"KEY", "VALUE", "ORIGIN", "SHADOWED"}}
	for _, k := range p.Keys {
		given := k.Winner >= 0
		if !given && len(k.Candidates) == 0 && !k.Key.Required {
			continue
		}
		rows = append(rows, []string{k.Key.Name, podValue(k), podOrigin(k), strings.Join(podShadowed(k), ", ")})
	}
	var b strings.Builder
	b.WriteString(oneLine(head) + "\n" + table(rows))
	for _, note := range p.Notes {
		b.WriteString("note: " + oneLine(note) + "\n")
	}
	return b.String()
}

func podImage(p *doctor.OnePod) string {
	c := cluster.ContainerOf(p.Pod, p.Container)
	if c == nil {
		return ""
	}
	return c.Image
}

// podValue is a value as it may be shown.
func podValue(k doctor.PodKey) string {
	switch {
	case !k.Set && k.Unless != "":
		return "unknown"
	case k.Winner < 0:
		return "-"
	case !k.Set:
		return "invalid"
	case k.Value.IsEmpty():
		return `""`
	}
	return cut(k.Value.String(), longestValue)
}

func podOrigin(k doctor.PodKey) string {
	switch {
	case k.Unless != "" && k.Set:
		return k.Origin() + ", unless " + k.Unless + " has it"
	case k.Unless != "":
		return k.Unless + ", not seen"
	case k.Winner < 0:
		return "not set"
	}
	return k.Origin()
}

// podShadowed are the places that lost, and those with an empty value, which counts as
// none.
func podShadowed(k doctor.PodKey) []string {
	var list []string
	for i, c := range k.Candidates {
		switch {
		case c.Empty:
			list = append(list, c.Origin+" (empty)")
		case i != k.Winner:
			list = append(list, c.Origin)
		}
	}
	return list
}

// podDocument is a pod as our JSON shows it.
type podDocument struct {
	Name      string           `json:"name"`
	Namespace string           `json:"namespace"`
	Phase     string           `json:"phase,omitempty"`
	Container string           `json:"container"`
	Image     string           `json:"image,omitempty"`
	Started   string           `json:"started,omitempty"` // of the container, RFC 3339 in UTC
	AppEnv    string           `json:"app_env,omitempty"`
	Keys      []podKeyDocument `json:"keys"`
	Notes     []string         `json:"notes,omitempty"`
}

// podKeyDocument is a key in it.
type podKeyDocument struct {
	Name      string   `json:"name"`
	Set       bool     `json:"set"`
	Value     string   `json:"value"` // a mask where it is sensitive
	Sensitive bool     `json:"sensitive,omitempty"`
	Origin    string   `json:"origin,omitempty"`
	Layer     string   `json:"layer,omitempty"`
	Unless    string   `json:"unless,omitempty"` // what could not be seen, and decides if it has the key
	Shadowed  []string `json:"shadowed,omitempty"`
}

func newPodDocument(p *doctor.OnePod) podDocument {
	d := podDocument{
		Name: p.Name, Namespace: p.Namespace, Phase: string(p.Status.Phase), Container: p.Container, Image: podImage(p),
		Started: rfc3339(cluster.StartOf(p.Pod, p.Container)), AppEnv: string(p.AppEnv), Keys: []podKeyDocument{}, Notes: p.Notes,
	}
	for _, k := range p.Keys {
		key := podKeyDocument{
			Name: k.Key.Name, Set: k.Set, Value: k.Value.String(), Sensitive: k.Key.Sensitive,
			Origin: k.Origin(), Unless: k.Unless, Shadowed: podShadowed(k),
		}
		if k.Winner >= 0 {
			key.Layer = k.Candidates[k.Winner].Layer.String()
		}
		d.Keys = append(d.Keys, key)
	}
	return d
}
