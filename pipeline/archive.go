package pipeline

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"
)

// unpack returns the YAML or JSON file of an archive, and other data as they
// are. As on the server, the file is pipeline.yaml; where there is none, the
// only one will do.
func unpack(name string, data []byte) (string, []byte, error) {
	var in archive
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("PK")):
		in, err = readZip(data)
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		in, err = readTarball(data)
	default:
		return name, data, nil
	}
	if errors.Is(err, errTooLarge) {
		return "", nil, tooLarge(name + ", unpacked,")
	}
	if err != nil {
		return "", nil, faultf(name, "pack it again: zip pipeline.zip pipeline.yaml", "is a damaged archive")
	}
	file, err := in.choose(name)
	if err != nil {
		return "", nil, err
	}
	return name + "/" + file, in[file], nil
}

// archive is the files of an archive that may be a pipeline, by name.
type archive map[string][]byte

var errTooLarge = errors.New("too large")

func (a archive) choose(name string) (string, error) {
	if _, ok := a["pipeline.yaml"]; ok {
		return "pipeline.yaml", nil
	}
	const hint = "call the pipeline pipeline.yaml in it"
	switch len(a) {
	case 0:
		return "", faultf(name, hint, "has no YAML file in it")
	case 1:
		for file := range a {
			return file, nil
		}
	}
	return "", faultf(name, hint, "has %d YAML files in it, and none is pipeline.yaml", len(a))
}

// mayBePipeline leaves out what macOS packs beside each file (._pipeline.yaml).
func mayBePipeline(file string) bool {
	if strings.ContainsFunc(file, unicode.IsControl) {
		return false
	}
	switch path.Ext(file) {
	case ".yaml", ".yml", ".json":
		return !strings.HasPrefix(path.Base(file), "._")
	}
	return false
}

func readZip(data []byte) (archive, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	files, left := archive{}, int64(MaxSize)
	for _, f := range z.File {
		if !f.Mode().IsRegular() || !mayBePipeline(f.Name) {
			continue
		}
		content, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := readUpTo(content, left)
		content.Close()
		if err != nil {
			return nil, err
		}
		files[path.Clean(f.Name)] = text
		left -= int64(len(text))
	}
	return files, nil
}

func readTarball(data []byte) (archive, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	unpacked, err := readUpTo(z, MaxSize)
	if err != nil {
		return nil, err
	}
	files, t := archive{}, tar.NewReader(bytes.NewReader(unpacked))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg || !mayBePipeline(h.Name) {
			continue
		}
		if files[path.Clean(h.Name)], err = readUpTo(t, MaxSize); err != nil {
			return nil, err
		}
	}
}

func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, err
}
