// Command barexec is the least that a Go program can cost as the first word of a
// container's command: it becomes the command it is given and does nothing else.
package main

import (
	"os"
	"syscall"
)

func main() {
	if err := syscall.Exec(os.Args[1], os.Args[1:], os.Environ()); err != nil {
		os.Exit(126)
	}
}
