package cluster

import "sync"

// once remembers the answer to each question.
type once[Q comparable, A any] struct {
	mu    sync.Mutex
	known map[Q]*answer[A]
}

type answer[A any] struct {
	asking sync.Once
	value  A
	err    error
}

// ask asks if nobody did, and waits for whoever is asking.
func (o *once[Q, A]) ask(q Q, f func() (A, error)) (A, error) {
	o.mu.Lock()
	if o.known == nil {
		o.known = map[Q]*answer[A]{}
	}
	a := o.known[q]
	if a == nil {
		a = &answer[A]{}
		o.known[q] = a
	}
	o.mu.Unlock()
	a.asking.Do(func() { a.value, a.err = f() })
	return a.value, a.err
}
