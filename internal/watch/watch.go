// Package watch tells that something in a directory may have changed. It says no
// more: who is told reads the files and compares, because a mounted volume changes
// by the swap of one link, in three to five events of which none names a file.
//
// That is also why there is no library behind it. fsnotify makes the binary 0.2 MB
// larger, reads the environment at its start, and what it adds, the names and kinds
// of events on eight systems, would be thrown away.
package watch

import (
	"context"
	"time"
)

// PollEvery is how often directories are looked at where nobody tells. The kubelet
// takes up to a minute to bring a change into a pod anyhow.
const PollEvery = 10 * time.Second

// Watcher tells about directories until its context ends.
type Watcher struct {
	// C gets a value when something may have changed. Several changes are one value
	// for who does not read at once.
	C <-chan struct{}
	// Polled says why C gets a value every PollEvery instead: nobody tells here. It
	// is nil otherwise.
	Polled error
}

// Dirs watches directories, each with the files directly in it.
func Dirs(ctx context.Context, dirs []string) Watcher {
	told := make(chan struct{}, 1)
	n, err := notifying(dirs)
	if err != nil {
		go poll(ctx, told)
	} else {
		go n.run(ctx, told)
	}
	return Watcher{C: told, Polled: err}
}

func poll(ctx context.Context, told chan<- struct{}) {
	tick := time.NewTicker(PollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			tell(told)
		case <-ctx.Done():
			return
		}
	}
}

func tell(told chan<- struct{}) {
	select {
	case told <- struct{}{}:
	default: // there is a value that nobody has read yet
	}
}
