//go:build peers

package peers_test

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/flts-run/flts-run/internal/container"
)

// dockerEngine speaks as much of the Docker Engine API as Airflow's operators ask
// for. Its containers are processes in the image, with the command, the entry point
// and the environment that the operator sent. Whatever image is named, it has one.
type dockerEngine struct {
	t     *testing.T
	image container.Image

	// busy is held by a container that runs: they all have one root directory.
	busy       sync.Mutex
	mu         sync.Mutex
	containers map[string]*dockerContainer
}

type dockerContainer struct {
	Cmd, Entrypoint, Env []string

	attached net.Conn
	status   int
	gone     chan struct{}
}

// startDockerEngine serves it and returns DOCKER_HOST.
func startDockerEngine(t *testing.T, image container.Image) (host string) {
	e := &dockerEngine{t: t, image: image, containers: map[string]*dockerContainer{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]string{"ApiVersion": "1.47", "MinAPIVersion": "1.24"})
	})
	const v = "/v1.47/"
	mux.HandleFunc("GET "+v+"_ping", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") })
	mux.HandleFunc("GET "+v+"images/json", func(w http.ResponseWriter, _ *http.Request) { reply(w, []map[string]string{{"Id": "image"}}) })
	mux.HandleFunc("POST "+v+"containers/create", e.create)
	mux.HandleFunc("GET "+v+"containers/{id}/json", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"Config": map[string]bool{"Tty": false}})
	})
	mux.HandleFunc("POST "+v+"containers/{id}/attach", e.attach)
	mux.HandleFunc("POST "+v+"containers/{id}/start", e.start)
	mux.HandleFunc("POST "+v+"containers/{id}/wait", e.wait)
	mux.HandleFunc("GET "+v+"containers/{id}/archive", e.archive)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return "tcp://" + s.Listener.Addr().String()
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func (e *dockerEngine) named(r *http.Request) *dockerContainer {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.containers[r.PathValue("id")]
}

func (e *dockerEngine) create(w http.ResponseWriter, r *http.Request) {
	c := &dockerContainer{gone: make(chan struct{})}
	if err := json.NewDecoder(r.Body).Decode(c); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	id := "c" + strconv.Itoa(len(e.containers))
	e.containers[id] = c
	e.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
	reply(w, map[string]any{"Id": id, "Warnings": nil})
}

// attach hands the connection over to the output of the container.
func (e *dockerEngine) attach(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		e.t.Error(err)
		return
	}
	e.mu.Lock()
	e.containers[r.PathValue("id")].attached = conn
	e.mu.Unlock()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
}

func (e *dockerEngine) start(w http.ResponseWriter, r *http.Request) {
	c := e.named(r)
	if c.Entrypoint == nil {
		c.Entrypoint = e.image.Entrypoint
	}
	e.busy.Lock()
	if err := e.emptyTmp(); err != nil {
		e.t.Error(err)
	}
	cmd := e.image.Process(e.t.Context(), container.Start{Command: slices.Concat(c.Entrypoint, c.Cmd), Env: c.Env})
	var turn sync.Mutex
	cmd.Stdout, cmd.Stderr = &dockerStream{1, c.attached, &turn}, &dockerStream{2, c.attached, &turn}
	if err := cmd.Start(); err != nil {
		e.busy.Unlock()
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	go func() {
		defer e.busy.Unlock()
		defer close(c.gone)
		defer c.attached.Close()
		err := cmd.Wait()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			e.t.Error(err)
		}
		c.status = cmd.ProcessState.ExitCode()
	}()
	w.WriteHeader(http.StatusNoContent)
}

func (e *dockerEngine) wait(w http.ResponseWriter, r *http.Request) {
	c := e.named(r)
	select {
	case <-c.gone:
		reply(w, map[string]int{"StatusCode": c.status})
	case <-r.Context().Done():
	}
}

func (e *dockerEngine) emptyTmp() error {
	files, err := filepath.Glob(filepath.Join(e.image.Root, "tmp", "*"))
	for _, file := range files {
		err = errors.Join(err, os.RemoveAll(file))
	}
	return err
}

// archive is a tar of a file of /tmp, asked for before the next container starts.
func (e *dockerEngine) archive(w http.ResponseWriter, r *http.Request) {
	name, below := strings.CutPrefix(r.URL.Query().Get("path"), "/tmp/")
	content, err := os.ReadFile(filepath.Join(e.image.Root, "tmp", name))
	if !below || err != nil {
		w.WriteHeader(http.StatusNotFound)
		reply(w, map[string]string{"message": "no such file"})
		return
	}
	stat := fmt.Sprintf(`{"name": %q, "size": %d, "mode": 420}`, name, len(content))
	w.Header().Set("X-Docker-Container-Path-Stat", base64.StdEncoding.EncodeToString([]byte(stat)))
	w.Header().Set("Content-Type", "application/x-tar")
	file := tar.NewWriter(w)
	if err := file.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644}); err == nil {
		_, _ = file.Write(content)
	}
	_ = file.Close()
}

// dockerStream frames what is written as the engine does: both streams go over one
// connection, in the order in which they were read from two pipes.
type dockerStream struct {
	number byte
	to     io.Writer
	turn   *sync.Mutex
}

func (s *dockerStream) Write(p []byte) (int, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	header := [8]byte{s.number}
	binary.BigEndian.PutUint32(header[4:], uint32(len(p)))
	_, err := s.to.Write(bytes.Join([][]byte{header[:], p}, nil))
	return len(p), err
}
