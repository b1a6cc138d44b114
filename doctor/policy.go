package doctor

import (
	"context"
	"fmt"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/resolve"
)

// codeAppEnv is of an APP_ENV that does not say where we are.
const codeAppEnv = "FLTS-K26"

// policyChecks hold the resolved configuration against the contract and its policy.
func (d *Doctor) policyChecks() []checklist.Check {
	check := func(id, title string) checklist.Check {
		return checklist.Check{ID: id, Target: "policy", Title: title, Needs: []string{reached}, Run: d.policyFindings(id)}
	}
	environment := check("policy.environment", "APP_ENV says where the components run")
	environment.Run = d.environment
	return []checklist.Check{
		environment,
		check(policyComplete, "every key that is required has a value"),
		check(policyCredentials, "no credentials are those that everybody knows"),
		check(policyTLS, "endpoints are spoken to over TLS, where the policy wants it"),
		check(policyVerification, "clients verify certificates"),
	}
}

// environment looks at APP_ENV, on which all of the policy depends.
func (d *Doctor) environment(ctx context.Context) checklist.Finding {
	r := d.plainConfiguration(ctx)
	if r.configErr != nil && !absent(r.configErr) {
		return d.couldNotLook(r.configErr)
	}
	given, err := resolve.ParseAppEnv(r.appEnv)
	switch {
	case err != nil:
		return d.withAppEnv(r, fail(codeAppEnv, "flts-run does not start: "+err.Error()))
	case given == "" && d.AppEnv != "":
		return pass(fmt.Sprintf("%s, as it was given here; %s does not say", d.AppEnv, d.ConfigMap))
	case given == "":
		return d.withAppEnv(r, warn(codeAppEnv, "APP_ENV is not set: development credentials are used where there are none, and the policy only warns"))
	case d.AppEnv != "" && d.AppEnv != given:
		return d.withAppEnv(r, warn(codeAppEnv, fmt.Sprintf("%s says APP_ENV=%s, and %s was given here", d.ConfigMap, given, d.AppEnv)))
	}
	return pass("APP_ENV is " + string(given))
}

// withAppEnv has APP_ENV typed into the ConfigMap, if there is one to type it into.
func (d *Doctor) withAppEnv(r *resolved, f checklist.Finding) checklist.Finding {
	if !r.changeable(resolve.ConfigMap) {
		return hinted(f, "set APP_ENV to dev, staging or prod in the ConfigMap "+d.ConfigMap)
	}
	return mended(f, d.typedIntoConfigMap("APP_ENV", "dev, staging or prod"))
}

// policyFindings makes the check that reports what the resolution finds of the whole.
// Where an object could not be seen nothing is known: it may hold what is missing, and it
// may shadow what is wrong.
func (d *Doctor) policyFindings(check string) func(context.Context) checklist.Finding {
	return func(ctx context.Context) checklist.Finding {
		r := d.configuration(ctx)
		if err := r.unseen(); err != nil {
			return d.couldNotLook(err)
		}
		if r.appEnvErr != nil && d.AppEnv == "" {
			return unknown("", "which policy holds is not known: "+r.appEnvErr.Error())
		}
		return merged(d.reported(r, check), map[string]string{
			policyComplete: "no required key is missing", policyCredentials: "no login that everybody knows",
			policyTLS: "TLS where the policy wants it", policyVerification: "certificates are verified",
		}[check])
	}
}
