package doctor

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// launcherConfig reads ConfigMap kfp-launcher in the namespace of the runs. Without one
// the launcher has its defaults.
func (d *Doctor) launcherConfig(ctx context.Context) (l launcher, problems []string, err error) {
	namespace, _ := d.kfpRuns(ctx)
	config, err := d.view.ConfigMap(ctx, namespace, launcherConfigMap)
	if absent(err) {
		return launcher{root: defaultPipelineRoot}, nil, err
	}
	if err != nil {
		return launcher{}, nil, err
	}
	l, problems = parseLauncher(config.Data)
	return l, problems, nil
}

func (d *Doctor) kfpLauncher(ctx context.Context) checklist.Finding {
	namespace, _ := d.kfpRuns(ctx)
	l, problems, err := d.launcherConfig(ctx)
	switch {
	case absent(err):
		return pass("none in " + namespace + ", so artifacts go below " + l.shownRoot())
	case err != nil:
		return d.couldNotLook(err)
	case len(problems) > 0:
		return hinted(fail(codeLauncher, fmt.Sprintf("%d mistakes in ConfigMap %s in %s: %s", len(problems), launcherConfigMap, namespace, problems[0]), firstTen(problems)...),
			d.kubectl(namespace)+" edit configmap "+launcherConfigMap)
	}
	return pass("artifacts go below " + l.shownRoot())
}

// usableLauncher is the launcher's configuration for checks of what it names. ok is
// false where f says why there is nothing to look at.
func (d *Doctor) usableLauncher(ctx context.Context) (l launcher, f checklist.Finding, ok bool) {
	l, problems, err := d.launcherConfig(ctx)
	switch {
	case err != nil && !absent(err):
		return l, d.couldNotLook(err), false
	case len(problems) > 0:
		return l, skip("ConfigMap " + launcherConfigMap + " cannot be used"), false
	}
	return l, f, true
}

// kfpEndpoint compares the launcher's store with that of the contract.
func (d *Doctor) kfpEndpoint(ctx context.Context) checklist.Finding {
	l, f, ok := d.usableLauncher(ctx)
	if !ok {
		return f
	}
	namespace, _ := d.kfpRuns(ctx)
	if l.endpoint() == "" {
		return skip("ConfigMap " + launcherConfigMap + " names no endpoint for " + l.scheme() + "://")
	}
	r := d.configuration(ctx)
	for _, s := range d.Contract.Services {
		if s.Kind != "s3" || s.Endpoint == "" {
			continue
		}
		if err := r.configErr; err != nil && !absent(err) {
			return d.couldNotLook(err)
		}
		ours := r.Get(s.Endpoint)
		if !ours.Set {
			return skip(s.Endpoint + " has no value")
		}
		if storeAddress(ours.Value.Reveal(), namespace) != storeAddress(l.endpoint(), namespace) {
			return hinted(warn(codeLauncherStore, fmt.Sprintf("artifacts go to %s, and %s is %s", l.shownEndpoint(), s.Endpoint, ours.Value)), d.kubectl(namespace)+" get configmap "+launcherConfigMap+" -o jsonpath='{.data.providers}'")
		}
		return pass("both are " + ours.Value.String())
	}
	return skip("the contract has no object store")
}

// storeAddress is an endpoint as "host:port", in which a Service is NAME.NAMESPACE however it
// was written.
func storeAddress(endpoint, namespace string) string {
	scheme, rest, found := strings.Cut(endpoint, "://")
	if !found {
		scheme, rest = "", endpoint
	}
	rest, _, _ = strings.Cut(rest, "/")
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		host, port = rest, map[string]string{"https": "443", "http": "80"}[scheme]
	}
	if name, of, ok := storeService(host, namespace); ok {
		host = name + "." + of
	}
	return strings.ToLower(net.JoinHostPort(host, port))
}

// storeService is the Service that a host stands for in a pod of a namespace. A name with
// one dot may also be one of the world.
func storeService(host, namespace string) (name, of string, ok bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	short, inCluster := strings.CutSuffix(host, ".svc.cluster.local")
	if !inCluster {
		short, inCluster = strings.CutSuffix(host, ".svc")
	}
	parts := strings.Split(short, ".")
	switch {
	case net.ParseIP(host) != nil || host == "" || host == "localhost":
	case len(parts) == 2:
		return parts[0], parts[1], true
	case len(parts) == 1 && !inCluster:
		return parts[0], namespace, true
	}
	return "", "", false
}

