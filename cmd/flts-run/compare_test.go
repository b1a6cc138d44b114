package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// Two runs of one pipeline are the same platform, though each has its own id and
// pod.
func TestRunsOfOnePipelineDoNotDiffer(t *testing.T) {
	of := func(text string) *report { return &report{Platform: json.RawMessage(text)} }
	a := of(`{"kind":"kfp","pipeline":"p","run_id":"1","pod":"x-1","evidence":["launcher in parent process 7"]}`)
	b := of(`{"kind":"kfp","pipeline":"p","run_id":"2","pod":"x-2","evidence":["launcher in parent process 8"],"pid1":true}`)
	require.True(t, compare(a, b).Same)
	require.False(t, compare(a, of(`{"kind":"kfp","pipeline":"q"}`)).Same)
	require.False(t, compare(a, of(`{"kind":"machine"}`)).Same)
}
