package teststack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// KFPServer is a running API server of Kubeflow Pipelines 2.0.5: its real handlers,
// compiler and validation, over a database in memory and a Kubernetes API in which
// nothing runs (see testdata/stack/kfp). A run stays PENDING until Report says what
// became of it. It serves until Close, or until the process that started it ends.
type KFPServer struct {
	*Daemon
	url string
}

// KFP starts a server for everybody, without users, and with the default
// experiment. Its log is below dir.
func KFP(ctx context.Context, dir string) (*KFPServer, error) {
	return startKFP(ctx, dir)
}

// KFPMultiUser starts a server that asks who the caller is: the header
// kubeflow-userid names the user, or a bearer token "token-of-USER" does. A user
// may use the namespace of that name and no other. There is no default experiment.
func KFPMultiUser(ctx context.Context, dir string) (*KFPServer, error) {
	return startKFP(ctx, dir, "-multi-user")
}

func startKFP(ctx context.Context, dir string, flags ...string) (*KFPServer, error) {
	paths, err := Binaries{Progress: os.Stderr}.have(ctx, kfpServer)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(paths[kfpServer.name], append(flags, "-listen", "127.0.0.1:0")...)
	// The compiler of pipelines reads the images of driver and launcher from the
	// environment: the developer's has no say.
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir}
	// It ends with its stdin, which ends with us.
	if _, err := cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	k := &KFPServer{}
	k.Daemon, err = startDaemon(ctx, dir, cmd, func(context.Context) bool {
		log, err := os.ReadFile(daemonLog(dir, cmd))
		if err != nil {
			return false
		}
		_, rest, _ := strings.Cut(string(log), "listening on ")
		address, _, whole := strings.Cut(rest, "\n")
		k.url = address
		return whole
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

// URL is http://host:port, before /apis/v2beta1.
func (k *KFPServer) URL() string { return k.url }

// Report is what became of a run, in the words of Argo.
type Report struct {
	// Phase is Pending, Running, Succeeded, Failed or Error. Of the last three
	// nothing more can be reported, unless the run is retried.
	Phase      string    `json:"phase"`
	Message    string    `json:"message,omitzero"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"` // zero in a final phase is now
	// Nodes are all nodes so far; nil keeps those of the last report.
	Nodes []ReportNode `json:"nodes,omitzero"`
}

// ReportNode is a node of the workflow. The API of 2.0.5 shows it as a task with
// DisplayName, Phase and times; a zero time is year 1 there. It shows an ID only
// among the child tasks of a node that has it among its Children, and Message and
// Type never.
type ReportNode struct {
	ID          string    `json:"id"`
	Name        string    `json:"name,omitzero"`
	DisplayName string    `json:"displayName"`
	Type        string    `json:"type,omitzero"`  // Pod, DAG, and the other types of Argo
	Phase       string    `json:"phase,omitzero"` // as of the run, and Skipped, Omitted
	Message     string    `json:"message,omitzero"`
	StartedAt   time.Time `json:"startedAt,omitzero"`
	FinishedAt  time.Time `json:"finishedAt,omitzero"`
	Children    []string  `json:"children,omitzero"`
}

// Report says what became of a run, as Argo's controller and KFP's persistence
// agent do.
func (k *KFPServer) Report(ctx context.Context, runID string, r Report) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	_, err = k.control(ctx, http.MethodPost, bytes.NewReader(body), runID, "report")
	return err
}

// StoredRun is the row that the database has for a run. Times are seconds since
// 1970: 0 is what the server stores for "not yet", and year 1 is
// time.Time{}.Unix(), which it stores when a client sends that.
type StoredRun struct {
	CreatedAt         int64  `json:"CreatedAtInSec"`
	ScheduledAt       int64  `json:"ScheduledAtInSec"`
	FinishedAt        int64  `json:"FinishedAtInSec"`
	DisplayName       string `json:"DisplayName"`
	Description       string `json:"Description"`
	State             string `json:"State"`
	StorageState      string `json:"StorageState"`
	Namespace         string `json:"Namespace"` // empty on a server without users
	ServiceAccount    string `json:"ServiceAccount"`
	ExperimentID      string `json:"ExperimentUUID"`
	PipelineID        string `json:"PipelineId"`
	PipelineVersionID string `json:"PipelineVersionId"`
	PipelineSpec      string `json:"PipelineSpecManifest"`
	Parameters        string `json:"RuntimeParameters"` // a JSON object
	PipelineRoot      string `json:"PipelineRoot"`
}

// Stored reads that row.
func (k *KFPServer) Stored(ctx context.Context, runID string) (StoredRun, error) {
	row, err := k.control(ctx, http.MethodGet, nil, runID, "stored")
	if err != nil {
		return StoredRun{}, err
	}
	var s StoredRun
	if err := json.Unmarshal(row, &s); err != nil {
		return StoredRun{}, fmt.Errorf("teststack: %w", err)
	}
	return s, nil
}

// Workflow is the workflow of Argo that the server compiled, as JSON, with the
// status that was reported since.
func (k *KFPServer) Workflow(ctx context.Context, runID string) (json.RawMessage, error) {
	return k.control(ctx, http.MethodGet, nil, runID, "workflow")
}

// ArchiveLog makes a text the log of a node, as Argo archives that of a pod that
// is gone. The server reads it once the run was reported on.
func (k *KFPServer) ArchiveLog(ctx context.Context, runID, nodeID, text string) error {
	_, err := k.control(ctx, http.MethodPut, strings.NewReader(text), runID, "nodes", nodeID, "log")
	return err
}

func (k *KFPServer) control(ctx context.Context, method string, body io.Reader, path ...string) ([]byte, error) {
	address, err := url.JoinPath(k.url, append([]string{"control", "runs"}, path...)...)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	got, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	defer got.Body.Close()
	answer, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, fmt.Errorf("teststack: %w", err)
	}
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("teststack: kfp: %s %s: %s: %s", method, r.URL.Path, got.Status, tail(answer))
	}
	return answer, nil
}
