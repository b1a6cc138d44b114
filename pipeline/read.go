package pipeline

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/internal/jsonvalue"
)

// MaxSize is the largest file that a server takes, in bytes. It bounds what is
// unpacked of an archive too.
const MaxSize = 32 << 20

const (
	hintCompile = "compile one: kfp dsl compile --py PIPELINE.py --output pipeline.yaml"
	hintNewSDK  = "compile it with a newer SDK: pip install 'kfp>=2' && kfp dsl compile --py PIPELINE.py --output pipeline.yaml"
)

// sdkHeader begins what the SDK's compiler writes.
var sdkHeader = []byte("# PIPELINE DEFINITION")

// Load reads a file: .yaml, .yml, .json, .zip, .tar.gz or .tgz, which are told
// apart by what is in them. What is wrong with it is an *Error with a hint.
func Load(path string) (*Package, error) {
	name, text, err := Text(path)
	if err != nil {
		return nil, err
	}
	return parse(name, text)
}

// Text is the YAML or JSON of such a file as it stands there, and its name; of one in an
// archive both names.
func Text(path string) (name string, text []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", nil, cannotOpen(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", nil, cannotOpen(path, err)
	case info.IsDir():
		return "", nil, faultf(path, "name the file in it, as "+path+"/pipeline.yaml", "is a directory")
	case info.Size() > MaxSize:
		return "", nil, tooLarge(path)
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	switch {
	case err != nil:
		return "", nil, cannotOpen(path, err)
	case len(data) > MaxSize:
		return "", nil, tooLarge(path)
	}
	return unpack(path, data)
}

// Read reads the content of a file. The name is for messages alone.
func Read(name string, data []byte) (*Package, error) {
	if len(data) > MaxSize {
		return nil, tooLarge(name)
	}
	name, data, err := unpack(name, data)
	if err != nil {
		return nil, err
	}
	return parse(name, data)
}

// parse reads a text that is in no archive.
func parse(name string, data []byte) (*Package, error) {
	if isPython(name, data) {
		return nil, faultf(name, "compile it: kfp dsl compile --py "+name+" --output pipeline.yaml",
			"is Python source, and a compiled pipeline is wanted")
	}
	documents, err := ReaderOf(name, data).Documents(data)
	if err != nil {
		return nil, unreadable(data, err)
	}
	p, err := assemble(name, documents)
	if err != nil {
		return nil, err
	}
	p.nodes = sync.OnceValue(func() []*yaml.Node { return nodesOf(data) })
	return p, nil
}

// ReaderOf reads the text of a pipeline as the server does.
func ReaderOf(name string, data []byte) jsonvalue.Reader {
	return jsonvalue.Reader{File: name, Moments: true, Python: bytes.HasPrefix(data, sdkHeader)}
}

func cannotOpen(path string, err error) error {
	var cause *fs.PathError
	if !errors.As(err, &cause) {
		return faultf(path, "", "cannot be read")
	}
	hint := ""
	if errors.Is(err, fs.ErrNotExist) {
		hint = hintCompile + "; a pipeline that the server has is named by --pipeline"
	}
	return faultf(path, hint, "cannot be read: %s", cause.Err)
}

func tooLarge(name string) error {
	return faultf(name, "data belongs in a bucket or in the image, not in a pipeline",
		"is larger than %d MiB, which is all that a KFP server takes", MaxSize>>20)
}

// unreadable is an error of the text, with advice where the cause is known.
func unreadable(data []byte, err error) error {
	var fault *jsonvalue.Fault
	if !errors.As(err, &fault) {
		return err
	}
	hint := fault.Hint()
	if isBrokenHeader(data, fault.Line) {
		hint = "the SDK wrote a default of several lines into the comment at the top: delete all that is above components:"
	}
	return &Error{fault.Error(), hint}
}

// isBrokenHeader reports whether a fault lies in what the SDK's compiler writes
// above the pipeline. It puts # before the first line of a default alone.
func isBrokenHeader(data []byte, line int) bool {
	header, _, found := bytes.Cut(data, []byte("\ncomponents:"))
	return found && bytes.HasPrefix(header, sdkHeader) && line <= bytes.Count(header, []byte("\n"))+2
}
