// Package platform tells where we are: in a task of Kubeflow Pipelines, in a
// container of one of Airflow's operators, in a plain pod, in a container, or on
// somebody's machine.
//
// Detect is the one place that knows the marks of these. It is a pure function
// of its Input: the environment, the task's arguments, two process ids, and the
// file system, from which it reads a few small files, mostly of /proc. It never
// fails: what cannot be read, and what is not in the form it should be in, is as
// good as absent. Everything it reads was written by others, so names that it
// returns are printable and short.
//
// What the executor input and the launcher's command line of Kubeflow Pipelines
// look like was recorded from versions 2.0.5 and 2.17 (see testdata).
package platform
