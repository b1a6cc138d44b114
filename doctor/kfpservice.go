package doctor

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/flts-run/flts-run/checklist"
)

// Names that KFP gives its objects.
const (
	apiService        = "ml-pipeline"
	metadataConfigMap = "metadata-grpc-configmap"
)

// serviceNamed is a Service of a namespace, nil where there is none of that name. One
// list serves for all the names that KFP may use.
func (d *Doctor) serviceNamed(ctx context.Context, namespace, name string) (*corev1.Service, error) {
	services, err := d.view.Services(ctx, namespace)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(services, func(s corev1.Service) bool { return s.Name == name }); i >= 0 {
		return &services[i], nil
	}
	return nil, nil
}

// kfpReady is the finding of a Service of KFP that is there: whether something ready is
// behind it. In a pass the detail is how much.
func (d *Doctor) kfpReady(ctx context.Context, s *corev1.Service) checklist.Finding {
	where := s.Name + " in " + s.Namespace
	if s.Spec.Type == corev1.ServiceTypeExternalName {
		return pass(where + " stands for " + s.Spec.ExternalName)
	}
	known, err := d.view.EndpointSlices(ctx, s.Namespace)
	if err != nil {
		return d.couldNotLook(err)
	}
	behind := backendsOf(s, nil, "", known)
	ready, all := len(behind.ready), len(behind.ready)+len(behind.waiting)
	switch {
	case all == 0:
		return hinted(fail(codeKFPService, "no pod is behind the Service "+where), d.kubectl(s.Namespace)+" get service "+s.Name+" -o wide; "+d.kubectl(s.Namespace)+" get pods --show-labels")
	case ready == 0:
		return hinted(fail(codeKFPService, fmt.Sprintf("none of %d pods behind the Service %s is ready", all, where)), d.kubectl(s.Namespace)+" describe pods"+kfpPods(s))
	}
	return pass(fmt.Sprintf("%s, %d of %d pods ready", where, ready, all))
}

// kfpPods is the option of kubectl for the pods of a Service.
func kfpPods(s *corev1.Service) string {
	if len(s.Spec.Selector) == 0 {
		return ""
	}
	return " -l " + labels.FormatLabels(s.Spec.Selector)
}

// kfpService looks at the two ports too: fltsctl and the SDK use one, tasks the other.
func (d *Doctor) kfpService(ctx context.Context) checklist.Finding {
	service, err := d.serviceNamed(ctx, d.kfpNamespace(), apiService)
	if err != nil {
		return d.couldNotLook(err)
	}
	if service == nil {
		return skip(fmt.Sprintf("Kubeflow Pipelines is reached at %s, and no Service %s is in %s", d.Servers.KFP.Where, apiService, d.kfpNamespace()))
	}
	for _, wanted := range []struct {
		port int32
		who  string
	}{{8888, "HTTP, which clients speak"}, {8887, "gRPC, which tasks speak"}} {
		if !slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == wanted.port }) {
			return hinted(fail(codeKFPAPI, fmt.Sprintf("the Service %s in %s has no port %d for %s", service.Name, service.Namespace, wanted.port, wanted.who)), d.kubectl(service.Namespace)+" get service "+service.Name+" -o wide")
		}
	}
	return d.kfpReady(ctx, service)
}

// kfpMetadata looks for the ConfigMap by which tasks find the metadata server. Up to
// 2.14 the address is in the command of each pod as a variable that only it sets; it
// is an optional reference, so the pod starts and the task fails.
func (d *Doctor) kfpMetadata(ctx context.Context) checklist.Finding {
	namespace, _ := d.kfpRuns(ctx)
	health, healthErr := d.kfpHealth(ctx)
	major, minor, known := kfpRelease(health.Version)
	needed := healthErr == nil && known && major == 2 && minor < 15
	config, err := d.view.ConfigMap(ctx, namespace, metadataConfigMap)
	switch {
	case err == nil && config.Data["METADATA_GRPC_SERVICE_HOST"] == "":
		return hinted(fail(codeKFPMetadata, fmt.Sprintf("ConfigMap %s in %s has no METADATA_GRPC_SERVICE_HOST", metadataConfigMap, namespace)), d.kubectl(namespace)+" get configmap "+metadataConfigMap+" -o yaml")
	case err == nil:
		return pass(fmt.Sprintf("ConfigMap %s in %s names %s", metadataConfigMap, namespace, config.Data["METADATA_GRPC_SERVICE_HOST"]))
	case !absent(err):
		return d.couldNotLook(err)
	case known && !needed:
		return skip("version " + health.Version + " does without ConfigMap " + metadataConfigMap)
	}
	f := fail(codeKFPMetadata, fmt.Sprintf("there is no ConfigMap %s in %s", metadataConfigMap, namespace))
	if !needed {
		f.State, f.Detail = checklist.Warn, f.Detail+", which tasks need up to version 2.14"
	}
	if _, err := d.view.ConfigMap(ctx, d.kfpNamespace(), metadataConfigMap); err == nil && namespace != d.kfpNamespace() {
		f = mended(f, d.copied("configmap", d.kfpNamespace(), metadataConfigMap, namespace, metadataConfigMap))
	} else {
		f = hinted(f, d.kubectl("")+" get configmaps -A | grep "+metadataConfigMap)
	}
	return d.kfpMissing(ctx, f)
}
