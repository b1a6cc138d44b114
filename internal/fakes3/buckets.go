package fakes3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

// buckets is the store in memory; a list of buckets shows a user only what the
// policy mentions, as MinIO filters it.
type buckets struct{ *s3mem.Backend }

// ListBuckets lists what the user of the request may see.
func (b buckets) ListBuckets(ctx context.Context) ([]gofakes3.BucketInfo, error) {
	all, err := b.Backend.ListBuckets(ctx)
	user := userOf(ctx)
	return slices.DeleteFunc(all, func(i gofakes3.BucketInfo) bool { return !user.may("r", i.Name) }), err
}

func (s *Server) hasBucket(r *http.Request) bool {
	bucket, _ := splitPath(r.URL.Path)
	there, err := s.backend.BucketExists(r.Context(), bucket)
	return there && err == nil
}

// Put stores an object without a request: for seeding a test.
func (s *Server) Put(ctx context.Context, bucket, key string, data []byte) error {
	headers := map[string]string{
		"Content-Type":  "application/octet-stream",
		"Last-Modified": time.Now().UTC().Format(http.TimeFormat),
	}
	_, err := s.backend.PutObject(ctx, bucket, key, headers, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("fakes3: put %s/%s: %w", bucket, key, err)
	}
	return nil
}

// Get returns an object without a request: for looking at what a test left.
func (s *Server) Get(ctx context.Context, bucket, key string) ([]byte, error) {
	object, err := s.backend.GetObject(ctx, bucket, key, nil)
	if err != nil {
		return nil, fmt.Errorf("fakes3: get %s/%s: %w", bucket, key, err)
	}
	defer object.Contents.Close()
	return io.ReadAll(object.Contents)
}

// Keys returns the keys of all objects in a bucket, sorted.
func (s *Server) Keys(ctx context.Context, bucket string) ([]string, error) {
	list, err := s.backend.ListBucket(ctx, bucket, nil, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, fmt.Errorf("fakes3: list %s: %w", bucket, err)
	}
	keys := make([]string, 0, len(list.Contents))
	for _, object := range list.Contents {
		keys = append(keys, object.Key)
	}
	slices.Sort(keys)
	return keys, nil
}
