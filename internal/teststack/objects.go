package teststack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// The helpers below act as the root user.

func (m *Server) client() (*minio.Client, error) {
	return minio.New(m.endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(m.root.AccessKey, m.root.SecretKey, ""),
		Secure: m.scheme == "https", Transport: m.transport(), Region: m.options.Region,
	})
}

// MakeBucket makes an empty bucket.
func (m *Server) MakeBucket(ctx context.Context, bucket string) error {
	c, err := m.client()
	if err == nil {
		err = c.MakeBucket(ctx, bucket, minio.MakeBucketOptions{})
	}
	if err != nil {
		return fmt.Errorf("teststack: make bucket %s: %w", bucket, err)
	}
	return nil
}

// KeepVersions switches versions on for a bucket.
func (m *Server) KeepVersions(ctx context.Context, bucket string) error {
	c, err := m.client()
	if err == nil {
		err = c.EnableVersioning(ctx, bucket)
	}
	if err != nil {
		return fmt.Errorf("teststack: keep versions in %s: %w", bucket, err)
	}
	return nil
}

// Put stores an object.
func (m *Server) Put(ctx context.Context, bucket, key string, data []byte) error {
	c, err := m.client()
	if err == nil {
		_, err = c.PutObject(ctx, bucket, key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{})
	}
	if err != nil {
		return fmt.Errorf("teststack: put %s/%s: %w", bucket, key, err)
	}
	return nil
}

// Get returns an object.
func (m *Server) Get(ctx context.Context, bucket, key string) ([]byte, error) {
	c, err := m.client()
	if err != nil {
		return nil, fmt.Errorf("teststack: get %s/%s: %w", bucket, key, err)
	}
	object, err := c.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("teststack: get %s/%s: %w", bucket, key, err)
	}
	defer object.Close()
	data, err := io.ReadAll(object)
	if err != nil {
		return nil, fmt.Errorf("teststack: get %s/%s: %w", bucket, key, err)
	}
	return data, nil
}

// Keys returns the keys of all objects in a bucket, sorted.
func (m *Server) Keys(ctx context.Context, bucket string) ([]string, error) {
	return m.list(ctx, bucket, minio.ListObjectsOptions{Recursive: true})
}

// Remains returns the keys of all that a bucket holds, sorted, and so with
// repetitions: every version, and the markers of what was deleted.
func (m *Server) Remains(ctx context.Context, bucket string) ([]string, error) {
	return m.list(ctx, bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true})
}

func (m *Server) list(ctx context.Context, bucket string, how minio.ListObjectsOptions) ([]string, error) {
	c, err := m.client()
	if err != nil {
		return nil, fmt.Errorf("teststack: list %s: %w", bucket, err)
	}
	keys := []string{}
	for object := range c.ListObjects(ctx, bucket, how) {
		if object.Err != nil {
			return nil, fmt.Errorf("teststack: list %s: %w", bucket, object.Err)
		}
		keys = append(keys, object.Key)
	}
	slices.Sort(keys)
	return keys, nil
}
