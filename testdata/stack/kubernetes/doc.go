// Package kubernetes pins the Kubernetes that the tests run against: etcd,
// kube-apiserver, kube-controller-manager and kubectl. go.mod names them as tools,
// go.sum holds their checksums; each is built by
//
//	CGO_ENABLED=0 go build PACKAGE
//
// It has a module of its own because Kubernetes cannot be required without a replace
// line for each of the modules that its own go.mod replaces by a directory.
package kubernetes
