package fakesecretsmanager

import (
	"os"
	"path/filepath"
)

// Environ is by which variables the AWS SDK finds the server and a login for it. The login
// is in files in dir, so that it is not taken for that of an object store.
func (s *Server) Environ(dir string) (map[string]string, error) {
	credentials, config := filepath.Join(dir, "aws-credentials"), filepath.Join(dir, "aws-config")
	if err := os.WriteFile(credentials, []byte("[default]\naws_access_key_id = "+s.o.AccessKey+"\naws_secret_access_key = "+s.o.SecretKey+"\n"), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(config, []byte("[default]\nregion = "+s.o.Region+"\n"), 0o600); err != nil {
		return nil, err
	}
	return map[string]string{
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.URL(), "AWS_SHARED_CREDENTIALS_FILE": credentials, "AWS_CONFIG_FILE": config, "AWS_EC2_METADATA_DISABLED": "true",
	}, nil
}

// PodEnviron is by which variables a pod with a web identity finds the server. Its token is
// a file in dir.
func (s *Server) PodEnviron(dir string) (map[string]string, error) {
	const token = "web-token"
	s.Trust(token)
	file := filepath.Join(dir, token)
	return map[string]string{
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.URL(), "AWS_ENDPOINT_URL_STS": s.URL(), "AWS_REGION": s.o.Region,
		"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/pipelines",
	}, os.WriteFile(file, []byte(token), 0o644)
}
