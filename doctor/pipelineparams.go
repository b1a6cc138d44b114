package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/resolve"
)

// Codes of what is wrong with a pipeline.
const (
	codeNotGiven      = "FLTS-C18" // nothing gives a task a key
	codeOtherValue    = "FLTS-C01" // a value of the pipeline is not that of the cluster
	codeSecretInRuns  = "FLTS-C22" // KFP would store and show a secret
	codeNotThere      = "FLTS-K68" // the platform document names what is not there
	codeWithoutRunner = "FLTS-K69" // a task does not start with flts-run
)

// pipelineChecks look at the parameters of a pipeline.
func (d *Doctor) pipelineChecks() []checklist.Check {
	check := func(id string, title string, run func(context.Context, []pipeline.Task) checklist.Finding) checklist.Check {
		return checklist.Check{ID: "pipeline." + id, Target: "pipeline", Title: title, Needs: []string{reached}, Run: func(ctx context.Context) checklist.Finding {
			if d.Pipeline == nil {
				return skip("no pipeline is given: --pipeline FILE")
			}
			tasks := d.Pipeline.Tasks()
			if len(tasks) == 0 {
				return skip(fmt.Sprintf("the pipeline %s starts no container", d.Pipeline.Name))
			}
			return run(ctx, tasks)
		}}
	}
	advisory := func(c checklist.Check) checklist.Check { c.Advisory = true; return c }
	return []checklist.Check{
		check("parameters", "each endpoint that the contract requires is a parameter or injected", d.pipelineEndpoints),
		advisory(check("injected", "each task gets the endpoints and credentials of the contract", d.pipelineKeys)),
		check("references", "what the pipeline takes from the cluster is there", d.pipelineReferences),
		check("secrets", "the pipeline holds no secret and asks for none", d.pipelineSecrets),
		check("defaults", "the endpoints in the pipeline are those of the cluster", d.pipelineDefaults),
		advisory(check("wrapper", "each task starts with flts-run", d.pipelineWrapper)),
	}
}

// pipelineEndpoints asks for each endpoint whether some task gets it. Which task needs
// which, only its author knows.
func (d *Doctor) pipelineEndpoints(ctx context.Context, tasks []pipeline.Task) checklist.Finding {
	var wanted, lacking, how []string
	for _, s := range d.Contract.Services {
		if s.Check == resolve.Enforce && s.Endpoint != "" {
			wanted = append(wanted, s.Endpoint)
		}
	}
	var unseen error
	for _, key := range wanted {
		var from []string
		for _, t := range tasks {
			got := d.keysOf(ctx, t)
			unseen = cmp.Or(unseen, got.unseen)
			if way := got.from[key]; way != "" && !slices.Contains(from, way) {
				from = append(from, way)
			}
		}
		if len(from) == 0 {
			lacking = append(lacking, key)
			continue
		}
		how = append(how, key+" by "+strings.Join(from, ", "))
	}
	switch {
	case len(lacking) > 0 && unseen != nil:
		return d.couldNotLook(unseen)
	case len(lacking) > 0:
		return hinted(fail(codeNotGiven, fmt.Sprintf("no task of %s gets %s", d.Pipeline.Name, strings.Join(lacking, ", ")), how...), d.mountHint())
	}
	return pass(fmt.Sprintf("%d of %d endpoints", len(how), len(wanted)), how...)
}

// mountHint is how a task gets the whole ConfigMap.
func (d *Doctor) mountHint() string {
	return fmt.Sprintf("in the pipeline: kfp.kubernetes.use_config_map_as_volume(TASK, %q, mount_path=%q), and use_secret_as_volume(TASK, %q, mount_path=%q)", d.ConfigMap, configDir, d.Secret, secretDir)
}

// pipelineKeys asks each task for all that the contract asks of a component.
func (d *Doctor) pipelineKeys(ctx context.Context, tasks []pipeline.Task) checklist.Finding {
	var lines []string
	var unseen error
	for _, t := range tasks {
		got := d.keysOf(ctx, t)
		lacking := slices.DeleteFunc(d.neededBy(t), func(key string) bool { return got.from[key] != "" })
		switch {
		case len(lacking) == 0:
		case got.unseen != nil:
			unseen = cmp.Or(unseen, got.unseen)
		default:
			lines = append(lines, t.Path+" lacks "+strings.Join(lacking, ", "))
		}
	}
	switch {
	case len(lines) > 0:
		return hinted(fail(codeNotGiven, fmt.Sprintf("%d of %d tasks lack keys of the contract: %s", len(lines), len(tasks), lines[0]), firstTen(lines)...), d.mountHint())
	case unseen != nil:
		return d.couldNotLook(unseen)
	}
	return pass(fmt.Sprintf("all %d tasks", len(tasks)))
}

// neededBy are the keys that a task needs: the endpoints of the services that it is
// checked for, and what is required in any case. What the task itself disables it does
// without.
func (d *Doctor) neededBy(t pipeline.Task) []string {
	contract := d.Contract
	if without, err := contract.Without(strings.FieldsFunc(t.Environ["FLTS_DISABLE"], func(r rune) bool { return r == ',' || r == ' ' })); err == nil {
		contract = without
	}
	used := map[string]bool{}
	var needed []string
	for _, s := range contract.Services {
		if s.Check == resolve.Off {
			continue
		}
		needed = append(needed, s.Endpoint)
		for _, key := range s.Refers() {
			used[key] = true
		}
	}
	for _, k := range contract.Keys {
		if k.Required && (used[k.Name] || !d.refersTo(k.Name)) && !slices.Contains(needed, k.Name) {
			needed = append(needed, k.Name)
		}
	}
	return slices.DeleteFunc(needed, func(key string) bool { return key == "" })
}

// refersTo reports whether a service of the contract uses a key.
func (d *Doctor) refersTo(key string) bool {
	return slices.ContainsFunc(d.Contract.Services, func(s *resolve.Service) bool { return slices.Contains(s.Refers(), key) })
}

// pipelineWrapper looks at the first word of each command.
func (d *Doctor) pipelineWrapper(_ context.Context, tasks []pipeline.Task) checklist.Finding {
	var bare []string
	for _, t := range tasks {
		if !t.StartsWithRunner() {
			bare = append(bare, t.Path)
		}
	}
	if len(bare) == 0 {
		return pass(fmt.Sprintf("all %d tasks", len(tasks)))
	}
	return hinted(fail(codeWithoutRunner, fmt.Sprintf("%d of %d tasks start something else, and nothing checks their configuration unless the image has the shim", len(bare), len(tasks)), firstTen(bare)...),
		`begin the command of a component with "flts-run", "exec", "--"; or put the shim into its image: flts-run install --shim sh,python3 DIR`)
}
