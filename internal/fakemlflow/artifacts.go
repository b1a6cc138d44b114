package fakemlflow

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

const artifactRoot = "/api/2.0/mlflow-artifacts/artifacts"

// artifacts is the proxy of the artifact store: PUT and DELETE of a path, and a
// listing of one level.
func (o Options) artifacts(t *tracking) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("path")
		if r.Method == http.MethodGet {
			name = r.URL.Query().Get("path")
		}
		switch {
		case strings.Contains(name, "#") || slices.Contains(strings.Split(name, "/"), "..") || path.IsAbs(name):
			writeJSON(w, http.StatusBadRequest, invalid("Invalid path"))
			return
		case o.BrokenStore:
			text(w, http.StatusInternalServerError, "text/html; charset=utf-8",
				"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n")
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		t.mu.Lock()
		defer t.mu.Unlock()
		switch r.Method {
		case http.MethodPut:
			t.artifacts[name] = true
		case http.MethodDelete:
			delete(t.artifacts, name)
		default:
			writeJSON(w, http.StatusOK, t.list(name))
			return
		}
		writeJSON(w, http.StatusOK, struct{}{})
	})
}

type fileInfo struct {
	Path  string `json:"path"`
	IsDir bool   `json:"is_dir"`
}

type listing struct {
	Files []fileInfo `json:"files,omitempty"`
}

// list names what is directly below a folder.
func (t *tracking) list(folder string) listing {
	found := map[fileInfo]bool{}
	for name := range t.artifacts {
		below, inside := strings.CutPrefix(name, strings.Trim(folder+"/", "/"))
		below = strings.TrimPrefix(below, "/")
		if first, _, deeper := strings.Cut(below, "/"); inside && first != "" {
			found[fileInfo{first, deeper}] = true
		}
	}
	files := slices.SortedFunc(maps.Keys(found), func(a, b fileInfo) int { return strings.Compare(a.Path, b.Path) })
	return listing{files}
}

func (t *tracking) stored() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.artifacts))
}

func writeJSON(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document)
}
