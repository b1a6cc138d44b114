package teststack

import "context"

// Moto is a virtual environment with moto, which has the services of AWS inside a
// Python process, and boto3 to ask them with.
type Moto struct{ venv }

var pinnedMoto = pinned{
	name:     "moto",
	title:    "moto",
	lockFile: "testdata/peers/moto/requirements.txt",
	finish: func(v venv) [][]string {
		return [][]string{{v.Python(), "-c", "import boto3, moto"}}
	},
}

// Moto installs the environment unless it is there, and returns it.
func (b Binaries) Moto(ctx context.Context) (Moto, error) {
	v, err := b.venv(ctx, pinnedMoto)
	return Moto{v}, err
}
