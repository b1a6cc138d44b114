package resolve

// Unread makes a source of a stored secret that nobody has read: each wanted key stands
// at its place there, with why as the error that it has. path is "" where the secret as a
// whole is the value, or where only its text could tell.
func (a Ask) Unread(id string, why func(path string) error) Source {
	s := Source{Name: storedName(id), Layer: Secret, Fetched: true, Only: a.keys(), Values: map[string]Value{}}
	paths := map[string]string{}
	for _, f := range a.Secret.Keys {
		if f.Path != wholeText {
			paths[f.Variable] = f.Path
		}
	}
	for _, name := range a.Wanted {
		s.Values[name] = Value{Err: why(paths[name]), Origin: s.Name + prefixed(" ", paths[name])}
	}
	return s
}
