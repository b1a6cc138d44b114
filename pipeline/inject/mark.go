package inject

import (
	"fmt"
	"net/url"
	"strconv"
)

// markVariable is the variable of a container that tells what was added. It travels with
// the pipeline, through the server too, and flts-run knows it and leaves it alone.
const markVariable = "FLTS_INJECTED"

// mark is what was added to one container.
type mark struct {
	command   int               // words in front of the command
	image     string            // before it was replaced, or ""
	newImage  string            // what replaced it
	variables []string          // names in the container's env, without the mark
	entries   map[string]string // by list of the platform document: the entry, see entryID
}

// String is the mark as the variable has it. Nothing in it is a placeholder or a variable
// to anyone who reads it on the way.
func (m mark) String() string {
	v := url.Values{"v": {"1"}, "env": m.variables}
	if m.command > 0 {
		v.Set("command", strconv.Itoa(m.command))
	}
	if m.newImage != "" {
		v.Set("image", m.image)
		v.Set("new", m.newImage)
	}
	for list, id := range m.entries {
		v.Set(list, id)
	}
	return v.Encode()
}

func readMark(text string) (mark, error) {
	v, err := url.ParseQuery(text)
	if err != nil || v.Get("v") != "1" {
		return mark{}, fmt.Errorf("is none of this version of fltsctl")
	}
	m := mark{image: v.Get("image"), newImage: v.Get("new"), variables: v["env"], entries: map[string]string{}}
	if words := v.Get("command"); words != "" {
		if m.command, err = strconv.Atoi(words); err != nil || m.command < 0 {
			return mark{}, fmt.Errorf("is damaged")
		}
	}
	for _, list := range ourLists {
		if id := v.Get(list); id != "" {
			m.entries[list] = id
		}
	}
	return m, nil
}
