package platform

import (
	"io/fs"
	"slices"
	"strings"
)

// marks is what was seen, before anything is made of it.
type marks struct {
	env         map[string]string // the variables in wanted, printable and short
	connections string            // an AIRFLOW_CONN_, AIRFLOW_VAR_ or AIRFLOW__ variable
	context     bool              // an AIRFLOW_CTX_ variable
	script      bool              // __PYTHON_SCRIPT, which holds a whole program
	xcom        bool              // /airflow/xcom
	inPod       bool
	container   string // why we think that this is a container
	executor    ExecutorInput
	launcher    *launcher
}

// wanted lists the variables whose value counts. It is no map: a map is made in
// every start.
var wanted = []string{
	"KUBERNETES_SERVICE_HOST", "HOSTNAME",
	"KFP_POD_NAME", "KFP_RUN_ID", "KFP_RETRY_INDEX", "_KFP_RUNTIME",
	"AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_TASK_ID", "AIRFLOW_CTX_DAG_RUN_ID", "AIRFLOW_CTX_TRY_NUMBER",
}

func readMarks(in Input) marks {
	m := marks{env: map[string]string{}}
	for _, entry := range in.Environ {
		name, value, _ := strings.Cut(entry, "=")
		if _, twice := m.env[name]; !twice && slices.Contains(wanted, name) {
			m.env[name] = plain(value)
		}
		switch {
		case value == "":
		case name == "__PYTHON_SCRIPT":
			m.script = true
		case strings.HasPrefix(name, "AIRFLOW_CTX_"):
			m.context = true
		// AIRFLOW_WEBSERVER_SERVICE_HOST and its like come from a Service.
		case strings.HasPrefix(name, "AIRFLOW_CONN_"), strings.HasPrefix(name, "AIRFLOW_VAR_"), strings.HasPrefix(name, "AIRFLOW__"):
			if n := plain(name); m.connections == "" || n != "" && n < m.connections {
				m.connections = n
			}
		}
	}
	m.executor = taskExecutorInput(in.Task)
	m.launcher = findLauncher(in.Files, in.PPID)
	if m.launcher != nil && m.executor.Text == "" && m.launcher.input != "" {
		m.executor = ExecutorInput{m.launcher.input, LauncherCommand}
	}
	m.inPod = m.env["KUBERNETES_SERVICE_HOST"] != ""
	// Files are looked at where they could matter: this is part of every start.
	if m.inPod {
		m.xcom = !m.isKFP() && exists(in.Files, "airflow/xcom")
	} else if m.launcher == nil {
		m.container = containerMark(in.Files)
	}
	return m
}

// containerMark says by what a container is known. With the second version of
// control groups a container sees its own as "/", so the file may tell nothing.
func containerMark(files fs.FS) string {
	for _, name := range []string{".dockerenv", "run/.containerenv"} {
		if exists(files, name) {
			return "/" + name
		}
	}
	groups := string(read(files, "proc/self/cgroup", 1<<16))
	for _, word := range []string{"kubepods", "docker", "containerd", "libpod"} {
		if strings.Contains(groups, word) {
			return "/proc/self/cgroup names " + word
		}
	}
	return ""
}

// podNamespace reads what the kubelet mounts with the token of the service
// account. A pod without a token has none.
func podNamespace(files fs.FS) string {
	text := read(files, "var/run/secrets/kubernetes.io/serviceaccount/namespace", 1<<10)
	name := strings.TrimSpace(string(text))
	for _, r := range name {
		if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return ""
		}
	}
	return plain(name)
}
