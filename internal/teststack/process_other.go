//go:build !linux

package teststack

import "os/exec"

// dieWithParent is left to Close: only Linux can tie a child to its parent.
func dieWithParent(*exec.Cmd) {}

// asNobody is left out: these tests are not run as root elsewhere.
func asNobody(*exec.Cmd) {}

// inNamespaces is left out: what needs them is for Linux.
func inNamespaces(*exec.Cmd) {}
