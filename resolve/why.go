package resolve

// Why says of every candidate of a key, in their order, why it counts or does
// not: "wins", "shadowed by layer configmap". A candidate that cannot be used is
// said to be so. No value is quoted.
func (r *Resolution) Why(k *Resolved) []string {
	reasons := make([]string, len(k.Candidates))
	for i, c := range k.Candidates {
		reasons[i] = r.why(k, i)
		if c.Err != nil {
			reasons[i] += ", and " + c.Err.Error()
		}
	}
	return reasons
}

func (r *Resolution) why(k *Resolved, i int) string {
	c := k.Candidates[i]
	layer, grouped := r.groupLayer(k.Key.Group)
	switch {
	case c.Empty:
		return "empty, which counts as not given"
	case i == k.Winner:
		return "wins"
	case grouped && layer == 0 && r.Ambient != "":
		return "not put over the AWS identity of the pod (" + r.Ambient + ")"
	case grouped && layer == 0:
		return "the rest of group " + k.Key.Group + " is not given"
	case grouped && c.Layer != layer:
		return "group " + k.Key.Group + " comes from layer " + layer.String()
	}
	win := k.Candidates[k.Winner]
	switch {
	case c.Layer != win.Layer:
		return "shadowed by layer " + win.Layer.String()
	case c.builtin:
		return "same layer: the contract's default comes last"
	case win.spelling == 0 && c.spelling > 0:
		return "same layer: the key's own name beats a spelling"
	case win.source == c.source:
		return "same place: " + win.Origin + " comes first"
	}
	return "same layer: " + win.Origin + " comes first"
}

// groupLayer returns the layer that a group is taken from, or 0 when it is not
// given. grouped is false for the keys without a group.
func (r *Resolution) groupLayer(group string) (layer Layer, grouped bool) {
	if group == "" {
		return 0, false
	}
	for _, k := range r.Keys {
		if k.Key.Group == group && !k.Key.Optional && k.Winner >= 0 {
			return k.Candidates[k.Winner].Layer, true
		}
	}
	return 0, true
}
