package main

import (
	"context"
	"path/filepath"
	"time"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	cadvisor "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/util/oom"
)

// startKubelet starts the kubelet as its own command does, with the parts replaced
// that want a machine of their own.
func startKubelet(ctx context.Context, s settings, r *runtime) error {
	server, err := configure(s)
	if err != nil {
		return err
	}
	client, err := newClient(s.kubeconfig)
	if err != nil {
		return err
	}
	deps, err := app.UnsecuredDependencies(ctx, server, utilfeature.DefaultFeatureGate)
	if err != nil {
		return err
	}
	auth, reloadCA, err := app.BuildAuth(nodeName(s), client, server.KubeletConfiguration)
	if err != nil {
		return err
	}
	reloadCA(ctx.Done())
	deps.Auth = auth
	deps.KubeClient, deps.HeartbeatClient, deps.EventClient = client, client, client.CoreV1()
	deps.RemoteRuntimeService, deps.RemoteImageService = r, r.images
	deps.CAdvisorInterface = &cadvisor.Fake{NodeName: s.name}
	deps.ContainerManager = cm.NewStubContainerManager()
	deps.OOMAdjuster = oom.NewFakeOOMAdjuster()
	deps.PodStartupLatencyTracker = util.NewPodStartupLatencyTracker()
	deps.NodeStartupLatencyTracker = util.NewNodeStartupLatencyTracker()
	return app.RunKubelet(ctx, server, deps)
}

func configure(s settings) (*options.KubeletServer, error) {
	server, err := options.NewKubeletServer()
	if err != nil {
		return nil, err
	}
	server.HostnameOverride = s.name
	server.RootDirectory = filepath.Join(s.dir, "kubelet")
	server.CertDirectory = filepath.Join(s.dir, "pki")
	server.CloudProvider = "external" // else it finds no address but that of an interface
	c := &server.KubeletConfiguration
	c.Address, c.Port, c.ReadOnlyPort = "127.0.0.1", int32(s.port), 0
	c.HealthzPort = 0
	c.TLSCertFile, c.TLSPrivateKeyFile = s.certFile, s.keyFile
	c.Authentication.X509.ClientCAFile = s.clientCA
	c.Authorization.Mode = kubeletconfig.KubeletAuthorizationModeWebhook
	c.PodLogsDir = filepath.Join(s.dir, "logs")
	c.VolumePluginDir = filepath.Join(s.dir, "plugins")
	c.ClusterDomain, c.ClusterDNS = "cluster.local", []string{s.dns}
	c.CgroupsPerQOS, c.EnforceNodeAllocatable = false, nil
	c.EnableControllerAttachDetach = false
	c.LocalStorageCapacityIsolation = false
	c.FailSwapOn = false
	c.MakeIPTablesUtilChains = false // the firewall is the machine's
	// Tests wait for what these say.
	c.SyncFrequency.Duration = time.Second
	c.NodeStatusUpdateFrequency.Duration = time.Second
	c.KubeAPIQPS, c.KubeAPIBurst = 200, 400
	c.EventRecordQPS = 0 // no limit
	return server, nil
}

func newClient(kubeconfig string) (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 200, 400
	return kubernetes.NewForConfig(config)
}
