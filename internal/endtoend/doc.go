// Package endtoend has no code. Its tests run the demo's component under the
// released flts-run against the real MinIO, as a user who may do little.
package endtoend
