package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/flts-run/flts-run/resolve"
)

// fingerprinter tells whether two reports hold the same secrets without holding
// them. It is the key; without one there are no fingerprints: the hash of a
// short secret, made without a key, is found by trying all short texts.
type fingerprinter []byte

// minFingerprintKey keeps the key itself from being found by trying, in bytes.
const minFingerprintKey = 16

// readFingerprintKey reads the key from the variable or the file. One newline
// at the end of the file is not part of it.
func readFingerprintKey(s *settings) (fingerprinter, error) {
	key, file := s.value(fingerprintKeyOption), s.value(fingerprintKeyFileOption)
	from := fingerprintKeyOption.variable
	const hint = "make one with: openssl rand -hex 32"
	if file != "" {
		text, err := s.readOnce(file)
		if err != nil {
			return nil, misconfigured(hint, fmt.Errorf("fingerprint key: %w", err))
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		if key != "" && key != string(text) {
			return nil, misconfigured("keep one of them", fmt.Errorf("%s and the file %s hold different keys", from, file))
		}
		key, from = string(text), file
	}
	switch {
	case key == "" && file == "":
		return nil, nil
	case len(key) < minFingerprintKey:
		return nil, misconfigured(hint, fmt.Errorf("fingerprint key (%s) has %d bytes, fewer than %d, and could be guessed", from, len(key), minFingerprintKey))
	}
	return fingerprinter(key), nil
}

// of returns the fingerprint of a key's value: the first 16 hexadecimal digits
// of HMAC-SHA256(key, NAME NUL VALUE), or "" where the value is shown anyway or
// there is no key. The name is in it, so that two keys with the same secret do
// not give that away.
func (f fingerprinter) of(k *resolve.Resolved, shown string) string {
	if f == nil || !k.Set || !k.Key.Sensitive && shown == k.Value.Reveal() {
		return ""
	}
	return f.sum(k.Key.Name + "\x00" + k.Value.Reveal())
}

// isFingerprint reports a text of the form that of returns.
func isFingerprint(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == 16
}

// id names the key, so that fingerprints of different keys are not compared.
func (f fingerprinter) id() string {
	if f == nil {
		return ""
	}
	return f.sum("flts-run/fingerprint-key")
}

func (f fingerprinter) sum(text string) string {
	mac := hmac.New(sha256.New, f)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}
