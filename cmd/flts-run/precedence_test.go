package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
)

// filler puts a value of a key where a place reads it, and returns the origin
// that is then reported.
type filler func(t *testing.T, p *process, dir, key string) (origin string)

// fillers has one entry for each place; a new place needs one.
var fillers = map[places.Place]filler{
	places.ParamFlags: func(_ *testing.T, p *process, _, key string) string {
		p.args = append(p.args, "--param", key+"=http://filled")
		return "param " + key
	},
	places.ParamFile: func(t *testing.T, p *process, dir, key string) string {
		file := written(t, filepath.Join(dir, "params.json"), `{"`+key+`": "http://filled"}`)
		p.args = append(p.args, "--params-file", file)
		return "params-file " + file + " " + key
	},
	places.ParamText: func(_ *testing.T, p *process, _, key string) string {
		p.environ = append(p.environ, `FLTS_PARAMS_JSON={"`+key+`": "http://filled"}`)
		return "FLTS_PARAMS_JSON " + key
	},
	places.ExecutorParams: func(_ *testing.T, p *process, _, key string) string {
		p.environ = append(p.environ, `FLTS_EXECUTOR_INPUT={"inputs":{"parameterValues":{"`+key+`": "http://filled"}}}`)
		return "executor-input " + key
	},
	places.ConfigMapPrefixed:  prefixed("FLTS_FROM_CONFIGMAP_", "configmap env"),
	places.ConfigMapDir:       mounted("FLTS_CONFIG_DIR", "configmap"),
	places.PlainVariables:     prefixed("", "env"),
	places.SecretPrefixed:     prefixed("FLTS_FROM_SECRET_", "secret env"),
	places.SecretDir:          mounted("FLTS_SECRET_DIR", "secret"),
	places.SensitiveVariables: prefixed("", "env"),
	places.AirflowConnections: func(_ *testing.T, p *process, _, key string) string {
		p.environ = append(p.environ, `AIRFLOW_CONN_MLFLOW={"conn_type": "http", "extra": {"token": "http://filled"}}`, "AIRFLOW_CONN_GATEWAY=http://filled")
		return map[string]string{"GATEWAY_URL": "env AIRFLOW_CONN_GATEWAY url", "MLFLOW_TRACKING_TOKEN": "env AIRFLOW_CONN_MLFLOW extra.token"}[key]
	},
	places.VaultFiles: func(t *testing.T, p *process, dir, key string) string {
		file := written(t, filepath.Join(dir, "vault", "agent"), "export "+key+`="http://filled"`)
		p.environ = append(p.environ, "FLTS_VAULT_DIR="+filepath.Dir(file))
		return "vault " + file + " " + key
	},
	places.DotenvFile: func(t *testing.T, p *process, dir, key string) string {
		file := written(t, filepath.Join(dir, "dotenv"), key+"=http://filled")
		p.environ = append(p.environ, "FLTS_ENV_FILE="+file)
		return "env-file " + file
	},
	places.SecretsManager: func(t *testing.T, p *process, dir, key string) string {
		fake, environ := startSecretsManager(t)
		fake.Put("of/tests", `{"`+key+`": "http://filled"}`)
		p.environ = append(append(p.environ, environ...), "FLTS_CONTRACT="+written(t, filepath.Join(dir, "contract.yaml"),
			"{extends: builtin, secretsmanager: {tests: {id: of/tests, environments: [dev], keys: {"+key+": "+key+"}}}}"))
		return "secretsmanager of/tests " + key + " (version 00000001, AWSCURRENT)"
	},
	places.ComponentDefaults: func(_ *testing.T, p *process, _, key string) string {
		const spec = `{"inputDefinitions":{"parameters":{"%[1]s":{"parameterType":"STRING","defaultValue":"http://filled"}}}}`
		line := []string{
			"/kfp-launcher/launch", "--executor_input", "{}", "--component_spec", fmt.Sprintf(spec, key),
			"--", "true", "--executor_input", `{"inputs":{"parameterValues":{"` + key + `":"http://filled"}}}`,
		}
		p.ppid, p.files = 7, fstest.MapFS{"proc/7/cmdline": {Data: []byte(strings.Join(line, "\x00") + "\x00")}}
		p.args = append(p.args, "--executor-input", line[len(line)-1])
		return "component default " + key
	},
	places.ImageVariables: func(t *testing.T, p *process, dir, key string) string {
		p.environ = append(p.environ, key+"=http://filled")
		var out bytes.Buffer
		require.Zero(t, run(t.Context(), process{args: []string{"image-env"}, environ: p.environ, stdout: &out, stderr: &out}), out.String())
		p.environ = append(p.environ, "FLTS_IMAGE_ENV="+written(t, filepath.Join(dir, "image.env"), out.String()))
		return "image env"
	},
	places.YAMLFiles: func(t *testing.T, p *process, dir, key string) string {
		written(t, filepath.Join(dir, "yaml", "config_base.yaml"), key+": http://filled")
		p.environ = append(p.environ, "FLTS_YAML_DIR="+filepath.Join(dir, "yaml"))
		return "yaml config_base.yaml"
	},
}

