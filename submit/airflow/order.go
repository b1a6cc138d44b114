package airflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// mostTries is how often an order is sent whose answer is lost.
const mostTries = 3

// Draft is the requests that change something, in order.
func (b *Backend) Draft(ctx context.Context, o submit.Order) ([]submit.Request, error) {
	p, err := b.plan(ctx, o)
	if err == nil {
		err = p.refused()
	}
	if err != nil {
		return nil, err
	}
	if p.fresh {
		p.id = draftedID
	}
	var list []submit.Request
	for _, c := range p.calls() {
		list = append(list, submit.Request{Method: c.method, Path: p.server.address(c), Body: c.body})
	}
	return list, nil
}

// plan is an order with all that is needed to carry it out.
type plan struct {
	server *server
	dag    *dag
	id     string
	fresh  bool // the id is of this order alone
	order  submit.Order
}

func (b *Backend) plan(ctx context.Context, o submit.Order) (*plan, error) {
	id, fresh, err := b.runID(o)
	if err != nil {
		return nil, err
	}
	f, ok := o.Form.(*dagForm)
	if !ok {
		if f, err = b.dagForm(ctx, o.Target); err != nil {
			return nil, err
		}
	}
	s, err := b.server(ctx)
	if err != nil {
		return nil, err
	}
	return &plan{server: s, dag: f.dag, id: id, fresh: fresh, order: o}, nil
}

// refused says why the run would never go on, if that is so.
func (p *plan) refused() error {
	if !p.dag.Paused || p.order.Unpause {
		return nil
	}
	return &submit.Error{
		Kind: submit.Conflict, Message: "DAG " + p.dag.ID + " is paused: a run of it would stay queued for ever",
		Advice: "add --unpause, which lets its schedule run too, if it has one",
	}
}

// calls are the requests that change something.
func (p *plan) calls() []call {
	var list []call
	if p.dag.Paused {
		list = append(list, unpauseCall(p.dag.ID))
	}
	return append(list, p.trigger())
}

func (p *plan) ref() ref { return ref{p.dag.ID, p.id} }

func (p *plan) trigger() call {
	return call{
		doing: "start a run of DAG " + p.dag.ID, method: http.MethodPost, path: dagPath(p.dag.ID, "dagRuns"),
		body: p.server.trigger(p.id, p.conf(), p.order.LogicalDate, p.order.Description),
	}
}

// conf is never null, which version 2 refuses.
func (p *plan) conf() map[string]any {
	if p.order.Values == nil {
		return map[string]any{}
	}
	return p.order.Values
}

// Submit starts a run. Its id makes the order one that can be repeated: Airflow has
// no two runs of a DAG with one id. So a run that is there already is held against
// the order, and an order whose answer was lost is looked for before it is sent
// again.
func (b *Backend) Submit(ctx context.Context, o submit.Order) (submit.Receipt, error) {
	p, err := b.plan(ctx, o)
	if err != nil {
		return submit.Receipt{}, err
	}
	if !p.fresh {
		if r, found, err := p.lookUp(ctx); err != nil || found {
			return submit.Receipt{Run: r, Existing: found}, err
		}
	}
	// Only now: that a DAG is paused does not matter to a run that is there.
	if err := p.refused(); err != nil {
		return submit.Receipt{}, err
	}
	if why := p.server.unhealthy(ctx); why != "" {
		b.o.Notice(why)
	}
	if p.dag.Paused {
		if err := p.server.unpause(ctx, p.dag.ID); err != nil {
			return submit.Receipt{}, err
		}
	}
	return p.send(ctx)
}

// send sends the order until it is known to be done.
func (p *plan) send(ctx context.Context) (submit.Receipt, error) {
	for try := 1; ; try++ {
		var run dagRun
		err := p.server.ask(ctx, p.trigger(), &run)
		lost := submit.IsKind(err, submit.Unsettled)
		switch {
		case err == nil && run.ID != p.id:
			return submit.Receipt{}, p.server.nonsense(p.trigger(), nil)
		case err == nil:
			return submit.Receipt{Run: p.server.run(run)}, nil
		case isStatus(err, http.StatusNotFound) || hasImportErrors(err):
			return submit.Receipt{}, p.gone(ctx, err)
		case !lost && !isStatus(err, http.StatusConflict):
			return submit.Receipt{}, err
		}
		found, have, lookErr := p.lookUp(ctx)
		switch {
		case lookErr != nil && lost && !submit.IsKind(lookErr, submit.Conflict):
			return submit.Receipt{}, err // it stays unsettled
		case lookErr != nil:
			return submit.Receipt{}, lookErr
		case have:
			// What was lost is ours; what was there before we asked is not.
			return submit.Receipt{Run: found, Existing: !lost && try == 1 && !p.fresh}, nil
		case !lost:
			return submit.Receipt{}, p.dateTaken()
		case try == mostTries:
			return submit.Receipt{}, err
		}
	}
}

// lookUp finds the run of this id, and refuses one that is another's.
func (p *plan) lookUp(ctx context.Context) (r submit.Run, found bool, err error) {
	var run dagRun
	err = p.server.ask(ctx, p.server.runCall(p.ref()), &run)
	switch {
	case isStatus(err, http.StatusNotFound):
		return submit.Run{}, false, nil
	case err != nil:
		return submit.Run{}, false, err
	}
	if others := p.differs(run); len(others) > 0 {
		return submit.Run{}, true, &submit.Error{
			Kind:    submit.Conflict,
			Message: fmt.Sprintf("there is a run %s already, with other values of %s", p.ref(), shownName(strings.Join(others, ", "))),
			Advice:  "choose another --run-id or --idempotency-key, or look at that run: fltsctl runs get --backend airflow " + p.ref().String(),
		}
	}
	return p.server.run(run), true, nil
}

// differs names what a run has other than the order.
func (p *plan) differs(run dagRun) []string {
	others := differingKeys(p.conf(), run.Conf)
	if date := p.order.LogicalDate; !date.IsZero() && !date.Equal(run.LogicalDate) {
		others = append(others, "the logical date")
	}
	return others
}

// dateTaken is the other thing that a DAG has only once.
func (p *plan) dateTaken() error {
	e := &submit.Error{Kind: submit.Conflict, Message: "Airflow refuses the run (409), and has none with the id " + p.id}
	if !p.order.LogicalDate.IsZero() {
		e.Message = fmt.Sprintf("DAG %s has a run with the logical date %s already", p.dag.ID, moment(p.order.LogicalDate))
		e.Advice = "choose another --logical-date, or leave it out"
	}
	return e
}

// gone says why a DAG cannot be run that could be a moment ago.
func (p *plan) gone(ctx context.Context, refused error) error {
	if _, err := p.server.details(ctx, p.dag.ID); err != nil {
		return err
	}
	return refused
}

// hasImportErrors knows how version 2 refuses to run a DAG whose file is broken.
func hasImportErrors(err error) bool {
	e, ok := errors.AsType[*answerError](err)
	return ok && e.status == http.StatusBadRequest && strings.HasSuffix(e.detail, "has import errors")
}
