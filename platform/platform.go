package platform

import "io/fs"

// Kind is what started us. The words are stable.
type Kind string

// The kinds, the more telling first: a task of Kubeflow Pipelines is in a pod
// and in a container too.
const (
	KFP               Kind = "kfp"
	AirflowKubernetes Kind = "airflow-kubernetes" // KubernetesPodOperator, @task.kubernetes
	AirflowDocker     Kind = "airflow-docker"     // DockerOperator, @task.docker
	AirflowWorker     Kind = "airflow-worker"     // an operator that runs on the worker itself
	Pod               Kind = "pod"
	Container         Kind = "container"
	Machine           Kind = "machine" // none of the above: a laptop, a server
)

// Title names the kind as its field does.
func (k Kind) Title() string {
	switch k {
	case KFP:
		return "Kubeflow Pipelines"
	case AirflowKubernetes:
		return "Airflow KubernetesPodOperator"
	case AirflowDocker:
		return "Airflow DockerOperator"
	case AirflowWorker:
		return "Airflow worker"
	case Pod:
		return "Kubernetes pod"
	case Container:
		return "container"
	}
	return "no container"
}

// Orchestrated reports whether a platform started us, rather than a person.
func (k Kind) Orchestrated() bool { return k != Container && k != Machine }

// Input is what Detect looks at.
type Input struct {
	Environ   []string // NAME=value
	Task      []string // the words behind "--"
	PID, PPID int      // ours and our parent's
	Files     fs.FS    // the root of the file system; nil is an empty one
}

// Platform is what was found out. What is not known is "".
type Platform struct {
	Kind     Kind
	Evidence []string // why we think so, the strongest first; never a value
	InPod    bool     // Kubernetes started the container
	PID1     bool     // nobody above us in the container reaps and forwards signals

	Pipeline  string // name of the KFP pipeline
	DAG       string // Airflow's dag_id
	RunID     string // KFP run id, Airflow dag_run_id
	Task      string // name of the KFP task, Airflow's task_id
	Component string // name of the KFP component
	Try       string // KFP_RETRY_INDEX (from 0), AIRFLOW_CTX_TRY_NUMBER (from 1)

	PodName      string
	PodNamespace string // of the pod's service account

	Executor ExecutorInput

	launcher *launcher
}

// ExecutorInput is the JSON in which Kubeflow Pipelines hands a task its
// parameters. It may hold secrets that nobody told us of.
type ExecutorInput struct {
	Text string
	From string // TaskArguments or LauncherCommand; "" when there is none
}

// Where an executor input was found.
const (
	// TaskArguments is the task's own --executor_input. The launcher has added
	// the defaults of the component to it.
	TaskArguments = "task"
	// LauncherCommand is the command line of the launcher. It holds what the run
	// gave and no more.
	LauncherCommand = "launcher"
)

// Detect looks around. It reads at most ten small files.
func Detect(in Input) Platform {
	seen := readMarks(in)
	p := Platform{InPod: seen.inPod, PID1: in.PID == 1, launcher: seen.launcher}
	switch {
	case seen.isKFP():
		p.kfp(seen)
	case seen.isAirflow():
		p.airflow(seen)
	case seen.inPod:
		p.Kind, p.Evidence = Pod, []string{"KUBERNETES_SERVICE_HOST"}
	case seen.container != "":
		p.Kind, p.Evidence = Container, []string{seen.container}
	default:
		p.Kind = Machine
	}
	if seen.inPod {
		p.PodNamespace = podNamespace(in.Files)
	}
	if p.PodName == "" && seen.inPod {
		p.PodName = seen.env["HOSTNAME"]
	}
	p.Executor = seen.executor
	return p
}
