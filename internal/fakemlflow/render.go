package fakemlflow

import (
	"maps"
	"slices"
)

func (t *tracking) info(run *Run) map[string]any {
	stage := "active"
	if run.Deleted {
		stage = "deleted"
	}
	return map[string]any{
		"run_id": run.ID, "run_uuid": run.ID, "run_name": run.Name, "experiment_id": run.ExperimentID,
		"status": run.Status, "lifecycle_stage": stage,
		"artifact_uri": t.root + "/" + run.ExperimentID + "/" + run.ID + "/artifacts",
	}
}

func (t *tracking) render(run *Run) map[string]any {
	metrics := []map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(run.Metrics)) {
		metrics = append(metrics, map[string]any{"key": key, "value": run.Metrics[key]})
	}
	data := map[string]any{"metrics": metrics, "params": pairs(run.Params), "tags": pairs(run.Tags)}
	return map[string]any{"info": t.info(run), "data": data}
}

func pairs(of map[string]string) []pair {
	all := []pair{}
	for _, key := range slices.Sorted(maps.Keys(of)) {
		all = append(all, pair{Key: key, Value: of[key]})
	}
	return all
}
