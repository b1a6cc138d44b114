// Package doctor is the troubleshooting checklist of the strategy, run: checks over a
// Kubernetes API, and over the APIs of Kubeflow Pipelines and Airflow where there is a
// way to them.
//
// A Doctor looks at one namespace. Its checks are those of package checklist, with the
// finding codes and texts of flts-run, because the configuration is resolved by the
// same rules from the same contract: what flts-run would say in a pod that gets the
// ConfigMap and the Secret is what the Doctor says before there is a pod.
//
// Three rules hold for every check. What could not be seen is unknown, and neither
// passes nor fails. The value of a Secret is read when a check needs it, told to
// Options.Learn first, and never in a text. And a fix changes the one thing that is
// wrong: a value of a Secret is typed, never written.
package doctor
