package doctor

import (
	"strings"

	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
)

// airflow reads the connections of Airflow that the contract maps. A connection is a
// password with an address around it, so that all that is secret of it is told, mapped
// or not.
func (r *podReading) airflow() {
	for variable, texts := range resolve.AirflowSecrets(r.vars) {
		for _, text := range texts {
			r.doctor.Learn(variable, text)
		}
	}
	for _, src := range resolve.ReadAirflow(r.contract, r.vars) {
		variable := strings.TrimPrefix(src.Name, "env ")
		given, _ := r.OnePod.env.Of(variable)
		for name, value := range src.Values {
			value.Origin = originText(given.Origin, variable, "") + strings.TrimPrefix(value.Origin, src.Name)
			src.Values[name] = value
		}
		r.sources.Put(places.AirflowConnections, src)
	}
	r.unseenConnections()
}

// unseenConnections puts keys where a connection that was not seen gives them, or may
// give them. Of several names of a connection the first that is there counts.
func (r *podReading) unseenConnections() {
	for _, n := range r.contract.Connections {
		for _, id := range n.IDs {
			variable := resolve.AirflowPrefix + strings.ToUpper(id)
			given, there := r.OnePod.env.Of(variable)
			unseen, may := r.OnePod.env.May(variable)
			err, origin := given.Err, originText(given.Origin, variable, "")
			if given.Err == nil && r.feared && may {
				err, origin = unseen.Err, unseen.Origin.String()
			}
			if err != nil {
				src := resolve.Source{Name: "env " + variable, Layer: resolve.Secret, Values: map[string]resolve.Value{}}
				for _, k := range n.Keys {
					src.Values[k.Name] = resolve.Value{Err: err, Origin: origin}
				}
				r.sources.Put(places.AirflowConnections, src)
			}
			if there || err != nil {
				break
			}
		}
	}
}
