package lint

// defaults looks at the defaults of parameters, which no server does.
func (l *linter) defaults() {
	for _, problem := range l.p.DefaultProblems() {
		code := codeDefault
		if problem.Warning {
			code = codeChanged
		}
		l.add(code, "", problem.Message, problem.Hint, problem.At...)
	}
}

// inputs passes on what is wrong with the pipeline whatever a run gives it.
func (l *linter) inputs() {
	_, problems := l.p.Form().Read(nil)
	for _, problem := range problems {
		switch {
		case problem.Parameter != "": // a run gives it a value
		case problem.Warning:
			l.add(codeUnreached, "", problem.Message, problem.Hint, "platforms")
		default:
			l.add(codeNotGivable, "", problem.Message, problem.Hint, "root", "inputDefinitions")
		}
	}
}
