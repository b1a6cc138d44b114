package cluster

import (
	"bytes"
	"fmt"
	"sync"
)

// Output is what a program in a container wrote, and how it ended.
type Output struct {
	Stdout, Stderr []byte
	Status         int // as a shell would say it: 126 cannot be started, 127 is not there
}

// maxOutput is how much of each stream is read.
const maxOutput = 4 << 20

// ErrTooMuch is that a program wrote more than anybody wants to read.
var ErrTooMuch = fmt.Errorf("it wrote more than %d MiB", maxOutput>>20)

// bounded keeps what is written to it; when that is too much it calls full and loses the
// rest. Who ends a stream early does not wait for its writer, so that both may be at it.
type bounded struct {
	mu   sync.Mutex
	text bytes.Buffer
	full func()
}

func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text.Len()+len(p) > maxOutput {
		b.full()
		return len(p), nil
	}
	return b.text.Write(p)
}

func (b *bounded) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.text.Bytes())
}
