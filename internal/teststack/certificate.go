package teststack

import (
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"

	"github.com/flts-run/flts-run/internal/tlskit"
)

// writeCertificate puts a certificate where MinIO looks for its own.
func writeCertificate(dir string, c tls.Certificate) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("teststack: %w", err)
	}
	cert, key, err := tlskit.WritePair(dir, "new", c)
	if err != nil {
		return err
	}
	for from, to := range map[string]string{cert: "public.crt", key: "private.key"} {
		if err := os.Rename(from, filepath.Join(dir, to)); err != nil {
			return fmt.Errorf("teststack: %w", err)
		}
	}
	return nil
}
