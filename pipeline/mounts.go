package pipeline

// Mount is a volume that is no ConfigMap and no Secret: a claim, an empty directory or
// an ephemeral volume.
type Mount struct {
	Kind string // Claim, or Scratch
	// Name is that of the volume in the pod: a claim has it of the claim.
	Name Supply
	Path string
}

// Kinds of volumes that are no objects.
const (
	Claim   = "claim"
	Scratch = "volume" // which ends with the pod
)

// mounts reads the volumes of an executor that are no objects.
func mounts(config any, outer map[string]Supply) []Mount {
	var all []Mount
	for _, entry := range listAt(config, "pvcMount") {
		name := supplied(member(entry, "pvcNameParameter"), outer)
		if member(entry, "pvcNameParameter") == nil { // as it was written before 2.5
			name = supplied(entry, outer)
			if text := textAt(entry, "constant"); text != "" {
				name = Supply{Value: text, HasValue: true}
			}
		}
		all = append(all, Mount{Claim, name, textAt(entry, "mountPath")})
	}
	for _, kind := range []string{"emptyDirMounts", "genericEphemeralVolume"} {
		for _, entry := range listAt(config, kind) {
			all = append(all, Mount{Scratch, Supply{Value: textAt(entry, "volumeName"), HasValue: true}, textAt(entry, "mountPath")})
		}
	}
	return all
}
