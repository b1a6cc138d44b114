package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// Codes of what is wrong with Kubeflow Pipelines.
const (
	codeKFPService    = "FLTS-K55" // a Service of KFP is missing, or has no pod that is ready
	codeLauncher      = "FLTS-K56" // ConfigMap kfp-launcher cannot be used
	codeLauncherKeys  = "FLTS-K57" // a Secret of the launcher lacks a key
	codeLauncherStore = "FLTS-K58" // the launcher keeps artifacts in another store
	codeKFPMetadata   = "FLTS-K59" // ConfigMap metadata-grpc-configmap is missing
	codeOldKFP        = "FLTS-K65" // version 1 of KFP
	codeKFPElsewhere  = "FLTS-K66" // the runs are in another namespace
	codeKFPAPI        = "FLTS-K16" // another port, or no KFP
	codeKFPDenied     = "FLTS-A11" // KFP knows us and does not let us
	codeKFPSeaweed    = "FLTS-D03" // the store has another name since 2.15
)

const kfpIsHealthy = "kfp.health"

// kfpChecks look at Kubeflow Pipelines.
func (d *Doctor) kfpChecks() []checklist.Check {
	check := func(id string, title string, run func(context.Context) checklist.Finding, needs ...string) checklist.Check {
		return checklist.Check{ID: id, Target: "kfp", Title: title, Needs: append([]string{reached}, needs...), Run: func(ctx context.Context) checklist.Finding {
			if f, without := d.withoutKFP(ctx); without {
				return f
			}
			return run(ctx)
		}}
	}
	advisory := func(c checklist.Check) checklist.Check { c.Advisory = true; return c }
	return []checklist.Check{
		check("kfp.service", "the Service of Kubeflow Pipelines has ready pods", d.kfpService),
		check(kfpIsHealthy, "the API of Kubeflow Pipelines answers", d.kfpAnswers),
		check("kfp.version", "Kubeflow Pipelines runs compiled pipelines of version 2", d.kfpVersion, kfpIsHealthy),
		check("kfp.identity", "Kubeflow Pipelines lets this user see the runs", d.kfpIdentity, kfpIsHealthy),
		advisory(check("kfp.namespace", "the runs are in the namespace that is looked at", d.kfpPlace, kfpIsHealthy)),
		check("kfp.launcher", "ConfigMap kfp-launcher can be used", d.kfpLauncher),
		advisory(check("kfp.endpoint", "the launcher keeps artifacts in the object store of the contract", d.kfpEndpoint)),
		check("kfp.artifact-secret", "the launcher finds the credentials of its object store", d.kfpSecret),
		check("kfp.store", "the object store of the launcher is there", d.kfpStore),
		check("kfp.metadata", "tasks find the metadata server", d.kfpMetadata),
	}
}

func (d *Doctor) kfpAnswers(ctx context.Context) checklist.Finding {
	if d.Servers.KFP == nil {
		return skip(errNoWayToKFP.Error())
	}
	if _, err := d.kfpHealth(ctx); err != nil {
		return serverFinding(err, codeKFPAPI)
	}
	return pass("through " + d.Servers.KFP.Where)
}

func (d *Doctor) kfpVersion(ctx context.Context) checklist.Finding {
	health, err := d.kfpHealth(ctx)
	if err != nil {
		return serverFinding(err, codeKFPAPI)
	}
	users := "for one user"
	if health.MultiUser {
		users = "for many users"
	}
	major, _, known := kfpRelease(health.Version)
	switch {
	case !known:
		return hinted(unknown("", "it does not say which version it is, "+users), d.kubectl(d.kfpNamespace())+" get deployment "+apiService+" -o jsonpath='{.spec.template.spec.containers[*].image}'")
	case major < 2:
		return hinted(fail(codeOldKFP, "version "+health.Version+" takes no pipeline that version 2 of the SDK compiled"), "pip install 'kfp<2' to compile for it, or have it upgraded")
	}
	return pass("version " + health.Version + ", " + users)
}

// kfpRelease reads the first two numbers of a version: "2.15.0", "v2.5".
func kfpRelease(version string) (major, minor int, ok bool) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	second, _, _ := strings.Cut(rest, ".")
	major, err := strconv.Atoi(first)
	if err != nil {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(second)
	return major, minor, err == nil
}

// kfpIdentity lists runs as a submission would.
func (d *Doctor) kfpIdentity(ctx context.Context) checklist.Finding {
	health, err := d.kfpHealth(ctx)
	if err != nil {
		return serverFinding(err, codeKFPAPI)
	}
	namespace, where := "", "it asks for no user"
	if health.MultiUser {
		namespace, where = d.Namespace, "the login may see runs in "+d.Namespace
	}
	if err := d.Servers.KFP.MayList(ctx, namespace); err != nil {
		return serverFinding(err, codeKFPDenied)
	}
	return pass(where)
}

func (d *Doctor) kfpPlace(ctx context.Context) checklist.Finding {
	health, err := d.kfpHealth(ctx)
	if err != nil {
		return serverFinding(err, codeKFPAPI)
	}
	own := d.kfpNamespace()
	switch {
	case !health.MultiUser && d.Namespace != own:
		return hinted(fail(codeKFPElsewhere, fmt.Sprintf("all runs of this Kubeflow Pipelines are in %s, and get nothing of %s", own, d.Namespace)), "fltsctl doctor -n "+own)
	case health.MultiUser && d.Namespace == own:
		return hinted(fail(codeKFPElsewhere, "runs are in the namespaces of their users, and none is in "+own), d.kubectl("")+" get namespaces -l "+ofProfile+"=kubeflow-profile; then fltsctl doctor -n NAMESPACE")
	}
	return pass("runs are in " + d.Namespace)
}
