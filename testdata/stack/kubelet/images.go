package main

import (
	"context"
	"fmt"
	"slices"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	apis "k8s.io/cri-api/pkg/apis/testing"
)

// images has every image once it was pulled, but those that are missing.
type images struct {
	*apis.FakeImageService
	missing []string
}

func newImages(s settings) *images {
	i := &images{apis.NewFakeImageService(), s.missing}
	usage := []*cri.FilesystemUsage{{FsId: &cri.FilesystemIdentifier{Mountpoint: s.dir}, UsedBytes: &cri.UInt64Value{}, InodesUsed: &cri.UInt64Value{}}}
	i.SetFakeFilesystemUsage(usage)
	i.SetFakeContainerFilesystemUsage(usage)
	return i
}

// PullImage refuses in the words of containerd.
func (i *images) PullImage(ctx context.Context, image *cri.ImageSpec, auth *cri.AuthConfig, pod *cri.PodSandboxConfig) (string, error) {
	if slices.Contains(i.missing, image.Image) {
		return "", fmt.Errorf("failed to pull and unpack image %q: failed to resolve reference %q: %s: not found", image.Image, image.Image, image.Image)
	}
	return i.FakeImageService.PullImage(ctx, image, auth, pod)
}