func prefixed(prefix, origin string) filler {
	return func(_ *testing.T, p *process, _, key string) string {
		p.environ = append(p.environ, prefix+key+"=http://filled")
		return origin
	}
}

func mounted(variable, kind string) filler {
	return func(t *testing.T, p *process, dir, key string) string {
		dir = filepath.Join(dir, kind)
		written(t, filepath.Join(dir, key), "http://filled")
		p.environ = append(p.environ, variable+"="+dir)
		return kind + " " + dir
	}
}

func written(t *testing.T, file, text string) string {
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

// contest resolves a key that these places hold and no other, and returns which
// of them it comes from, and its layer.
func contest(t *testing.T, at ...places.Place) (won places.Place, layer string) {
	// Of plain variables each place has a class of keys.
	key := "GATEWAY_URL"
	if slices.Contains(at, places.SensitiveVariables) {
		key = "MLFLOW_TRACKING_TOKEN"
	}
	var out, said bytes.Buffer
	p := process{args: []string{"config", "-o", "json"}, environ: []string{"APP_ENV=dev"}, stdout: &out, stderr: &said}
	dir, origins := t.TempDir(), map[string]places.Place{}
	for _, place := range at {
		origins[fillers[place](t, &p, dir, key)] = place
	}
	require.Zero(t, run(t.Context(), p), said.String())
	var doc struct {
		Keys []struct{ Name, Origin, Layer string }
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &doc))
	for _, k := range doc.Keys {
		if k.Name == key {
			require.Contains(t, origins, k.Origin)
			return origins[k.Origin], k.Layer
		}
	}
	require.Fail(t, "no "+key)
	return 0, ""
}

func TestEveryPlaceHasOneRank(t *testing.T) {
	ranked := make([]int, places.NumPlaces)
	for _, r := range places.Precedence {
		ranked[r.Place]++
	}
	require.Equal(t, slices.Repeat([]int{1}, int(places.NumPlaces)), ranked)
	require.Len(t, fillers, int(places.NumPlaces))
	require.True(t, slices.IsSortedFunc(places.Precedence, func(a, b places.Rank) int { return int(a.Layer) - int(b.Layer) }), "a layer stands together")
}

// The mutation check of the order: whichever two neighbours change places, a
// value comes from somewhere else.
func TestSwappingTwoNeighboursIsNoticed(t *testing.T) {
	original := places.Precedence
	defer func() { places.Precedence = original }()
	for i := range len(original) - 1 {
		high, low := original[i].Place, original[i+1].Place
		places.Precedence = original
		won, _ := contest(t, high, low)
		require.Equal(t, high, won, "rank %d against the next", i)

		places.Precedence = slices.Clone(original)
		places.Precedence[i].Place, places.Precedence[i+1].Place = low, high
		won, _ = contest(t, high, low)
		require.Equal(t, low, won, "rank %d after the swap", i)
	}
}

// The same for whole layers. The contract's default is the last of the lowest
// layer and wins against nobody: a layer that changes with one in which only
// defaults stand is told by its name.
func TestSwappingTwoLayersIsNoticed(t *testing.T) {
	original := places.Precedence
	defer func() { places.Precedence = original }()
	for high := resolve.Parameters; high < resolve.Defaults; high++ {
		low := high + 1
		at := firstsOf(original, high, low)
		places.Precedence = original
		won, layer := contest(t, at...)
		require.Equal(t, at[0], won)
		require.Equal(t, high.String(), layer)

		places.Precedence = slices.Clone(original)
		for i, r := range original {
			switch r.Layer {
			case high:
				places.Precedence[i].Layer = low
			case low:
				places.Precedence[i].Layer = high
			}
		}
		won, layer = contest(t, at...)
		require.Equal(t, at[len(at)-1], won)
		if len(at) == 1 {
			require.Equal(t, low.String(), layer)
		}
	}
}

// firstsOf returns the first place of each layer that has one.
func firstsOf(order []places.Rank, layers ...resolve.Layer) []places.Place {
	var list []places.Place
	for _, l := range layers {
		if i := slices.IndexFunc(order, func(r places.Rank) bool { return r.Layer == l }); i >= 0 {
			list = append(list, order[i].Place)
		}
	}
	return list
}
