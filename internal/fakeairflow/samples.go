package fakeairflow

import (
	"encoding/json"
	"fmt"
)

// Samples are the DAGs of testdata/peers/airflow/dags, as far as they are played.
func Samples() []DAG {
	return []DAG{
		{ID: "succeeds", File: "outcomes.py", Description: "Says hello.", Tasks: []Task{{
			ID: "hello", Says: func(conf map[string]any, _, _ int) []string {
				if name, ok := conf["name"].(string); ok {
					return []string{"hello " + name}
				}
				return []string{"hello nobody"}
			},
		}}},
		{ID: "fails", File: "outcomes.py", Description: "The second of three tasks fails.", Tasks: []Task{
			{ID: "prepare", Says: says("prepared")},
			{ID: "breaks", After: []string{"prepare"}, Says: says("reading dataset/elborn.csv"), Ends: always("failed")},
			{ID: "never", After: []string{"breaks"}},
		}},
		{ID: "retries", File: "outcomes.py", Description: "Fails once, and then succeeds.", Tasks: []Task{{
			ID: "flaky", Retries: 1,
			Says: func(_ map[string]any, _, try int) []string { return []string{fmt.Sprint("attempt ", try)} },
			Ends: func(_ map[string]any, _, try int) string {
				if try == 1 {
					return "failed"
				}
				return "success"
			},
		}}},
		{
			ID: "slow", File: "outcomes.py", Description: "Sleeps, so that there is time to stop it.",
			Params: []Param{{Name: "seconds", Value: "60", Schema: `{"type": "integer", "minimum": 0}`}},
			Tasks:  []Task{{ID: "sleeps", For: 1000, Says: says("sleeping for 60 seconds")}, {ID: "wakes", After: []string{"sleeps"}, Says: says("awake")}},
		},
		{ID: "paused", File: "outcomes.py", Description: "Is paused when it first appears.", Paused: true, Tasks: []Task{{ID: "waits", Says: says("no longer paused")}}},
		{
			ID: "maps", File: "shapes.py", Description: "One task for each of three shards, and one for all.",
			Params: []Param{{Name: "bad", Value: "-1", Schema: `{"type": "integer"}`, Description: "The shard that fails; -1 is none."}},
			Tasks: []Task{
				{
					ID: "shard", Mapped: 3,
					Says: func(_ map[string]any, index, _ int) []string { return []string{fmt.Sprint("shard ", index)} },
					Ends: func(conf map[string]any, index, _ int) string {
						if conf["bad"] == json.Number(fmt.Sprint(index)) {
							return "failed"
						}
						return "success"
					},
				},
				{ID: "collect", After: []string{"shard"}, Says: says("collected [0, 10, 20]")},
			},
		},
		{ID: "joins", File: "shapes.py", Description: "A diamond, one side of which is skipped.", Tasks: []Task{
			{ID: "extract", Says: says("extracted")},
			{ID: "train", After: []string{"extract"}, Says: says("trained")},
			{ID: "evaluate", After: []string{"extract"}, Says: says(), Ends: always("skipped")},
			{ID: "report", After: []string{"train", "evaluate"}, Joins: true, Says: says("reported")},
		}},
		{ID: "typed", File: "typed.py", Description: "Says which parameters it was given.", Params: []Param{
			{Name: "identifier", Schema: `{"type": "string", "minLength": 1}`, Description: "Has no default, so it must be given."},
			{Name: "batch_size", Value: "32", Schema: `{"type": "integer", "minimum": 1, "maximum": 4096}`, Description: "Rows in a batch."},
			{Name: "rate", Value: "0.1", Schema: `{"type": "number", "exclusiveMinimum": 0}`},
			{Name: "optimizer", Value: `"adam"`, Schema: `{"type": "string", "enum": ["adam", "sgd"], "title": "Optimizer"}`},
			{Name: "augment", Value: "false", Schema: `{"type": "boolean"}`},
			{Name: "layers", Value: "[64, 32]", Schema: `{"type": "array", "items": {"type": "integer"}}`},
			{Name: "labels", Value: `{"team": "radio"}`, Schema: `{"type": "object"}`},
			{Name: "seed", Schema: `{"type": ["null", "integer"]}`},
			{Name: "until", Value: `"2026-01-02T03:04:05+00:00"`, Schema: `{"type": "string", "format": "date-time"}`},
			{Name: "dataset", Value: `"ElBorn"`},
		}, Tasks: []Task{{
			ID: "show",
			Says: func(conf map[string]any, _, _ int) []string {
				return []string{"params " + string(must(json.Marshal(conf)))}
			},
		}}},
		{ID: "wrapped", File: "wrapped.py", Description: "Runs component.py under flts-run.", Params: []Param{
			{Name: "gateway_url", Value: `""`, Schema: `{"type": "string"}`, Description: "Where the gateway is; empty leaves it to the contract."},
			{Name: "exit_status", Value: "0", Schema: `{"type": "integer", "minimum": 0, "maximum": 255}`},
		}, Tasks: []Task{{ID: "component", Says: says(), Ends: func(conf map[string]any, _, _ int) string {
			if status, ok := conf["exit_status"]; ok && status != json.Number("0") {
				return "failed"
			}
			return "success"
		}}}},
	}
}

func says(lines ...string) func(map[string]any, int, int) []string {
	return func(map[string]any, int, int) []string { return lines }
}

func always(end string) func(map[string]any, int, int) string {
	return func(map[string]any, int, int) string { return end }
}
