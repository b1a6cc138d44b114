package resolve

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// Mounts are the places in the file system where something is mounted, as
// /proc/self/mountinfo lists them. Nil is "unknown".
type Mounts []string

// ParseMountinfo reads the text of /proc/self/mountinfo (proc(5)). Lines of
// another form are left out.
func ParseMountinfo(text string) Mounts {
	mounts := Mounts{}
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4], "/") {
			mounts = append(mounts, unescaped(fields[4]))
		}
	}
	return mounts
}

// unescaped replaces \040 and its like, which stand for white space and for the
// backslash itself.
func unescaped(field string) string {
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '\\' && i+3 < len(field) {
			if n, err := strconv.ParseUint(field[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(field[i])
	}
	return b.String()
}

// Has reports whether something is mounted at the path itself.
func (m Mounts) Has(file string) bool { return slices.Contains(m, path.Clean(file)) }

// About says what is known of a directory in which a volume was expected: ", and
// nothing is mounted there".
func (m Mounts) About(dir string) string {
	if m == nil {
		return ""
	}
	if m.Has(dir) {
		return ", though a volume is mounted there"
	}
	var beside []string
	for _, at := range m {
		if path.Dir(at) == path.Dir(path.Clean(dir)) && at != "/" && path.Dir(at) != "/" && !slices.Contains(beside, at) {
			beside = append(beside, at)
		}
	}
	if beside == nil {
		return ", and nothing is mounted there"
	}
	return ", and nothing is mounted there; beside it: " + strings.Join(beside, ", ")
}

// judgeEmptyMounts names the mounted directories without a single file, when
// something is missing: before what is missing, for it is the cause. Otherwise it
// is an optional Secret that is not there.
func (r *Resolution) judgeEmptyMounts(in Input) {
	if r.missing == 0 {
		return
	}
	for i := range in.Sources {
		if s := &in.Sources[i]; s.Dir != "" && s.Note == noteEmpty {
			var known Mounts
			if in.Mounts != nil {
				known = in.Mounts()
			}
			r.add(Error, CodeNotMounted, nil, MountHint(s.Dir), "%s is empty%s", s.Dir, known.About(s.Dir))
			last := len(r.Findings) - 1
			r.Findings = slices.Insert(r.Findings[:last], 0, r.Findings[last])
		}
	}
}

// MountHint says what a pod needs for a directory to be mounted.
func MountHint(dir string) string {
	return "the pod needs volumes[].secret.secretName (or configMap.name) of an object that exists, and volumeMounts[].mountPath: " + dir + "; see kubectl -n NS get pod POD -o yaml"
}

// ReadableHint says how a mounted volume becomes readable for this process.
func ReadableHint() string { return readableHint() }

// judgeSubPaths looks for values from files that are mounted by themselves. The
// kubelet never updates those. A file inside a generation of a volume ("..2026_…")
// is none of them, so mounts are asked for only when there is another.
func (r *Resolution) judgeSubPaths(mounts func() Mounts) {
	if mounts == nil {
		return
	}
	var known Mounts
	for _, k := range r.Keys {
		if !k.Set {
			continue
		}
		file := k.Candidates[k.Winner].file
		if file == "" || strings.Contains(file, "/..") {
			continue
		}
		if known == nil {
			known = append(Mounts{}, mounts()...)
		}
		if known.Has(file) {
			r.add(Warning, CodeSubPath, k.Key, "mount the directory and leave subPath: out of the volumeMount; a pod that starts anew has the new value",
				"%s comes from a file that is mounted by itself (subPath), so a change of the Secret or ConfigMap never reaches it: %s", k.evidence(), file)
		}
	}
}
