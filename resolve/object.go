package resolve

// ReadObject makes a source of the keys of a ConfigMap or a Secret as envFrom gives
// them to a process: nothing is taken away from a value. name is the source's name.
func ReadObject(c *Contract, name string, layer Layer, data map[string][]byte) Source {
	s := Source{Name: name, Layer: layer, Values: map[string]Value{}}
	for key, value := range data {
		s.add(c, key, string(value))
	}
	return s
}
