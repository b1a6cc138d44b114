package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// Digest is the SHA-256 of both documents, in hexadecimal. Two packages have the
// same one if and only if they are the same to a server: the order of names and
// the writing of numbers (1, 1.0, 1e0) do not count.
func (p *Package) Digest() string {
	return Digest(map[string]any{"pipeline_spec": p.spec, "platform_spec": p.platform})
}

// Digest is the SHA-256 of a JSON value in hexadecimal, in the same way.
func Digest(v any) string {
	h := sha256.New()
	// Writing a JSON value to a hash does not fail.
	_ = json.NewEncoder(h).Encode(asDoubles(v))
	return hex.EncodeToString(h.Sum(nil))
}

// asDoubles writes every number in one form, as the double that servers keep.
func asDoubles(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, inner := range v {
			m[name] = asDoubles(inner)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, inner := range v {
			list[i] = asDoubles(inner)
		}
		return list
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		if err != nil {
			return v
		}
		return f + 0 // without the sign of a zero
	}
	return v
}
