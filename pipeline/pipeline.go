// Package pipeline is compiled KFP pipelines as data: what the SDK's compiler
// writes (the "IR"), read without a schema of ours, so that fields that are newer
// than this program survive. It finds the parameters, holds values against them
// and rewrites what has to be rewritten. It sends nothing.
//
// A pipeline is kept as the JSON values that the server makes of the file: what
// YAML leaves open (dates, octal numbers, aliases, merged mappings) is settled
// once, when the file is read, and as the server settles it.
package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Package is one compiled pipeline: a pipeline document and at most one platform
// document. It does not change: what rewrites it returns a copy.
type Package struct {
	// Name is pipelineInfo.name.
	Name string
	// SchemaVersion is 2.1.0; no other is accepted.
	SchemaVersion string
	// File is where it was read from; in an archive, also which of its files.
	File string

	spec     map[string]any      // the pipeline document
	platform map[string]any      // the platform document, or nil
	nodes    func() []*yaml.Node // of the text that it was read from
}

// Spec is the pipeline document in JSON, with the digits of the file in its
// numbers. It can stand in a request, and in a file for the server's upload.
func (p *Package) Spec() (json.RawMessage, error) { return JSON(p.spec) }

// PlatformSpec is the platform document in the same way, or nil where there is
// none.
func (p *Package) PlatformSpec() (json.RawMessage, error) {
	if p.platform == nil {
		return nil, nil
	}
	return JSON(p.platform)
}

// JSON is a JSON value as text that readers of YAML take too: JSON lets
// control characters stand, which YAML refuses or takes for the end of a line.
func JSON(v any) (json.RawMessage, error) {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	var text []byte
	for _, r := range strings.TrimSuffix(line.String(), "\n") {
		if 0x7f <= r && r <= 0x9f || r == 0xfffe || r == 0xffff {
			text = fmt.Appendf(text, `\u%04x`, r)
			continue
		}
		text = utf8.AppendRune(text, r)
	}
	return text, nil
}
