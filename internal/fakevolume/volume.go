// Package fakevolume lays out directories as the kubelet mounts a ConfigMap or a
// Secret, for tests and the demonstration.
package fakevolume

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Mount lays a volume out as the kubelet does, or brings a mounted one up to date:
// the files are in a dated directory, "..data" is a link to it, and every key is a
// link through "..data". One rename of that link then replaces all keys at once.
func Mount(volume string, data map[string]string) error {
	if err := os.MkdirAll(volume, 0o755); err != nil {
		return fmt.Errorf("volume: %w", err)
	}
	dated, err := os.MkdirTemp(volume, time.Now().UTC().Format("..2006_01_02_15_04_05."))
	if err != nil {
		return fmt.Errorf("volume: %w", err)
	}
	old, _ := os.Readlink(filepath.Join(volume, "..data"))
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if err := os.WriteFile(filepath.Join(dated, key), []byte(data[key]), 0o440); err != nil {
			return fmt.Errorf("volume: %w", err)
		}
		err := os.Symlink(filepath.Join("..data", key), filepath.Join(volume, key))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("volume: %w", err)
		}
	}
	if err := swap(volume, filepath.Base(dated)); err != nil {
		return fmt.Errorf("volume: %w", err)
	}
	if old == "" {
		return nil
	}
	return removeOld(volume, old, data)
}

func swap(volume, dated string) error {
	next := filepath.Join(volume, "..data_tmp")
	if err := os.Symlink(dated, next); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(volume, "..data"))
}

// removeOld removes the data before the swap, and the links to keys that are no
// more.
func removeOld(volume, old string, data map[string]string) error {
	entries, err := os.ReadDir(filepath.Join(volume, old))
	if err != nil {
		return fmt.Errorf("volume: %w", err)
	}
	errs := []error{os.RemoveAll(filepath.Join(volume, old))}
	for _, e := range entries {
		if _, still := data[e.Name()]; !still {
			errs = append(errs, os.Remove(filepath.Join(volume, e.Name())))
		}
	}
	return errors.Join(errs...)
}
