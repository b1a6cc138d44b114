package redact

import (
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Delay is the longest time that a byte waits for those that would make it part
// of a secret.
const Delay = 100 * time.Millisecond

// piece is how much of one Write is looked at, and written on, at once.
const piece = 64 << 10

// Stream writes on what is written to it, with secrets replaced by secret.Mask
// and all other bytes as they are. Secrets are found wherever the writes are
// split.
//
// The end of what was written is held back only while it may be the beginning of
// a secret: at most as many bytes as the longest form has with its line breaks
// (16 KiB if known shapes are searched for), and at most for Delay. Then it is
// let go: shown, or, if it is the beginning of a secret of the set and has
// MinLength bytes or more, masked. The rest of a secret is masked behind a pause
// as well. So a pause in a secret shows at most its first MinLength-1 bytes, or
// in a credential that is known by its looks alone all that was before the
// pause; and text that pauses where it agrees with a secret so far is masked
// without need. Close shows the beginning of a secret that the output ends with.
//
// While nothing is held back, a Stream has no goroutine and no timer. It may be
// used by several goroutines at once.
type Stream struct {
	set *Set
	dst io.Writer

	mu     sync.Mutex
	text   []byte // from the first byte on that may begin a secret; its positions are those of edit
	offset int64  // of text in all that was written
	edit   editor // its out is what dst has yet to take
	timer  *time.Timer
	due    time.Time // when what is held back is let go; zero: nothing is
	closed bool
}

// NewStream returns a Stream that writes to dst and searches for the secrets of
// the set, and those that join it.
func NewStream(dst io.Writer, set *Set) *Stream {
	return &Stream{set: set, dst: dst, edit: editor{masked: -1}}
}

// Write takes p over and writes on what of it is decided. An error is one of the
// underlying writer; what that did not take is kept, and offered to it first by
// the next call, so nothing is lost if it recovers. With an error, n counts what
// was taken over: nothing while the underlying writer takes nothing.
func (s *Stream) Write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, os.ErrClosed
	}
	if err := s.drain(); err != nil {
		return 0, err
	}
	before := s.offset + int64(len(s.text))
	for part := range slices.Chunk(p, piece) {
		s.text = append(s.text, part...)
		s.advance(writing)
		n += len(part)
		if err = s.drain(); err != nil {
			break
		}
	}
	s.schedule(before)
	return n, err
}

// Close writes what was held back. It does not close the underlying writer. An
// error says that a rest could not be written; Close can be called again then.
func (s *Stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		if s.timer != nil {
			s.timer.Stop()
		}
		s.advance(closing)
	}
	return s.drain()
}

// moment is when the text is looked at.
type moment int

const (
	writing moment = iota // more may follow at once
	pausing               // more may follow, and nothing may wait for it
	closing
)

// advance decides what can be decided and forgets what cannot become part of a
// secret any more.
func (s *Stream) advance(now moment) {
	found := search{m: s.set.matcher(), text: s.text}
	keep := len(s.text)
	for at, h := found.next(0); at < len(s.text); at, h = found.next(at + 1) {
		if h.open && now != closing {
			keep = min(keep, at)
		}
		if h.open && now == writing {
			break
		}
		if h.n > 0 {
			s.edit.hide(s.text, at+h.lead, at+h.n, h.key)
		}
		if rest := len(s.text) - at; now == pausing && h.begun != none && rest >= MinLength {
			s.edit.hide(s.text, at, len(s.text), h.begun)
		}
	}
	end := len(s.text)
	if now == writing {
		end = keep
	}
	s.edit.show(s.text, end)
	s.edit.forget(keep)
	s.text = append(s.text[:0], s.text[keep:]...)
	s.offset += int64(keep)
}

// drain offers what is decided to the underlying writer.
func (s *Stream) drain() error {
	for len(s.edit.out) > 0 {
		n, err := s.dst.Write(s.edit.out)
		if err == nil && n < len(s.edit.out) {
			err = io.ErrShortWrite
		}
		s.edit.out = append(s.edit.out[:0], s.edit.out[n:]...)
		if err != nil {
			return err
		}
	}
	return nil
}

// schedule sees to it that what is held back is let go in time. before is where
// the last write began: what is left of earlier ones keeps its time.
func (s *Stream) schedule(before int64) {
	waits := s.edit.at < len(s.text)
	switch {
	case !waits && s.due.IsZero():
		return
	case !waits:
		s.due = time.Time{}
		s.timer.Stop()
		return
	case !s.due.IsZero() && s.offset+int64(s.edit.at) < before:
		return
	}
	s.due = time.Now().Add(Delay)
	if s.timer == nil {
		s.timer = time.AfterFunc(Delay, s.pause)
	} else {
		s.timer.Reset(Delay)
	}
}

// pause lets go what was held back for long enough.
func (s *Stream) pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.due.IsZero() || time.Now().Before(s.due) {
		return // the timer fired while it was set anew
	}
	s.due = time.Time{}
	s.advance(pausing)
	_ = s.drain() // what is left is offered again by the next call, which has somebody to tell
}

// Count is how often a secret was replaced.
type Count struct {
	Key   string
	Times int // stretches of output; one that holds several forms of it counts once
}

// Counts says what was replaced so far, sorted by key.
func (s *Stream) Counts() []Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Count
	for k, times := range s.edit.counts {
		list = append(list, Count{s.set.name(k), times})
	}
	slices.SortFunc(list, func(a, b Count) int { return strings.Compare(a.Key, b.Key) })
	return list
}
