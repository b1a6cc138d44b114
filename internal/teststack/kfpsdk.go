package teststack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// KFPSDK is a virtual environment with the SDK that compiles pipelines and the
// client that submits them, as testdata/peers/kfp/requirements.txt pins them.
type KFPSDK struct{ venv }

var pinnedKFPSDK = pinned{
	name:       "kfpsdk",
	title:      "the KFP SDK",
	lockFile:   "testdata/peers/kfp/requirements.txt",
	fromSource: "kfp-server-api",
	finish: func(v venv) [][]string {
		return [][]string{{v.Python(), "-c", "import kfp, kfp.kubernetes, kfp_server_api"}}
	},
}

// KFPSDK installs the environment unless it is there, and returns it.
func (b Binaries) KFPSDK(ctx context.Context) (KFPSDK, error) {
	v, err := b.venv(ctx, pinnedKFPSDK)
	return KFPSDK{v}, err
}

// InstalledKFPSDK returns the environment if it is there, for those who can do
// without. The error says how to have it.
func (b Binaries) InstalledKFPSDK(ctx context.Context) (KFPSDK, error) {
	v, err := b.installed(ctx, pinnedKFPSDK)
	return KFPSDK{v}, err
}

// Compile compiles the pipelines of testdata/peers/kfp/pipelines into a directory;
// compile.py says what is in it then.
func (k KFPSDK) Compile(ctx context.Context, directory string) error {
	program, err := fromCheckout("testdata/peers/kfp/compile.py")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, k.Python(), "-B", "-X", "utf8", program, directory)
	cmd.Env = isolated(directory)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("teststack: compile.py: %w\n%s", err, tail(out))
	}
	return nil
}

// isolated are the variables of a Python that reads nobody's settings.
func isolated(home string) []string {
	return []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
}

// SDK is a process that has imported the SDK. It ends with the context that it was
// started with, or by Stop.
type SDK struct {
	*Talk
	// Versions of the packages, by name.
	Versions map[string]string
	// Import is how long it took to import the SDK, which each start of a user's
	// script pays.
	Import time.Duration
}

// Start starts testdata/peers/kfp/sdk.py, with the settings of a user below home.
func (k KFPSDK) Start(ctx context.Context, home string) (*SDK, error) {
	program, err := fromCheckout("testdata/peers/kfp/sdk.py")
	if err != nil {
		return nil, err
	}
	var greeting struct {
		Versions           map[string]string
		ImportMilliseconds float64 `json:"import_milliseconds"`
	}
	talk, err := StartTalk(ctx, []string{k.Python(), "-B", "-W", "ignore", program}, isolated(home), &greeting)
	if err != nil {
		return nil, err
	}
	return &SDK{talk, greeting.Versions, milliseconds(greeting.ImportMilliseconds)}, nil
}

// Parameters are the root parameters of a compiled pipeline, as in
// testdata/kfp/pipelines/parameters.json.
func (s *SDK) Parameters(file string) (json.RawMessage, error) {
	var answer struct {
		Parameters json.RawMessage
		refusal
	}
	err := s.Ask(map[string]string{"op": "load", "file": file}, &answer)
	return answer.Parameters, errors.Join(err, answer.refused())
}

// Submission is what kfp.Client.create_run_from_pipeline_package is called with.
type Submission struct {
	Host       string         `json:"host"`
	File       string         `json:"file"`
	Parameters map[string]any `json:"parameters"`
	Experiment string         `json:"experiment"`
	RunName    string         `json:"run_name"`
}

// Submit makes a client and submits. It returns the id of the run, and how long
// that took.
func (s *SDK) Submit(what Submission) (run string, took time.Duration, err error) {
	question := struct {
		Op string `json:"op"`
		Submission
	}{"submit", what}
	var answer struct {
		RunID        string `json:"run_id"`
		Milliseconds float64
		refusal
	}
	err = s.Ask(question, &answer)
	return answer.RunID, milliseconds(answer.Milliseconds), errors.Join(err, answer.refused())
}

// refusal is the exception that Python raised.
type refusal struct{ Error string }

func (r refusal) refused() error {
	if r.Error == "" {
		return nil
	}
	return fmt.Errorf("teststack: the KFP SDK: %s", r.Error)
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
