package pipeline

import "github.com/flts-run/flts-run/internal/jsonvalue"

// DisableCaching is a copy of which no task takes a result from the cache, at any
// level of the DAG, and how many tasks that changed. The cache cannot be switched
// off for one run in another way.
func (p *Package) DisableCaching() (*Package, int) {
	c := *p
	c.spec = jsonvalue.Clone(p.spec).(map[string]any)
	changed := 0
	dags := []any{memberAt(c.spec, "root", "dag")}
	for _, component := range mappingAt(c.spec, "components") {
		dags = append(dags, member(component, "dag"))
	}
	for _, dag := range dags {
		for _, task := range mappingAt(dag, "tasks") {
			options := mappingAt(task, "cachingOptions")
			for _, name := range []string{"enableCache", "enable_cache"} {
				if options[name] == true {
					options[name] = false
					changed++
				}
			}
		}
	}
	return &c, changed
}
