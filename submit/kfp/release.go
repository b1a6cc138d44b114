package kfp

import (
	"strconv"
	"strings"
)

// release is a version of KFP, to hold one against another. The zero value is a
// version that is not known.
type release struct{ major, minor int }

// releaseOf reads the tag of a server: "2.0.5", "v2.4.1", "2.17.0-rc.1".
func releaseOf(tag string) release {
	major, rest, _ := strings.Cut(strings.TrimPrefix(tag, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	r := release{}
	var err error
	if r.major, err = strconv.Atoi(major); err != nil {
		return release{}
	}
	if r.minor, err = strconv.Atoi(minor); err != nil {
		return release{}
	}
	return r
}

// before reports whether a release is known and older than another.
func (r release) before(other release) bool {
	if r == (release{}) {
		return false
	}
	return r.major < other.major || r.major == other.major && r.minor < other.minor
}

func (r release) String() string { return strconv.Itoa(r.major) + "." + strconv.Itoa(r.minor) }
