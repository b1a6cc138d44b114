package lint

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a release of KFP.
type Version struct{ Major, Minor int }

// ParseVersion reads "2.5", "2.5.0" and "v2.5.0-rc.1".
func ParseVersion(text string) (Version, error) {
	var v Version
	var err error
	parts := strings.SplitN(strings.TrimPrefix(text, "v"), ".", 3)
	if len(parts) < 2 {
		return v, fmt.Errorf("%q is no version of Kubeflow Pipelines, such as 2.5", text)
	}
	minor, _, _ := strings.Cut(parts[1], "-")
	if v.Major, err = strconv.Atoi(parts[0]); err == nil {
		v.Minor, err = strconv.Atoi(minor)
	}
	if err != nil || v.Major < 1 || v.Minor < 0 {
		return Version{}, fmt.Errorf("%q is no version of Kubeflow Pipelines, such as 2.5", text)
	}
	return v, nil
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

func (v Version) before(other Version) bool {
	return v.Major < other.Major || v.Major == other.Major && v.Minor < other.Minor
}

// newer looks for fields that the server does not know. A server of unknown version is
// taken for a new one.
func (l *linter) newer() {
	for _, n := range l.p.Needs() {
		if n.Since == "" {
			l.add(codeNewer, "", n.Field+" is in the schema, and no KFP reads it", "take it out: it does nothing, and a server may refuse it", n.At...)
			continue
		}
		since, err := ParseVersion(n.Since)
		if err != nil || l.Server == (Version{}) || !l.Server.before(since) {
			continue
		}
		l.add(codeNewer, "", fmt.Sprintf("%s is read by KFP %s and newer, and the server is %s, which refuses or ignores it", n.Field, since, l.Server),
			"take it out of the pipeline, or have the server upgraded", n.At...)
	}
}
