// Package peers compares verdicts. Its tests, run by `make test-peers`, hold flts-run
// against the Python clients whose success a passing check promises: boto3, s3fs,
// minio-py, MLflow's client and requests, each in the environment that flts-run
// would hand to the task, against the real MinIO and the real MLflow, with nginx
// and squid in between.
//
// A scenario says how the world is and what Python really does there; agreement.go
// says when flts-run agrees. A disagreement fails the test and prints both sides.
//
// Beside them are a real Airflow 3 and a real Airflow 2. They run components under
// flts-run, and what they answer must be what testdata/airflow/recorded says.
//
// KFP is there with its launcher, below the real kubelet: pipelines that the SDK compiled
// come to the same before and after they were injected (kfp_run_test.go).
//
// What components/airflow has for users runs under the real operators of that Airflow
// 3, in pods of a real Kubernetes.
//
// All of it runs in namespaces of its own (network, mounts, processes): names such
// as minio.mlops.svc.cluster.local and addresses such as 10.96.0.10 are real to
// both sides, nothing leaves the machine, every port is free, and no process
// outlives the test. That needs root.
package peers
