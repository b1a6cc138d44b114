package main

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	cloudprovider "k8s.io/cloud-provider/api"
)

func nodeName(s settings) types.NodeName { return types.NodeName(s.name) }

// join waits for the node that the kubelet registers, does to it what the controller
// of a cloud would, and from then on binds pods to it.
func join(ctx context.Context, s settings) error {
	client, err := newClient(s.controllers)
	if err != nil {
		return err
	}
	if err := address(ctx, client, s); err != nil {
		return fmt.Errorf("node %s: %w", s.name, err)
	}
	if s.namespace != "" {
		go schedule(ctx, client, s)
	}
	return nil
}

// address gives the node its address, takes away the taint that waits for that, and
// returns when the node is ready.
func address(ctx context.Context, client kubernetes.Interface, s settings) error {
	nodes := client.CoreV1().Nodes()
	for {
		node, err := nodes.Get(ctx, s.name, metav1.GetOptions{})
		if err == nil && ready(node) {
			return nil
		}
		if err == nil && !hasAddress(node) {
			node.Status.Addresses = append(node.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: "127.0.0.1"})
			_, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{})
		} else if err == nil && len(node.Spec.Taints) > 0 {
			node.Spec.Taints = withoutCloud(node.Spec.Taints)
			_, err = nodes.Update(ctx, node, metav1.UpdateOptions{})
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func ready(node *corev1.Node) bool {
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
			return hasAddress(node) && len(node.Spec.Taints) == 0
		}
	}
	return false
}

func hasAddress(node *corev1.Node) bool {
	for _, a := range node.Status.Addresses {
		if a.Type == corev1.NodeInternalIP {
			return true
		}
	}
	return false
}

func withoutCloud(taints []corev1.Taint) (left []corev1.Taint) {
	for _, t := range taints {
		// No controller takes this one away either, once the node is ready.
		if t.Key != cloudprovider.TaintExternalCloudProvider && t.Key != corev1.TaintNodeNotReady {
			left = append(left, t)
		}
	}
	return left
}

// schedule binds each new pod of the namespace to this node, whatever the pod asks of
// a node.
func schedule(ctx context.Context, client kubernetes.Interface, s settings) {
	unbound := cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "pods", s.namespace, fields.OneTermEqualSelector("spec.nodeName", ""))
	_, informer := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: unbound,
		ObjectType:    &corev1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{AddFunc: func(o any) {
			pod := o.(*corev1.Pod)
			binding := &corev1.Binding{
				ObjectMeta: metav1.ObjectMeta{Name: pod.Name, UID: pod.UID},
				Target:     corev1.ObjectReference{Kind: "Node", Name: s.name},
			}
			if err := client.CoreV1().Pods(pod.Namespace).Bind(ctx, binding, metav1.CreateOptions{}); err != nil {
				fmt.Fprintf(os.Stderr, "kubelet: bind %s: %v\n", pod.Name, err)
			}
		}},
	})
	informer.RunWithContext(ctx)
}
