package manifests

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Limits of the API, in bytes: of all values of an object, and of its annotations, in
// one of which kubectl apply keeps the whole object unless it applies on the server.
const (
	mostData        = corev1.MaxSecretSize // that of a ConfigMap is the same
	mostAnnotations = metav1.TotalAnnotationSizeLimitB
)

func bytesOf(data map[string]string) int {
	n := 0
	for _, value := range data {
		n += len(value)
	}
	return n
}

// judgeSize holds an object to the limits, and the names of its keys to the rules.
func (b *builder) judgeSize(o Object, data map[string]string) {
	largest := ""
	for _, name := range slices.Sorted(maps.Keys(data)) {
		if wrong := validation.IsConfigMapKey(name); wrong != nil {
			b.fault(fmt.Sprintf("%s cannot be a key of a %s: %s", name, o.Kind, strings.Join(wrong, ", ")), "rename the key in the contract")
		}
		if len(data[name]) > len(data[largest]) {
			largest = name
		}
	}
	said := fmt.Sprintf("%s %s has %d bytes, most of them in %s", o.Kind, o.Name, o.Bytes, largest)
	const volume = "mount what is no configuration from a volume or a bucket"
	switch {
	case o.Bytes > mostData:
		b.fault(fmt.Sprintf("%s, and the API takes %d", said, mostData), volume)
	case o.Bytes > mostData/10*9:
		b.warn(fmt.Sprintf("%s, near the %d that the API takes", said, mostData), volume)
	case o.Bytes > mostAnnotations/10*9:
		b.warn(fmt.Sprintf("%s, and kubectl apply keeps a copy in an annotation, which has at most %d", said, mostAnnotations), "kubectl apply --server-side -f FILE")
	}
}
