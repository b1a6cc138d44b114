package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sixtyKeys writes a contract of 60 keys, those of the pod among them, and the
// YAML files that give most of them, and returns the flags that name these. The
// overlay is that of the pod's APP_ENV.
func sixtyKeys(dir string) (flags []string, err error) {
	dir = filepath.Join(dir, "sixty")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var contract, base, overlay strings.Builder
	contract.WriteString("keys:\n")
	for _, name := range slices.Sorted(maps.Keys(configMap)) {
		fmt.Fprintf(&contract, "  %s: {type: string, default: none}\n", name)
	}
	for _, name := range []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"} {
		fmt.Fprintf(&contract, "  %s: {type: string, sensitive: true, required: true}\n", name)
	}
	base.WriteString("model:\n")
	overlay.WriteString("model:\n")
	for i := len(configMap) + 4; i < 60; i++ {
		fmt.Fprintf(&contract, "  MODEL_SETTING_%d: {type: string, default: of-the-contract}\n", i)
		fmt.Fprintf(&base, "  setting-%d: of the base\n", i)
		if i%2 == 0 {
			fmt.Fprintf(&overlay, "  setting-%d: of the overlay\n", i)
		}
	}
	for name, text := range map[string]string{"contract.yaml": contract.String(), "config_base.yaml": base.String(), "config_staging.yaml": overlay.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return []string{"--contract", filepath.Join(dir, "contract.yaml"), "--yaml-dir", dir}, nil
}
