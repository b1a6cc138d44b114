package doctor_test

import (
	"context"
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
)

// parts are those of an Airflow, in the order in which it tells of them.
func parts(database, scheduler, processor, triggerer string) []doctor.AirflowPart {
	return []doctor.AirflowPart{{"metadatabase", database}, {"scheduler", scheduler}, {"dag_processor", processor}, {"triggerer", triggerer}}
}

func TestAirflow(t *testing.T) {
	const hint = "look at their pods and logs; by hand: airflow jobs check --limit 5 --allow-multiple"
	login := &doctor.ServerFault{Code: "FLTS-A10", Message: "Airflow does not accept the token", Hint: "get another", Refused: true}
	for _, c := range []struct {
		name, check string
		health      doctor.AirflowHealth
		fault       error // of what is asked
		want        []checklist.Finding
	}{
		{"all of 3", "airflow.health", doctor.AirflowHealth{Version: "3.3.2", Parts: parts("healthy", "healthy", "healthy", "")}, nil, found(checklist.Pass, "", "metadatabase, scheduler, dag processor healthy at http://airflow:8080", "")},
		{"all of 2", "airflow.health", doctor.AirflowHealth{Version: "2.11.2", Parts: parts("healthy", "healthy", "", "healthy")}, nil, found(checklist.Pass, "", "metadatabase, scheduler, triggerer healthy at http://airflow:8080", "")},
		{
			"nobody schedules", "airflow.health",
			doctor.AirflowHealth{Version: "3.3.2", Parts: parts("healthy", "", "", "unhealthy")},
			nil,
			found(checklist.Fail, "FLTS-K67", "the scheduler never ran: runs stay queued", hint,
				"the scheduler never ran: runs stay queued", "the dag processor never ran: new and changed DAGs are not seen", "the triggerer is unhealthy"),
		},
		{
			"no database", "airflow.health",
			doctor.AirflowHealth{Parts: parts("unhealthy", "healthy", "", "")},
			nil,
			found(checklist.Fail, "FLTS-K67", "the metadatabase is unhealthy: nothing works", hint, "the metadatabase is unhealthy: nothing works"),
		},
		{
			"no triggerer", "airflow.health",
			doctor.AirflowHealth{Parts: parts("healthy", "healthy", "", "unhealthy")},
			nil,
			found(checklist.Warn, "FLTS-K67", "the triggerer is unhealthy: tasks that are deferred stay so", hint),
		},
		{"silent", "airflow.health", doctor.AirflowHealth{Version: "3.3.2"}, nil, found(checklist.Unknown, "", "Airflow at http://airflow:8080 does not say how its parts are", "")},
		{
			"another product", "airflow.health",
			doctor.AirflowHealth{},
			&doctor.ServerFault{Message: "what answers is no Airflow", Hint: "correct it"},
			found(checklist.Fail, "FLTS-H09", "what answers is no Airflow", "correct it"),
		},
		{"interrupted", "airflow.health", doctor.AirflowHealth{}, context.Canceled, found(checklist.Unknown, "", "context canceled", "")},
		{"a version", "airflow.version", doctor.AirflowHealth{Version: "3.3.2"}, nil, found(checklist.Pass, "", "Airflow 3.3.2", "")},
		{"a secret version", "airflow.version", doctor.AirflowHealth{}, nil, found(checklist.Unknown, "", "it is an Airflow 2 that says its version only to those who are logged in", "")},
		{"no version of nothing", "airflow.version", doctor.AirflowHealth{}, login, found(checklist.Skip, "", "Airflow could not be asked how it is", "")},
		{"a login", "airflow.login", doctor.AirflowHealth{}, nil, found(checklist.Pass, "", "the login may list DAGs", "")},
		{"nobody's login", "airflow.login", doctor.AirflowHealth{}, login, found(checklist.Skip, "", "no login for Airflow is given: set AIRFLOW_CLI_TOKEN, or FLTSCTL_BACKEND=airflow with FLTSCTL_USER and FLTSCTL_PASSWORD_FILE", "")},
		{
			"a wrong login", "airflow.login",
			doctor.AirflowHealth{},
			login,
			[]checklist.Finding{{State: checklist.Fail, Code: "FLTS-A10", Detail: "Airflow does not accept the token", Hint: "get another", Refused: true}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			scenario{only: only(c.check), want: c.want, options: func(o *doctor.Options) {
				o.Servers.Airflow = &doctor.Airflow{
					Where: "http://airflow:8080", Login: c.name != "nobody's login",
					Health: func(context.Context) (doctor.AirflowHealth, error) {
						if c.check == "airflow.login" {
							return c.health, nil
						}
						return c.health, c.fault
					},
					MayList: func(context.Context) error { return c.fault },
				}
			}}.run(t)
		})
	}
}

func TestWithoutAirflow(t *testing.T) {
	skipped := checklist.Finding{State: checklist.Skip, Detail: "nothing says where Airflow is: set AIRFLOW_API_URL"}
	scenario{only: []string{"airflow.*"}, want: []checklist.Finding{skipped, skipped, skipped}}.run(t)
}
