package main

import (
	"io"
	"sync"

	"github.com/kubeflow/pipelines/backend/src/apiserver/auth"
	"github.com/kubeflow/pipelines/backend/src/apiserver/client"
	"github.com/kubeflow/pipelines/backend/src/apiserver/resource"
	"github.com/kubeflow/pipelines/backend/src/apiserver/storage"
	"github.com/kubeflow/pipelines/backend/src/common/util"
	"github.com/minio/minio-go/v6"
)

// below is what the resource manager stands on: KFP's own fake for the stores,
// with what that cannot do replaced. Its clients of Kubernetes are plain maps,
// which break under two requests at a time, keep no update, and give every
// recurring run one id.
type below struct {
	*resource.FakeClientManager
	objects   storage.ObjectStoreInterface
	workflows *workflows
	schedules *schedules
	tokens    tokens
}

func newBelow() (*below, error) {
	fake, err := resource.NewFakeClientManager(util.NewRealTime(), util.NewUUIDGenerator())
	if err != nil {
		return nil, err
	}
	// Every further connection to SQLite in memory is another, empty database.
	fake.DB().SetMaxOpenConns(1)
	return &below{
		FakeClientManager: fake,
		objects:           storage.NewMinioObjectStore(&bucket{FakeMinioClient: storage.NewFakeMinioClient()}, "", "pipelines", false),
		workflows:         newWorkflows(),
		schedules:         newSchedules(),
	}, nil
}

func (b *below) ObjectStore() storage.ObjectStoreInterface            { return b.objects }
func (b *below) ExecClient() util.ExecutionClient                     { return b.workflows }
func (b *below) SwfClient() client.SwfClientInterface                 { return b.schedules }
func (b *below) KubernetesCoreClient() client.KubernetesCoreInterface { return noPods{} }
func (b *below) TokenReviewClient() client.TokenReviewInterface       { return b.tokens }
func (b *below) Authenticators() []auth.Authenticator                 { return auth.GetAuthenticators(b.tokens) }

func (b *below) SubjectAccessReviewClient() client.SubjectAccessReviewInterface {
	return ownNamespace{}
}

// bucket is KFP's map of objects, for more than one request at a time.
type bucket struct {
	mu sync.Mutex
	*storage.FakeMinioClient
}

func (b *bucket) PutObject(name, key string, from io.Reader, size int64, o minio.PutObjectOptions) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.FakeMinioClient.PutObject(name, key, from, size, o)
}

func (b *bucket) GetObject(name, key string, o minio.GetObjectOptions) (io.Reader, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.FakeMinioClient.GetObject(name, key, o)
}

func (b *bucket) DeleteObject(name, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.FakeMinioClient.DeleteObject(name, key)
}
