package teststack

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
)

// AddUser makes a user who may do what the policy says, in the JSON of AWS;
// without a policy the user may do nothing.
func (m *Server) AddUser(ctx context.Context, accessKey, secretKey, policy string) error {
	if err := m.administer(ctx, secretKey, "user", "add", accessKey); err != nil {
		return err
	}
	if policy == "" {
		return nil
	}
	name := "for-" + accessKey
	if err := m.administer(ctx, policy, "policy", "add", name); err != nil {
		return err
	}
	return m.administer(ctx, "", "attach", name, accessKey)
}

// DisableUser switches a user off, who keeps the keys and the policy.
func (m *Server) DisableUser(ctx context.Context, accessKey string) error {
	return m.administer(ctx, "", "user", "disable", accessKey)
}

func (m *Server) administer(ctx context.Context, stdin string, args ...string) error {
	cmd := exec.CommandContext(ctx, m.admin, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = []string{
		"MINIO_ADMIN_ENDPOINT=" + m.endpoint,
		"MINIO_ADMIN_ACCESS_KEY=" + m.root.AccessKey,
		"MINIO_ADMIN_SECRET_KEY=" + m.root.SecretKey,
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("teststack: minioadmin %s: %w\n%s", strings.Join(args, " "), err, tail(out))
	}
	return nil
}

// Policy writes a policy from the short form that fakes3 takes: a bucket to
// "r", "w" or "rw". An empty map is no policy.
func Policy(allow map[string]string) (string, error) {
	type statement struct {
		Effect   string
		Action   []string
		Resource []string
	}
	var statements []statement
	for _, bucket := range slices.Sorted(maps.Keys(allow)) {
		whole, objects := "arn:aws:s3:::"+bucket, "arn:aws:s3:::"+bucket+"/*"
		if strings.Contains(allow[bucket], "r") {
			statements = append(statements,
				statement{"Allow", []string{"s3:ListBucket", "s3:GetBucketLocation"}, []string{whole}},
				statement{"Allow", []string{"s3:GetObject"}, []string{objects}})
		}
		if strings.Contains(allow[bucket], "w") {
			statements = append(statements,
				statement{"Allow", []string{"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"}, []string{objects}})
		}
	}
	if statements == nil {
		return "", nil
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		return "", fmt.Errorf("teststack: policy: %w", err)
	}
	return string(text), nil
}
