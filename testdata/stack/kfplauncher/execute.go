package main

import (
	"context"
	_ "unsafe" // for go:linkname

	pb "github.com/kubeflow/pipelines/third_party/ml-metadata/go/ml_metadata"

	"github.com/kubeflow/pipelines/api/v2alpha1/go/pipelinespec"
	"github.com/kubeflow/pipelines/backend/src/v2/component"
	"github.com/kubeflow/pipelines/backend/src/v2/metadata"
	"github.com/kubeflow/pipelines/backend/src/v2/objectstore"
	"gocloud.dev/blob"
	"k8s.io/client-go/kubernetes"
)

// The launcher's own functions, which it does not export. LauncherV2.Execute, which
// calls them, does so only between two calls of ML Metadata.

//go:linkname executeV2 github.com/kubeflow/pipelines/backend/src/v2/component.executeV2
func executeV2(ctx context.Context, input *pipelinespec.ExecutorInput, spec *pipelinespec.ComponentSpec, program string, args []string,
	bucket *blob.Bucket, bucketConfig *objectstore.Config, store metadata.ClientInterface, namespace string, cluster kubernetes.Interface,
) (*pipelinespec.ExecutorOutput, []*metadata.OutputArtifact, error)

//go:linkname prepareOutputFolders github.com/kubeflow/pipelines/backend/src/v2/component.prepareOutputFolders
func prepareOutputFolders(input *pipelinespec.ExecutorInput) error

var _ = component.LauncherV2{} // links the package of these functions

// execute is what LauncherV2.Execute does. The outcome has the artifacts as they would
// be recorded.
func execute(ctx context.Context, s settings, cluster kubernetes.Interface, input *pipelinespec.ExecutorInput, spec *pipelinespec.ComponentSpec, argv []string) (*pipelinespec.ExecutorOutput, error) {
	config, err := objectstore.ParseBucketConfig(s.pipelineRoot)
	if err != nil {
		return nil, err
	}
	bucket, err := objectstore.OpenBucket(ctx, cluster, s.namespace, config)
	if err != nil {
		return nil, err
	}
	defer bucket.Close()
	if err := prepareOutputFolders(input); err != nil {
		return nil, err
	}
	store := record{FakeClient: metadata.NewFakeClient(), artifacts: map[string]*pipelinespec.ArtifactList{}}
	outcome, _, err := executeV2(ctx, input, spec, argv[0], argv[1:], bucket, config, store, s.namespace, cluster)
	if err != nil {
		return nil, err
	}
	outcome.Artifacts = store.artifacts
	return outcome, nil
}

// record keeps the artifacts that the launcher gives to ML Metadata.
type record struct {
	*metadata.FakeClient
	artifacts map[string]*pipelinespec.ArtifactList
}

func (r record) RecordArtifact(_ context.Context, name, _ string, artifact *pipelinespec.RuntimeArtifact, _ pb.Artifact_State) (*metadata.OutputArtifact, error) {
	r.artifacts[name] = &pipelinespec.ArtifactList{Artifacts: []*pipelinespec.RuntimeArtifact{artifact}}
	return &metadata.OutputArtifact{Name: name}, nil
}
