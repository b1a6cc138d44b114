package cluster

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Access is whether a user can read a file.
type Access int

// The answers.
const (
	Undecided  Access = iota // the image decides
	Readable                 // it can
	Unreadable               // it cannot
)

// usualMode is what the kubelet gives a file for which nothing is said.
const usualMode = 0o644

// Modes are those that the files of a Way of File get, as the spec says them.
func (r Reference) Modes() []int32 {
	usual := int32(usualMode)
	if r.Mode != nil {
		usual = *r.Mode
	}
	if r.Items == nil {
		return []int32{usual}
	}
	var all []int32
	for _, item := range r.Items {
		mode := usual
		if item.Mode != nil {
			mode = *item.Mode
		}
		if !slices.Contains(all, mode) {
			all = append(all, mode)
		}
	}
	return all
}

// User is who a container runs as, as far as its spec says.
type User struct {
	UID, GID *int64 // nil: the image says it
	FSGroup  *int64 // that the files of volumes are given to
	others   []int64
	strict   bool // no groups but those that are known
}

// UserOf finds the user of a container. What the container says goes before what the
// pod says.
func UserOf(spec *corev1.PodSpec, c *corev1.Container) User {
	var u User
	if s := spec.SecurityContext; s != nil {
		u = User{UID: s.RunAsUser, GID: s.RunAsGroup, FSGroup: s.FSGroup, others: s.SupplementalGroups}
		u.strict = s.SupplementalGroupsPolicy != nil && *s.SupplementalGroupsPolicy == corev1.SupplementalGroupsPolicyStrict
	}
	if s := c.SecurityContext; s != nil {
		if s.RunAsUser != nil {
			u.UID = s.RunAsUser
		}
		if s.RunAsGroup != nil {
			u.GID = s.RunAsGroup
		}
	}
	return u
}

// Reads tells whether the user can read a file that the kubelet wrote with that mode.
// Such a file belongs to root. With an fsGroup it belongs to that group too, and the
// kubelet lets the group read it whatever the mode says (SetVolumeOwnership). Which
// groups a user has besides can be said by the image.
func (u User) Reads(mode int32) Access {
	group, others := mode&0o040 != 0, mode&0o004 != 0
	switch {
	case u.FSGroup != nil, u.UID != nil && *u.UID == 0:
		return Readable
	case group && others:
		return Readable // in the group or not
	case u.UID == nil:
		return Undecided // it may be root
	case group == others:
		return Unreadable
	}
	switch u.inRootGroup() {
	case Readable:
		return readableIf(group)
	case Unreadable:
		return readableIf(others)
	}
	return Undecided
}

// inRootGroup tells whether the user is in the group of the files.
func (u User) inRootGroup() Access {
	switch {
	case u.GID != nil && *u.GID == 0 || slices.Contains(u.others, 0):
		return Readable
	case u.GID == nil || !u.strict:
		return Undecided
	}
	return Unreadable
}

func readableIf(yes bool) Access {
	if yes {
		return Readable
	}
	return Unreadable
}
