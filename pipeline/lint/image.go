package lint

import (
	"strings"

	"github.com/flts-run/flts-run/pipeline"
)

// image looks at what an image is called. One whose name only a run knows is left alone.
func (l *linter) image(t pipeline.Task) {
	if strings.Contains(t.Image, "{{$") || strings.Contains(t.Image, "@sha256:") {
		return
	}
	_, tag, _ := strings.Cut(t.Image[strings.LastIndex(t.Image, "/")+1:], ":")
	switch {
	case tag == "":
		l.add(codeImage, t.Path, "image "+t.Image+" has no tag, which means latest: it may be another one tomorrow, and the cache does not see that", tagHint(t.Image), t.AtContainer("image")...)
	case tag == "latest":
		l.add(codeImage, t.Path, "image "+t.Image+" may be another one tomorrow, and the cache does not see that", tagHint(t.Image), t.AtContainer("image")...)
	}
}

func tagHint(image string) string {
	return "name a version: " + strings.TrimSuffix(image, ":latest") + ":1.0, or a digest: @sha256:…"
}
