package teststack

import "context"

// Clients is a virtual environment with the Python clients that a task uses, and
// with MLflow, as testdata/peers/requirements.txt pins them.
type Clients struct{ venv }

var pinnedClients = pinned{
	name:     "clients",
	title:    "the Python clients",
	lockFile: "testdata/peers/requirements.txt",
	finish: func(v venv) [][]string {
		return [][]string{
			{v.Python(), "-c", "import boto3, s3fs, minio, requests, mlflow"},
			{v.program("mlflow"), "db", "upgrade", "sqlite:///" + v.database()},
		}
	},
}

// Clients installs the environment unless it is there, and returns it.
func (b Binaries) Clients(ctx context.Context) (Clients, error) {
	v, err := b.venv(ctx, pinnedClients)
	return Clients{v}, err
}
