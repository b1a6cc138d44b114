// Package cluster reads what a Kubernetes API has to say about the configuration of
// a component: ConfigMaps, Secrets, Services, pods and who may do what.
//
// An API asks, a View keeps: each thing is asked for once, when somebody wants it
// first, so that all checks of a run judge the same picture. Nothing is watched,
// lists are paged, and Secrets are listed in one namespace alone and by their metadata
// alone: a value is read by naming its Secret.
//
// That something could not be seen is a *Fault that says why; it is never an empty
// list. The package changes nothing in a cluster but for what Exec and the short-lived
// pod of an examination from inside do.
package cluster
