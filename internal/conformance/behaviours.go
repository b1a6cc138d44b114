//go:build linux

package main

import "slices"

// behaviours are the rows of the table.
var behaviours = slices.Concat(endings, handedOn, stops, leavings, orphans, terminals)
