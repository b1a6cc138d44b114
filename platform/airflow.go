package platform

// isAirflow looks for what an operator puts into the container of a task, and
// for what DAG authors put there: connections and variables. The latter may also
// be set in somebody's shell, so they count in a container only.
func (m *marks) isAirflow() bool {
	contained := m.inPod || m.container != ""
	return m.context || m.script || m.xcom || contained && m.connections != ""
}

func (p *Platform) airflow(m marks) {
	switch {
	case m.inPod:
		p.Kind = AirflowKubernetes
	case m.container != "":
		p.Kind = AirflowDocker
	default:
		p.Kind = AirflowWorker
	}
	p.DAG, p.Task = m.env["AIRFLOW_CTX_DAG_ID"], m.env["AIRFLOW_CTX_TASK_ID"]
	p.RunID, p.Try = m.env["AIRFLOW_CTX_DAG_RUN_ID"], m.env["AIRFLOW_CTX_TRY_NUMBER"]
	for _, mark := range []struct {
		seen bool
		name string
	}{
		{m.context, "AIRFLOW_CTX_ variables"}, {m.script, "__PYTHON_SCRIPT"}, {m.xcom, "/airflow/xcom"}, {m.connections != "", m.connections},
	} {
		if mark.seen {
			p.Evidence = append(p.Evidence, mark.name)
		}
	}
}
