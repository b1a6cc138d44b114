package platform

func (m *marks) isKFP() bool {
	return m.launcher != nil || m.env["KFP_POD_NAME"] != "" || m.executor.Text != "" || m.env["_KFP_RUNTIME"] != ""
}

func (p *Platform) kfp(m marks) {
	p.Kind = KFP
	p.PodName, p.RunID, p.Try = m.env["KFP_POD_NAME"], m.env["KFP_RUN_ID"], m.env["KFP_RETRY_INDEX"]
	if l := m.launcher; l != nil {
		p.Evidence = append(p.Evidence, l.String())
		p.Pipeline, p.Task, p.Component = l.pipeline, l.task, l.spec.component()
		if l.run != "" {
			p.RunID = l.run
		}
		if p.PodName == "" {
			p.PodName = l.pod
		}
		if p.Task == "" {
			p.Task = l.given.task(p.RunID)
		}
	}
	for _, name := range []string{"KFP_POD_NAME", "_KFP_RUNTIME"} {
		if m.env[name] != "" {
			p.Evidence = append(p.Evidence, name)
		}
	}
	if m.executor.From == TaskArguments {
		p.Evidence = append(p.Evidence, "--executor_input of the task")
		if p.Task == "" && p.RunID != "" {
			p.Task = parseExecutorInput(m.executor.Text).task(p.RunID)
		}
	}
}
