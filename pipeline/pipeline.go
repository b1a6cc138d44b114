// Package pipeline is compiled KFP pipelines as data: what the SDK's compiler
// writes (the "IR"), read without a schema of ours, so that fields that are newer
// than this program survive. It finds the parameters, holds values against them
// and rewrites what has to be rewritten. It sends nothing.
package pipeline

import (
	"go.yaml.in/yaml/v4"
)

// Package is one compiled pipeline: a pipeline document and at most one platform
// document, as they were in the file.
type Package struct {
	// Name is pipelineInfo.name.
	Name string
	// SchemaVersion is 2.1.0; no other is accepted.
	SchemaVersion string
	// File is where it was read from.
	File string

	spec     *yaml.Node // the pipeline document
	platform *yaml.Node // the platform document, or nil
}
