// Package minio pins the MinIO server that the tests run against. go.mod names
// it as a tool, go.sum holds its checksums; it is built by
//
//	go build github.com/minio/minio
//
// The server is under the AGPL: it is run as a process and never linked, so it
// has a module of its own.
package minio
