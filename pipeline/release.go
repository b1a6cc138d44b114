package pipeline

import (
	"fmt"
	"strconv"
	"strings"
)

// Release is a version of KFP, to hold one against another. The zero value is a
// version that is not known.
type Release [2]int // its first two numbers

// ParseRelease reads what a person wrote, in the forms of ReleaseOf.
func ParseRelease(text string) (Release, error) {
	r := ReleaseOf(text)
	if r[0] < 1 || r[1] < 0 {
		return Release{}, fmt.Errorf("%q is no version of Kubeflow Pipelines, such as 2.5", text)
	}
	return r, nil
}

// ReleaseOf reads the tag of a server: "2.0.5", "v2.4.1", "2.17.0-rc.1".
func ReleaseOf(tag string) Release {
	major, rest, _ := strings.Cut(strings.TrimPrefix(tag, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	r := Release{}
	var err error
	if r[0], err = strconv.Atoi(major); err != nil {
		return Release{}
	}
	if r[1], err = strconv.Atoi(minor); err != nil {
		return Release{}
	}
	return r
}

// Before reports whether a release is known and older than another.
func (r Release) Before(other Release) bool {
	if r == (Release{}) {
		return false
	}
	return r[0] < other[0] || r[0] == other[0] && r[1] < other[1]
}

func (r Release) String() string { return strconv.Itoa(r[0]) + "." + strconv.Itoa(r[1]) }
