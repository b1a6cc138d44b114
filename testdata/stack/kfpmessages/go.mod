module github.com/flts-run/flts-run/testdata/stack/kfpmessages

go 1.26.0

require (
	github.com/kubeflow/pipelines/api v0.0.0-20250102152816-873e9dedd766
	github.com/kubeflow/pipelines/kubernetes_platform v0.0.0-20240725205754-d911c8b73b49
	google.golang.org/protobuf v1.36.6
)

require google.golang.org/genproto v0.0.0-20211026145609-4688e4c4e024 // indirect
