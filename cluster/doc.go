// Package cluster reads what a Kubernetes API has to say about the configuration of
// a component: ConfigMaps, Secrets, Services, what runs pods and what these refer to,
// what a container gets as its environment and files, and who may do what.
//
// An API asks, a View keeps: each thing is asked for once, when somebody wants it
// first, so that all checks of a run judge the same picture. Nothing is watched,
// lists are paged, and Secrets are listed in one namespace alone and by their metadata
// alone: a value is read by naming its Secret.
//
// That something could not be seen is a *Fault that says why; it is never an empty
// list.
//
// Nothing in a cluster is changed but where somebody asked to look from inside: Exec
// runs a program in a container that runs, and RunPod makes a temporary pod, reads what
// it wrote, and deletes it however that went.
package cluster
