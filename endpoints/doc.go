// Package endpoints makes the checks of the services that a task talks to:
// MinIO or another S3, MLflow, an HTTP gateway, PostgreSQL, the API of Kubeflow
// Pipelines, a plain TCP port.
//
// Each product is a plain struct that the caller fills from the resolved
// configuration, with one method, Checks, that returns data for the runner of
// package checklist. All go down one ladder: resolve, dial, TLS, HTTP, and then
// what only the product knows. The IDs are NAME.RUNG: minio.resolve,
// minio.dial, minio.tls, minio.health, minio.sign, minio.bucket.dataset,
// mlflow.health, mlflow.api, gateway.http, postgres.server, kfp.api. Where there is
// reason for it: NAME.proxy, NAME.upload and, for all targets together,
// sidecar.ready.
//
// Names, connections and proxies are looked at as the Python client of the
// target would: by its reading of the proxy variables, in its order of addresses.
// What fails is compared with what must work, the DNS name and the API server of
// the cluster, and the way without the proxy. A healthy target costs none of that
// before a task.
//
// The contract of a finding: a pass means that a Python client in this pod
// would work, as far as its rung goes; anything else names the cause, shows the
// setting it comes from, and hints at what to type. Where Python's clients do
// otherwise than Go (which authorities they take, which region and endpoint they
// read), Env.Task is read as they read it, and the finding says what they would
// do.
//
// Before a task a healthy MinIO costs one request and one more per bucket that
// it needs (one in all when there is no bucket), MLflow two, a gateway one; a
// denied listing, another region, a server that nobody knows, or an MLflow that
// refuses POST or has no experiment costs one more. A redirect that Python's
// clients would follow costs as much again.
// Env.Thorough adds a request for MinIO's quorum, and after a refusal one or two
// for credentials in base64. Env.WriteProbe adds one or two per bucket that is
// written. Every request has its own connection, so that nothing stays open
// behind a finished check.
//
// Servers are not trusted with our output: they echo key ids, strings to sign
// and queries in bodies, headers and errors. No body, no header value and no
// text of a library error is quoted, but for a few tokens of known shape (an S3
// error code, a region, the product in Server).
//
// The checks of one call of Checks share what they found (the addresses, the
// answer that two of them judge), in the order of their needs. Run them once at
// a time.
//
// # Where to read
//
// What every target has, from the outside inwards:
//
//	env, setting, address     what the caller gives
//	ladder                    the rungs, and how a finding begins
//	fault, hint, consequences what went wrong, and what to type
//	request, answer, slow     one exchange, what came back, how long it took
//	files, sitepackages       what is read of the container
//	codes*                    the codes, by where their causes lie
//
// The rungs, each with what it compares a failure with:
//
//	resolve: namefault, cluster, oddname; stub, dnsquery, resolvconf, hostsfile
//	dial:    compare, apiserver
//	tls:     trust, certfault, certdoubt; python: what its libraries take
//	proxy:   pythonproxy, direct
//	http:    intermediary, upload
//	sidecar: before all of them
//
// The products, of which the files above know nothing but that S3 has words of its
// own for 503:
//
//	s3*, minio, seaweedfs, console, swapped   a new one is a line in s3product
//	mlflow*, login, loginfiles
//	gateway, kfp, tcp
//	postgres*, scram
package endpoints