// kfpStore looks at the Service behind the launcher's store.
func (d *Doctor) kfpStore(ctx context.Context) checklist.Finding {
	l, f, ok := d.usableLauncher(ctx)
	if !ok {
		return f
	}
	if l.isDefault() {
		return d.kfpDefaultStore(ctx)
	}
	if l.endpoint() == "" {
		return skip("artifacts go to " + l.scheme() + ":// outside of the cluster")
	}
	namespace, _ := d.kfpRuns(ctx)
	name, of, ok := storeService(storeHost(l.endpoint()), namespace)
	if !ok {
		return skip("artifacts go to " + l.shownEndpoint() + ", which is outside of the cluster")
	}
	service, err := d.serviceNamed(ctx, of, name)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case service == nil && d.storeOutside(ctx, of):
		return skip("artifacts go to " + l.shownEndpoint() + ", which is outside of the cluster")
	case service == nil:
		return hinted(fail(codeKFPService, fmt.Sprintf("ConfigMap %s in %s names %s, and there is no Service %s in %s", launcherConfigMap, namespace, l.shownEndpoint(), name, of)), d.kubectl("")+" get services -A | grep "+hint.ShellWord(name))
	}
	return d.kfpReady(ctx, service)
}

// storeOutside reports that a host with one dot is no Service, because there is no such
// namespace.
func (d *Doctor) storeOutside(ctx context.Context, namespace string) bool {
	_, err := d.view.Namespace(ctx, namespace)
	return absent(err)
}

func storeHost(endpoint string) string {
	host, _, err := net.SplitHostPort(storeAddress(endpoint, ""))
	if err != nil {
		return endpoint
	}
	return strings.TrimSuffix(host, ".") // a short name has no namespace yet
}

// The store that KFP brings, before 2.15 and since.
const (
	minioService   = "minio-service"
	seaweedService = "seaweedfs"
)

// kfpDefaultStore looks for the store that KFP brings, under the name that its version
// uses. Installations since 2.15 may keep the old name beside the new one.
func (d *Doctor) kfpDefaultStore(ctx context.Context) checklist.Finding {
	own := d.kfpNamespace()
	wanted, other := minioService, seaweedService
	health, _ := d.kfpHealth(ctx)
	major, minor, known := kfpRelease(health.Version)
	if known && (major > 2 || minor >= 15) {
		wanted, other = seaweedService, minioService
	}
	first, err := d.serviceNamed(ctx, own, wanted)
	if err != nil {
		return d.couldNotLook(err)
	}
	second, err := d.serviceNamed(ctx, own, other)
	if err != nil {
		return d.couldNotLook(err)
	}
	look := d.kubectl(own) + " get services,pods"
	switch {
	case first != nil:
		return d.kfpReady(ctx, first)
	case second != nil && !known:
		return d.kfpReady(ctx, second)
	case second != nil:
		return hinted(warn(codeKFPSeaweed, fmt.Sprintf("version %s keeps artifacts in %s.%s:9000, and only the Service %s is there", health.Version, wanted, own, other)), look)
	}
	return hinted(fail(codeKFPService, fmt.Sprintf("artifacts go to the store of Kubeflow Pipelines, and neither Service %s nor %s is in %s", minioService, seaweedService, own)), look)
}

// kfpSecret looks for the Secrets that the launcher reads, and for their keys.
func (d *Doctor) kfpSecret(ctx context.Context) checklist.Finding {
	l, f, ok := d.usableLauncher(ctx)
	if !ok {
		return f
	}
	namespace, _ := d.kfpRuns(ctx)
	refs := l.refs()
	if len(refs) == 0 {
		return skip("the launcher takes the credentials of its object store from the environment of its pod")
	}
	var seen []string
	for _, ref := range refs {
		secret, err := d.view.Secret(ctx, namespace, ref.SecretName)
		switch {
		case absent(err):
			return d.kfpMissing(ctx, d.noArtifactSecret(ctx, namespace, ref.SecretName))
		case err != nil:
			return d.couldNotLook(err)
		}
		for name, value := range secret.Data {
			d.Learn(name, string(value))
		}
		for _, key := range ref.keys() {
			if len(secret.Data[key]) == 0 {
				return mended(fail(codeLauncherKeys, fmt.Sprintf("Secret %s in %s has nothing under the key %s, which the launcher reads", ref.SecretName, namespace, key)),
					checklist.Command{Line: hint.PatchSecretOf(d.kubectl(namespace), ref.SecretName, key), Input: "the value of " + key + " of the object store"})
			}
		}
		seen = append(seen, ref.SecretName)
	}
	slices.Sort(seen)
	return pass("Secret " + strings.Join(slices.Compact(seen), ", ") + " in " + namespace + ", with all keys")
}

// noArtifactSecret is the finding of a Secret that is not where the run is. A copy of
// KFP's own mends it.
func (d *Doctor) noArtifactSecret(ctx context.Context, namespace, name string) checklist.Finding {
	f := fail(codeNoSecret, fmt.Sprintf("there is no Secret %s in %s, and no run there can read or write an artifact", name, namespace))
	own := d.kfpNamespace()
	_, err := d.view.SecretMetadata(ctx, own, name)
	switch {
	case namespace == own:
		return hinted(f, d.kubectl("")+" get secrets -A | grep "+name)
	case err == nil || cluster.Is(err, cluster.Denied):
		return mended(f, d.copied("secret", own, name, namespace, name))
	}
	return hinted(f, d.kubectl(own)+" get secrets")
}
