package stores

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// profile is a section of the shared configuration of AWS.
type profile struct {
	found         bool
	keys          aws.Credentials
	region        string
	role, session string
	externalID    string
	source        string                       // profile whose credentials take the role
	token         string                       // file of a web identity
	unsupported   string                       // how the credentials should be had, where we cannot
	ofFiles       map[string]map[string]string // all profiles
}

var (
	errNoProfile  = errors.New("no such profile")
	errNotReadNow = errors.New("a profile of a kind that is not read")
)

// readProfile reads the profile in use from the two files. One that was named must be
// there; the default one need not.
func (m SecretsManager) readProfile() (profile, error) {
	files := map[string]map[string]string{}
	home := m.either("HOME", "USERPROFILE")
	for _, f := range []struct{ path, prefix string }{
		{cmp.Or(m.Environ["AWS_CONFIG_FILE"], filepath.Join(home, ".aws", "config")), "profile "},
		{cmp.Or(m.Environ["AWS_SHARED_CREDENTIALS_FILE"], filepath.Join(home, ".aws", "credentials")), ""},
	} {
		text, err := os.ReadFile(f.path)
		switch {
		case err == nil:
			readSections(files, string(text), f.prefix)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission): // a home of another user is no configuration
			return profile{}, err
		}
	}
	named := cmp.Or(m.Profile, m.Environ["AWS_PROFILE"])
	p := profileOf(files, cmp.Or(named, "default"))
	if named != "" && !p.found && m.Provider == nil {
		return p, errNoProfile
	}
	return p, nil
}

// readSections adds the sections of a file, by the names of their profiles. What
// belongs to another setting is indented, and is not read.
func readSections(into map[string]map[string]string, text, prefix string) {
	var section map[string]string
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") {
			name := strings.TrimSpace(strings.Trim(strings.SplitN(trimmed, "]", 2)[0], "["))
			if name != "default" {
				bare, ok := strings.CutPrefix(name, prefix)
				if !ok {
					section = map[string]string{} // such as "sso-session x"
					continue
				}
				name = strings.TrimSpace(bare)
			}
			if into[name] == nil {
				into[name] = map[string]string{}
			}
			section = into[name]
			continue
		}
		name, value, ok := strings.Cut(trimmed, "=")
		if ok && section != nil && !strings.HasPrefix(trimmed, "#") && !strings.HasPrefix(trimmed, ";") && line[0] != ' ' && line[0] != '\t' {
			section[strings.TrimSpace(strings.ToLower(name))] = strings.TrimSpace(value)
		}
	}
}

func profileOf(files map[string]map[string]string, name string) profile {
	s, found := files[name]
	p := profile{
		found: found, ofFiles: files, region: s["region"], role: s["role_arn"], session: s["role_session_name"],
		externalID: s["external_id"], source: s["source_profile"], token: s["web_identity_token_file"],
		keys: aws.Credentials{AccessKeyID: s["aws_access_key_id"], SecretAccessKey: s["aws_secret_access_key"], SessionToken: s["aws_session_token"]},
	}
	for _, kind := range []string{"sso_session", "sso_start_url", "login_session", "credential_process", "credential_source"} {
		if s[kind] != "" {
			p.unsupported = kind
		}
	}
	return p
}

// ofProfile are the credentials of a profile: its keys, or a role that it takes with
// the keys of another profile or a web identity. Profiles that need a browser or
// another program are for people, and not for pods.
func (c *connection) ofProfile(ctx context.Context) (aws.Credentials, error) {
	p := c.profile
	switch {
	case p.token != "":
		return c.webIdentity(ctx, p.token, p.role, p.session)
	case p.role != "" && p.source != "":
		source := profileOf(p.ofFiles, p.source)
		if !source.keys.HasKeys() {
			return aws.Credentials{}, errNotReadNow
		}
		return c.role(ctx, source.keys, p)
	case p.keys.HasKeys():
		return p.keys, nil
	case p.unsupported != "" || p.role != "":
		return aws.Credentials{}, errNotReadNow
	}
	return c.instance(ctx) // it says no more than a region
}
