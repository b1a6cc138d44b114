package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/flts-run/flts-run/resolve"
)

// files is what was read beside parameters, environment and mounted directories.
type files struct {
	dotenv   []resolve.Source
	vault    []resolve.Source
	image    []resolve.Source
	yaml     []resolve.Source // the overlay, then the base
	keyFiles []string         // variables like MINIO_SECRET_KEY_FILE that were read
	findings []resolve.Finding
}

// readFiles moves what the image sets out of the environment before the _FILE
// variables are put beside it: a default of the image does not contradict the
// file that a pod gives.
func (r *runner) readFiles(c *resolve.Contract, s *settings, env *resolve.EnvironSources, appEnv resolve.AppEnv) (files, error) {
	var f files
	image, imageErr := readImageEnv(c, s, env, appEnv)
	plain := maps.Clone(env.Sensitive.Values)
	keyFiles, keyErr := env.ReadKeyFiles(c, s.vars)
	if keyFiles != nil {
		// What a file takes the place of is no candidate any more, and a secret still.
		for name, v := range plain {
			r.out.Mask.Add(c.KeyFor(name).Name, v.Text.Reveal())
		}
	}
	if keyErr != nil {
		keyErr = misconfigured("", keyErr)
	}
	f.keyFiles = keyFiles
	yaml, yamlErr := readYAML(c, s, appEnv)
	f.image, f.yaml = image, yaml
	vault, vaultErr := readVault(c, s)
	f.vault = vault
	dotenvErr := r.readDotenv(c, s, appEnv, &f)
	return f, joined(imageErr, keyErr, yamlErr, vaultErr, dotenvErr)
}

func readImageEnv(c *resolve.Contract, s *settings, env *resolve.EnvironSources, appEnv resolve.AppEnv) ([]resolve.Source, error) {
	file, from := s.get(imageEnvOption)
	text, err := s.readOnce(file)
	if from == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	const hint = "RUN flts-run image-env > /etc/flts/image.env makes it, as the last step of the Dockerfile"
	if err != nil {
		return nil, misconfigured(hint, err)
	}
	image, err := resolve.ParseImageEnv(file, string(text))
	if err != nil {
		return nil, misconfigured(hint, err)
	}
	return []resolve.Source{env.SplitImage(c, image, appEnv)}, nil
}

func readYAML(c *resolve.Contract, s *settings, appEnv resolve.AppEnv) ([]resolve.Source, error) {
	dir, from := s.get(yamlDirOption)
	sources, err := resolve.ReadYAML(c, dir, appEnv)
	switch {
	case errors.Is(err, fs.ErrNotExist) && from == "":
		return nil, nil
	case err != nil:
		return sources, misconfigured("", err)
	}
	return sources, nil
}

func readVault(c *resolve.Contract, s *settings) ([]resolve.Source, error) {
	dir, from := s.get(vaultDirOption)
	sources, err := resolve.ReadVault(c, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && from == "":
		return nil, nil
	case err != nil:
		return sources, misconfigured("a template of the agent writes lines NAME=VALUE, or {{ .Data.data | toJSON }}", err)
	}
	return sources, nil
}

// readDotenv reads .env in development. Anywhere else it is left alone, which is
// said, because somebody may count on it.
func (r *runner) readDotenv(c *resolve.Contract, s *settings, appEnv resolve.AppEnv, f *files) error {
	file, from := s.get(envFileOption)
	path := file
	if from == "" {
		path = filepath.Join(r.dir, file)
	}
	if appEnv != resolve.Dev {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			f.findings = append(f.findings, dotenvUnread(file, appEnv))
		}
		return nil
	}
	text, err := s.readOnce(path)
	if from == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return misconfigured("", err)
	}
	src, err := resolve.ParseDotenv(c, file, string(text))
	if err != nil {
		return misconfigured("write each name once, and values with special characters in single quotes: NAME='VALUE'", err)
	}
	f.dotenv = append(f.dotenv, src)
	return nil
}

func dotenvUnread(file string, appEnv resolve.AppEnv) resolve.Finding {
	f := resolve.Finding{Severity: resolve.Warning, Code: codeDotenvUnread}
	if appEnv == "" {
		f.Message, f.Hint = file+" is there and is not read, because APP_ENV is not set", "set APP_ENV=dev if this is development"
		return f
	}
	f.Message = file + " is there and is not read, because APP_ENV is " + string(appEnv)
	f.Hint = "leave it out of the image: add " + filepath.Base(file) + " to .dockerignore"
	return f
}
