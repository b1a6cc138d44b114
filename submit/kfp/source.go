package kfp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/submit"
)

// Load reads the pipeline of a target that has a file.
func Load(t submit.Target) (*pipeline.Package, error) {
	if t.Text != "" {
		return pipeline.Read(t.File, []byte(t.Text))
	}
	return pipeline.Load(t.File)
}

// Form reads what a target asks for.
func (b *Backend) Form(ctx context.Context, t submit.Target) (form.Form, error) {
	if t.File != "" {
		p, err := Load(t)
		if err != nil {
			return nil, err
		}
		return p.Form(), nil
	}
	named, v, err := b.storedVersion(ctx, t, b.namespace(""))
	if err != nil {
		return nil, err
	}
	p, err := packageOf(named, v)
	if err != nil {
		return nil, err
	}
	return p.Form(), nil
}

// source is a pipeline as it goes into a run: in the run itself, or as a
// reference to what the server has.
type source struct {
	name    string            // of the pipeline
	given   *pipeline.Package // what it is made of, with or without cache
	sent    *pipeline.Package // the same as this server can read it
	version version
}

// sourceOf settles what a run is made of, and stores it first if that was ordered.
func (b *Backend) sourceOf(ctx context.Context, o submit.Order) (source, error) {
	if o.Target.File == "" {
		return b.storedSource(ctx, o)
	}
	p, err := Load(o.Target)
	if err != nil {
		return source{}, err
	}
	s, err := b.prepared(ctx, p, o.NoCache)
	if err != nil || !o.Upload {
		return s, err
	}
	return b.upload(ctx, s.sent, o)
}

// storedSource refers to what the server has. Whether tasks may be answered from
// the cache is part of the pipeline, so a run without cache has to bring its own.
func (b *Backend) storedSource(ctx context.Context, o submit.Order) (source, error) {
	named, v, err := b.storedVersion(ctx, o.Target, o.Namespace)
	if err != nil || !o.NoCache {
		return source{name: named.Name, version: v}, err
	}
	b.o.Notice(fmt.Sprintf("the run gets a copy of version %s of pipeline %s instead of a reference to it: whether the cache is used is part of a pipeline", v.Name, named.Name))
	p, err := packageOf(named, v)
	if err != nil {
		return source{}, err
	}
	s, err := b.prepared(ctx, p, true)
	s.name = named.Name
	return s, err
}

// prepared is a pipeline that goes into a run of this server.
func (b *Backend) prepared(ctx context.Context, p *pipeline.Package, noCache bool) (source, error) {
	if noCache {
		p, _ = p.DisableCaching()
	}
	server, err := b.health(ctx)
	if err != nil {
		return source{}, err
	}
	fitted, notes, err := fit(p, server.Tag)
	for _, note := range notes {
		b.o.Notice(note)
	}
	return source{name: p.Name, given: p, sent: fitted}, err
}

// documents are those of a pipeline as texts; platform is nil where there is none.
func documents(p *pipeline.Package) (spec, platform json.RawMessage, err error) {
	if spec, err = p.Spec(); err == nil {
		platform, err = p.PlatformSpec()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("kfp: %w", err)
	}
	return spec, platform, nil
}

// body is what stands for a pipeline in a request: with a platform document it has
// two fields of its own, in snake case alone.
func body(p *pipeline.Package) (any, error) {
	spec, platform, err := documents(p)
	if err != nil || platform == nil {
		return spec, err
	}
	return map[string]json.RawMessage{"pipeline_spec": spec, "platform_spec": platform}, nil
}

// text is the same as a file for the upload. JSON is YAML that every reader takes
// alike.
func text(p *pipeline.Package) ([]byte, error) {
	spec, platform, err := documents(p)
	if err != nil || platform == nil {
		return append(spec, '\n'), err
	}
	return fmt.Appendf(spec, "\n---\n%s\n", platform), nil
}

// upload stores a pipeline, unless this very version is there. Its name tells its
// content, so the same file is one version however often it is sent. Who has a
// namespace stores it there: a pipeline of that name that all share is theirs.
func (b *Backend) upload(ctx context.Context, p *pipeline.Package, o submit.Order) (source, error) {
	name := cmp.Or(o.Target.Pipeline, p.Name)
	versionName := cmp.Or(o.Target.Version, cut(p.Name, "-"+p.Digest()[:12]))
	if err := cmp.Or(checkText("the pipeline's name", name), checkText("the version's name", versionName)); err != nil {
		return source{}, err
	}
	file, err := text(p)
	if err != nil {
		return source{}, err
	}
	named, err := findOrCreate(
		func() (namedPipeline, bool, error) { return b.pipelineIn(ctx, name, o.Namespace) },
		func() (namedPipeline, error) { return b.client.createPipeline(ctx, name, o.Namespace) },
	)
	if err != nil {
		return source{}, err
	}
	v, err := findOrCreate(
		func() (version, bool, error) { return b.findUploaded(ctx, named, versionName) },
		func() (version, error) { return b.client.uploadVersion(ctx, named.ID, versionName, file) },
	)
	if err != nil {
		return source{}, err
	}
	return source{name: name, version: v}, sameContent(p, named, v)
}

// sameContent holds a version that was there against the one that is wanted. Of
// one that was just uploaded nothing is known here, and nothing need be.
func sameContent(p *pipeline.Package, named namedPipeline, v version) error {
	if v.Spec == nil {
		return nil
	}
	there, err := packageOf(named, v)
	if err == nil && there.Digest() == p.Digest() {
		return nil
	}
	return &submit.Error{
		Kind: submit.Conflict, Err: err, Message: fmt.Sprintf("version %s of pipeline %s is there already, with another content", v.Name, named.Name),
		Advice: "leave the version's name out: it is named by its content then",
	}
}

// findUploaded finds a version of a pipeline, unless the pipeline is yet to be
// created.
func (b *Backend) findUploaded(ctx context.Context, p namedPipeline, name string) (version, bool, error) {
	if isPlaceholder(p.ID) {
		return version{}, false, nil
	}
	return b.findVersion(ctx, p.ID, name)
}

// packageOf reads a pipeline that the server stored.
func packageOf(named namedPipeline, v version) (*pipeline.Package, error) {
	return packageFrom(fmt.Sprintf("version %s of pipeline %s", v.Name, named.Name), v.Spec)
}

// packageFrom reads a pipeline as answers have it.
func packageFrom(name string, spec any) (*pipeline.Package, error) {
	outer, _ := spec.(map[string]any)
	documents := []any{spec}
	if inner, ok := outer["pipeline_spec"]; ok {
		documents = []any{inner}
		if platform, ok := outer["platform_spec"]; ok {
			documents = append(documents, platform)
		}
	}
	return packageOfDocuments(name, documents...)
}

// packageOfDocuments reads JSON values as if they stood in a file.
func packageOfDocuments(name string, documents ...any) (*pipeline.Package, error) {
	var file bytes.Buffer
	for i, document := range documents {
		if i > 0 {
			file.WriteString("---\n")
		}
		if err := json.NewEncoder(&file).Encode(document); err != nil {
			return nil, fmt.Errorf("kfp: %w", err)
		}
	}
	return pipeline.Read(name, file.Bytes())
}
