package doctor

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
)

// codeSize is of an object that is near a limit.
const codeSize = "FLTS-K08"

// Limits of the API server, in bytes: of all values of an object, and of all its
// annotations, one of which is the whole object as kubectl apply sent it.
const (
	mostData        = 1 << 20
	mostAnnotations = 256 << 10
	lastApplied     = "kubectl.kubernetes.io/last-applied-configuration"
)

func (d *Doctor) configMapSize(ctx context.Context) checklist.Finding {
	c, err := d.view.ConfigMap(ctx, d.Namespace, d.ConfigMap)
	if err != nil {
		return d.couldNotLook(err)
	}
	return d.size("configmap", c.ObjectMeta, texts(c))
}

func (d *Doctor) secretSize(ctx context.Context) checklist.Finding {
	s, err := d.view.Secret(ctx, d.Namespace, d.Secret)
	if err != nil {
		return d.couldNotLook(err)
	}
	return d.size("secret", s.ObjectMeta, s.Data)
}

// size judges how near an object is to the limits, which one more key would pass.
func (d *Doctor) size(kind string, meta metav1.ObjectMeta, data map[string][]byte) checklist.Finding {
	total, largest := 0, ""
	for _, name := range names(data) {
		total += len(name) + len(data[name])
		if largest == "" || len(data[name]) > len(data[largest]) {
			largest = name
		}
	}
	annotations := 0
	for name, text := range meta.Annotations {
		annotations += len(name) + len(text)
	}
	_, applied := meta.Annotations[lastApplied]
	biggest := fmt.Sprintf("the largest key is %s with %s", largest, kib(len(data[largest])))
	onServer := d.kubectl(d.Namespace) + " apply --server-side -f FILE"
	switch {
	case total > mostData/10*9:
		return hinted(warn(codeSize, fmt.Sprintf("%s has %s, and the API takes %s", meta.Name, kib(total), kib(mostData)), biggest),
			"mount what is no configuration from a volume or a bucket: "+d.kubectl(d.Namespace)+" describe "+kind+" "+meta.Name)
	case applied && annotations > mostAnnotations/10*9:
		return hinted(warn(codeSize, fmt.Sprintf("%s has annotations of %s, and the API takes %s: kubectl apply keeps the whole object there", meta.Name, kib(annotations), kib(mostAnnotations)), biggest), onServer)
	case total > mostAnnotations:
		return hinted(warn(codeSize, fmt.Sprintf("%s has %s, more than kubectl apply can send, which keeps the whole object in an annotation of at most %s", meta.Name, kib(total), kib(mostAnnotations)), biggest), onServer)
	}
	return pass(fmt.Sprintf("%s of %s", kib(total), kib(mostData)))
}

// kib is a number of bytes in KiB.
func kib(bytes int) string {
	switch {
	case bytes < 1<<10:
		return counted(bytes, "byte")
	case bytes < 100<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/1024)
	}
	return fmt.Sprintf("%d KiB", bytes/1024)
}
