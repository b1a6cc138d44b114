package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
	"github.com/flts-run/flts-run/submit/kfp"
)

// doctorPatience is how long a server that is looked at may show no sign of life.
const doctorPatience = 10 * time.Second

// doctorServers are the ways to KFP and to Airflow that an examination looks at. Nothing
// is sent yet, and a way that cannot be made is a finding and no error.
//
// What somebody gave for one server must not reach another: the flags of the connection
// and the variables FLTSCTL_* are for the backend that is chosen, which is KFP unless
// FLTSCTL_BACKEND says otherwise.
func (r *runner) doctorServers(o access.Options, backend string) doctor.Servers {
	o.Timeout = doctorPatience
	shared := access.Options{Version: o.Version, Proxy: o.Proxy, Notice: o.Notice, Secret: o.Secret, Timeout: o.Timeout}
	own, others := r.surroundings(), r.surroundings()
	others.Environ = withoutLogin(others.Environ)
	if backend == airflowBackend {
		shared.Kubeconfig, shared.KubeContext, shared.KubeNamespace, shared.KubeService = o.Kubeconfig, o.KubeContext, o.KubeNamespace, o.KubeService
		return doctor.Servers{KFP: examinedKFP(shared, others), Airflow: examinedAirflow(o, own, true), KFPNamespace: o.KubeNamespace}
	}
	return doctor.Servers{KFP: examinedKFP(o, own), Airflow: examinedAirflow(shared, others, byName(r.environ)["AIRFLOW_CLI_TOKEN"] != ""), KFPNamespace: o.KubeNamespace}
}

// withoutLogin is an environment without the credentials of the backend that is chosen.
func withoutLogin(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		rest, ours := strings.CutPrefix(entry, "FLTSCTL_")
		return ours && slices.ContainsFunc([]string{"TOKEN", "COOKIE", "HEADER", "USER", "PASSWORD"}, func(word string) bool { return strings.HasPrefix(rest, word) })
	})
}

func examinedKFP(o access.Options, s access.Surroundings) *doctor.KFP {
	a, err := access.KFP(o, s)
	if err != nil {
		return &doctor.KFP{
			Where:   "nowhere",
			Health:  func(context.Context) (doctor.KFPHealth, error) { return doctor.KFPHealth{}, serverFault(err) },
			MayList: func(context.Context, string) error { return serverFault(err) },
		}
	}
	b := kfp.New(a, kfp.Options{})
	named := a.Origin == "--host" || a.Origin == "KF_PIPELINES_ENDPOINT"
	where := a.Origin
	if named {
		where = a.Base.String()
	}
	return &doctor.KFP{
		Where: where, Named: named,
		Health: func(ctx context.Context) (doctor.KFPHealth, error) {
			h, err := b.Health(ctx)
			return doctor.KFPHealth(h), serverFault(err)
		},
		MayList: func(ctx context.Context, namespace string) error { return serverFault(b.MayList(ctx, namespace)) },
	}
}

// examinedAirflow is nil where nobody said where Airflow is. login says that there may be
// credentials for it.
func examinedAirflow(o access.Options, s access.Surroundings, login bool) *doctor.Airflow {
	o.Kubeconfig, o.KubeContext, o.KubeNamespace, o.KubeService = "", "", "", "" // of KFP
	a, err := access.Airflow(o, s)
	switch {
	case errors.Is(err, access.ErrNowhere):
		return nil
	case err != nil:
		return &doctor.Airflow{
			Where:   "nowhere",
			Health:  func(context.Context) (doctor.AirflowHealth, error) { return doctor.AirflowHealth{}, serverFault(err) },
			MayList: func(context.Context) error { return serverFault(err) },
		}
	}
	b := airflow.New(a, airflow.Options{})
	return &doctor.Airflow{
		Where: a.Base.String(), Login: login,
		Health: func(ctx context.Context) (doctor.AirflowHealth, error) {
			h, err := b.Health(ctx)
			told := doctor.AirflowHealth{Version: h.Version}
			for _, p := range h.Parts {
				told.Parts = append(told.Parts, doctor.AirflowPart(p))
			}
			return told, serverFault(err)
		},
		MayList: func(ctx context.Context) error { return serverFault(b.MayList(ctx)) },
	}
}

// serverFault is an error of a server in the words of the examination.
func serverFault(err error) error {
	e, ok := errors.AsType[*submit.Error](err)
	if !ok {
		return err
	}
	return &doctor.ServerFault{Code: e.Code, Message: e.Message, Hint: e.Advice, Refused: e.Kind == submit.Refused}
}
