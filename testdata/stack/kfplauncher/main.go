// Launch is the launcher of Kubeflow Pipelines 2.0.5, for tests: the program that is
// the parent of every task.
//
//	launch --pipeline_name NAME --run_id ID --execution_id N --executor_input JSON --component_spec JSON --mlmd_server_address DIR … -- COMMAND ARGUMENTS
//	launch --condition EXPRESSION --executor_input JSON
//
// Real is all between its start and its end: the defaults of the component, the
// placeholders, the download of artifacts, the start of the task, what is read of its
// outputs, and the upload. A stand-in is what lies around it: ML Metadata, where the
// launcher says what came out, is the directory DIR, and the outcome of an execution the
// file N.json in it. There is no cache.
//
// The second form is not the launcher's: it prints what the expressions of KFP's driver
// make of a condition.
//
// It has a module of its own because KFP needs some hundred modules, and replace lines
// that the root module must not have.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/golang/glog"
	"github.com/kubeflow/pipelines/api/v2alpha1/go/pipelinespec"
	"github.com/kubeflow/pipelines/backend/src/v2/config"
	"github.com/kubeflow/pipelines/backend/src/v2/expression"
	"google.golang.org/protobuf/encoding/protojson"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// settings are the flags of KFP's launcher.
type settings struct {
	pipelineRoot  string // KFP's launcher reads it from ML Metadata
	executionID   int64
	executorInput string
	componentSpec string
	metadata      string
	condition     string
	namespace     string // of the pod
}

func main() {
	var s settings
	flag.Int64Var(&s.executionID, "execution_id", 0, "of this task")
	flag.StringVar(&s.executorInput, "executor_input", "", "ExecutorInput as JSON")
	flag.StringVar(&s.componentSpec, "component_spec", "", "ComponentSpec as JSON")
	flag.StringVar(&s.metadata, "mlmd_server_address", "", "directory for the outcome")
	flag.StringVar(&s.pipelineRoot, "pipeline_root", "", "minio://BUCKET/PREFIX")
	flag.StringVar(&s.condition, "condition", "", "answer it, and run nothing")
	for _, name := range []string{"pipeline_name", "run_id", "pod_name", "pod_uid", "mlmd_server_port"} {
		flag.String(name, "", "as KFP passes it; not read here")
	}
	_ = flag.Set("logtostderr", "true")
	flag.Parse()

	if err := run(context.Background(), s, flag.Args()); err != nil {
		glog.Exit(err) // so every failure is a 1
	}
}

func run(ctx context.Context, s settings, argv []string) error {
	input := &pipelinespec.ExecutorInput{}
	if err := protojson.Unmarshal([]byte(s.executorInput), input); err != nil {
		return fmt.Errorf("--executor_input: %w", err)
	}
	if s.condition != "" {
		return answer(input, s.condition)
	}
	component := &pipelinespec.ComponentSpec{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal([]byte(s.componentSpec), component); err != nil {
		return fmt.Errorf("--component_spec: %w", err)
	}
	if len(argv) == 0 {
		return fmt.Errorf("command and arguments are empty")
	}
	namespace, err := config.InPodNamespace()
	if err != nil {
		return err
	}
	s.namespace = namespace
	account, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	cluster, err := kubernetes.NewForConfig(account)
	if err != nil {
		return err
	}
	outcome, err := execute(ctx, s, cluster, input, component, argv)
	if err != nil {
		return fmt.Errorf("failed to execute component: %w", err)
	}
	text, err := protojson.Marshal(outcome)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.metadata, strconv.FormatInt(s.executionID, 10)+".json"), text, 0o644)
}

// answer prints true or false.
func answer(input *pipelinespec.ExecutorInput, condition string) error {
	expressions, err := expression.New()
	if err != nil {
		return err
	}
	holds, err := expressions.Condition(input, condition)
	if err != nil {
		return err
	}
	fmt.Println(holds)
	return nil
}
