package manifests

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// digestLength is how many digits a digest has, as the suffix that kustomize adds.
const digestLength = 10

// digest tells contents apart.
func digest(data map[string]string) string {
	sum := sha256.Sum256([]byte(framed(data)))
	return hex.EncodeToString(sum[:])[:digestLength]
}

// slowRounds make each guess at a password cost a part of a second.
const slowRounds = 200_000

// slowDigest is digest of what nobody may find out: names are for everybody to see, and
// a short password could be guessed by its digest.
func slowDigest(data map[string]string) string {
	key, err := pbkdf2.Key(sha256.New, framed(data), []byte("flts-run manifests"), slowRounds, sha256.Size)
	if err != nil {
		panic(err) // a length that FIPS mode refuses; these are constants
	}
	return hex.EncodeToString(key)[:digestLength]
}

// framed writes data down so that no two contents are the same text.
func framed(data map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(data)) {
		b.WriteString(strconv.Quote(name) + ":" + strconv.Quote(data[name]) + "\n")
	}
	return b.String()
}
