package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

const (
	codeAirflowPart   = "FLTS-K67" // a part of Airflow does not run
	codeNotAirflow    = "FLTS-H09" // the API is not there
	codeAirflowLogin  = "FLTS-A10" // the login is wrong, or may not list DAGs
	airflowIsHealthy  = "airflow.health"
	airflowSilent     = "Airflow could not be asked how it is"
	noAirflow         = "nothing says where Airflow is: set AIRFLOW_API_URL"
	partDatabase      = "metadatabase"
	partScheduler     = "scheduler"
	partDAGProcessor  = "dag_processor"
	partTriggerer     = "triggerer"
	statusHealthy     = "healthy"
	firstWithoutInner = 3 // since this version no scheduler reads DAGs by itself
)

// airflowChecks look at Airflow, where somebody said where it is.
func (d *Doctor) airflowChecks() []checklist.Check {
	check := func(id string, title string, run func(context.Context) checklist.Finding, needs ...string) checklist.Check {
		return checklist.Check{ID: id, Target: "airflow", Title: title, Needs: append([]string{reached}, needs...), Run: func(ctx context.Context) checklist.Finding {
			if d.Servers.Airflow == nil {
				return skip(noAirflow)
			}
			return run(ctx)
		}}
	}
	return []checklist.Check{
		check(airflowIsHealthy, "Airflow answers, and all its parts run", d.airflowHealthy),
		check("airflow.version", "the version of Airflow is known", d.airflowVersion),
		check("airflow.login", "Airflow accepts the login", d.airflowLogin),
	}
}

func (d *Doctor) airflowHealth(ctx context.Context) (AirflowHealth, error) {
	return d.told.airflow.ask(ctx, d.Servers.Airflow.Health)
}

// airflowHealthy reads what stands in an answer whose status is always 200.
func (d *Doctor) airflowHealthy(ctx context.Context) checklist.Finding {
	health, err := d.airflowHealth(ctx)
	if err != nil {
		return serverFinding(err, codeNotAirflow)
	}
	var down, idle, all []string
	for _, p := range health.Parts {
		name, of := strings.ReplaceAll(p.Name, "_", " "), consequence(p, health.Version)
		switch {
		case p.Status == statusHealthy:
			all = append(all, name)
		case p.Status == "" && of == "":
		case p.Name == partTriggerer:
			idle = append(idle, fmt.Sprintf("the %s %s", name, shownStatus(p)))
		default:
			down = append(down, fmt.Sprintf("the %s %s: %s", name, shownStatus(p), of))
		}
	}
	const hint = "look at their pods and logs; by hand: airflow jobs check --limit 5 --allow-multiple"
	switch {
	case len(health.Parts) == 0:
		return unknown("", "Airflow at "+d.Servers.Airflow.Where+" does not say how its parts are")
	case len(down) > 0:
		return hinted(fail(codeAirflowPart, down[0], append(down, idle...)...), hint)
	case len(idle) > 0:
		return hinted(warn(codeAirflowPart, idle[0]+": tasks that are deferred stay so"), hint)
	}
	return pass(strings.Join(all, ", ") + " healthy at " + d.Servers.Airflow.Where)
}

func shownStatus(p AirflowPart) string {
	if p.Status == "" {
		return "never ran"
	}
	return "is " + p.Status
}

// consequence is what does not happen without a part, "" where nothing is amiss if it
// never ran: the triggerer is wanted by few, and up to version 2 the scheduler reads
// DAGs where no processor does.
func consequence(p AirflowPart, version string) string {
	major, _, known := kfpRelease(version)
	switch {
	case p.Name == partDatabase:
		return "nothing works"
	case p.Name == partScheduler:
		return "runs stay queued"
	case p.Name == partDAGProcessor && (p.Status != "" || known && major >= firstWithoutInner):
		return "new and changed DAGs are not seen"
	case p.Name == partTriggerer && p.Status != "":
		return "tasks that are deferred stay so"
	}
	return ""
}

func (d *Doctor) airflowVersion(ctx context.Context) checklist.Finding {
	health, err := d.airflowHealth(ctx)
	switch {
	case err != nil:
		return skip(airflowSilent)
	case health.Version == "":
		return unknown("", "it is an Airflow 2 that says its version only to those who are logged in")
	}
	return pass("Airflow " + health.Version)
}

func (d *Doctor) airflowLogin(ctx context.Context) checklist.Finding {
	if _, err := d.airflowHealth(ctx); err != nil {
		return skip(airflowSilent)
	}
	if !d.Servers.Airflow.Login {
		return skip("no login for Airflow is given: set AIRFLOW_CLI_TOKEN, or FLTSCTL_BACKEND=airflow with FLTSCTL_USER and FLTSCTL_PASSWORD_FILE")
	}
	if err := d.Servers.Airflow.MayList(ctx); err != nil {
		return serverFinding(err, codeAirflowLogin)
	}
	return pass("the login may list DAGs")
}
