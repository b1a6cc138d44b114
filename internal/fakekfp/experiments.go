package fakekfp

import "fmt"

func (s *Server) addExperiment(name, namespace, description string) object {
	e := object{
		"experiment_id": s.newID(kindExperiment), "display_name": name,
		"created_at": s.now(), "storage_state": "AVAILABLE",
	}
	if namespace != "" {
		e["namespace"] = namespace
	}
	if description != "" {
		e["description"] = description
	}
	s.experiments = append(s.experiments, e)
	return e
}

func (s *Server) createExperiment(q *request) (any, *failure) {
	sent, failed := s.fields(q, "experiment_id", "display_name", "description", "created_at", "namespace", "storage_state")
	if failed != nil {
		return nil, failed
	}
	name, namespace := sent.text("display_name"), sent.text("namespace")
	if name == "" {
		return nil, errorf(codeInternal, "Experiment must have a non-empty name", "[ExperimentServer]: Failed to create a experiment due to conversion error: InternalServerError: Failed to convert API experiment to model experiment: Invalid input error: ")
	}
	if s.o.MultiUser && namespace == "" {
		return nil, errorf(codeInvalid, "Invalid resource references for experiment. Namespace is empty.", "Failed to validate experiment: Invalid input error: ")
	}
	if failed := s.may(q, namespace); failed != nil {
		return nil, failed
	}
	if !s.o.MultiUser {
		namespace = ""
	}
	for _, e := range s.experiments {
		if e.text("display_name") == name && e.text("namespace") == namespace {
			return nil, errorf(codeExists, fmt.Sprintf("Failed to create a new experiment. The name %s already exists. Please specify a new name", name), "Failed to create a experiment: Already exist error: ")
		}
	}
	return s.addExperiment(name, namespace, sent.text("description")), nil
}

func (s *Server) getExperiment(q *request) (any, *failure) {
	e := s.find(s.experiments, "experiment_id", q.ids[0])
	if e == nil {
		return nil, errorf(codeNotFound, fmt.Sprintf("Experiment %s not found", q.ids[0]), "Failed to fetch experiment: ResourceNotFoundError: ")
	}
	return e, s.may(q, e.text("namespace"))
}

func (s *Server) listExperiments(q *request) (any, *failure) {
	all, failed := s.inNamespace(q, s.experiments)
	if failed != nil {
		return nil, failed
	}
	return s.list(q, all, map[string]string{
		"name": "display_name", "display_name": "display_name", "experiment_id": "experiment_id",
		"description": "description", "storage_state": "storage_state", "namespace": "namespace",
	}, "experiments", "")
}

// inNamespace is what belongs to the namespace of a listing. A server without
// users has one for all, and ignores the query.
func (s *Server) inNamespace(q *request, all []object) ([]object, *failure) {
	if !s.o.MultiUser {
		return all, nil
	}
	namespace := q.URL.Query().Get("namespace")
	if namespace == "" {
		return nil, errorf(codeInvalid, "A run cannot have an empty namespace in multi-user mode", "Failed to list: Invalid input error: ")
	}
	if failed := s.may(q, namespace); failed != nil {
		return nil, failed
	}
	var own []object
	for _, o := range all {
		if o.text("namespace") == namespace || o.text(hiddenNamespace) == namespace {
			own = append(own, o)
		}
	}
	return own, nil
}
