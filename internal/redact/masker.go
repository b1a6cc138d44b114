package redact

// Masker is a Set of secrets whose keys do not matter. The zero value replaces
// nothing. It may be used by several goroutines at once.
type Masker struct{ set Set }

// Add registers secrets.
func (m *Masker) Add(secrets ...string) { m.set.Add("", secrets...) }

// Mask returns the text with its secrets replaced, see Set.Mask.
func (m *Masker) Mask(text string) string { return m.set.Mask(text) }
