package main

import "github.com/flts-run/flts-run/internal/secret"

// shownValue is a parameter's value as it may be shown: with a mask for what may be
// secret, at any depth. What is not there is not secret.
func shownValue(name string, value any) any {
	switch v := value.(type) {
	case nil:
		return nil
	case map[string]any:
		return shownParameters(v)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = shownValue(name, e)
		}
		return list
	}
	if looksSecret(name, value) {
		return secret.Mask
	}
	return value
}

// shownParameters is the parameters of a run, as they may be shown.
func shownParameters(all map[string]any) map[string]any {
	if all == nil {
		return nil
	}
	shown := make(map[string]any, len(all))
	for name, v := range all {
		shown[name] = shownValue(name, v)
	}
	return shown
}

// hide keeps what may be secret in a value out of all that is printed from now on:
// a task may log its parameters.
func (r *runner) hide(name string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, v := range v {
			r.hide(name, v)
		}
	case []any:
		for _, v := range v {
			r.hide(name, v)
		}
	case string:
		if looksSecret(name, v) {
			r.out.Mask.Add(name, v)
		}
	}
}
