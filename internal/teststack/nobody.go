package teststack

import "os"

// nobody is the user that a server runs as which refuses to be root.
const nobody = 65534

func isRoot() bool { return os.Getuid() == 0 }

// ownedByNobody makes a directory for such a server.
func ownedByNobody(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil || !isRoot() {
		return err
	}
	return os.Chown(dir, nobody, nobody)
}

// writeAsNobody writes a file that only such a server may read.
func writeAsNobody(file string, text []byte) error {
	if err := os.WriteFile(file, text, 0o600); err != nil || !isRoot() {
		return err
	}
	return os.Chown(file, nobody, nobody)
}
