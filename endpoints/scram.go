package endpoints

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // what old servers ask for
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// scram is one login by SCRAM-SHA-256 (RFC 5802, 7677), without channel binding.
type scram struct {
	password  string
	nonce     string
	firstBare string
	serverKey []byte
	exchanged string // what both sides sign
}

var errSCRAM = errors.New("not a valid SCRAM message")

// The work factor is the server's choice; a hostile one must not keep us busy.
const maxSCRAMRounds = 1 << 20

func newSCRAM(password string) *scram {
	nonce := rand.Text()
	// PostgreSQL takes the user from the startup message.
	return &scram{password: password, nonce: nonce, firstBare: "n=,r=" + nonce}
}

func (s *scram) first() string { return "n,," + s.firstBare }

// answer proves to the server that we know the password.
func (s *scram) answer(challenge string) (string, error) {
	fields := scramFields(challenge)
	salt, err := base64.StdEncoding.DecodeString(fields["s"])
	rounds, roundsErr := strconv.Atoi(fields["i"])
	if err != nil || roundsErr != nil || rounds < 1 || rounds > maxSCRAMRounds || !strings.HasPrefix(fields["r"], s.nonce) {
		return "", errSCRAM
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	clientKey := mac(salted, "Client Key")
	stored := sha256.Sum256(clientKey)
	unproved := "c=biws,r=" + fields["r"] // "n,," in base64
	s.exchanged = s.firstBare + "," + challenge + "," + unproved
	s.serverKey = mac(salted, "Server Key")
	proof := mac(stored[:], s.exchanged)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	return unproved + ",p=" + base64.StdEncoding.EncodeToString(proof), nil
}

// verify looks at the server's proof: it knows the password too.
func (s *scram) verify(final string) error {
	proof, err := base64.StdEncoding.DecodeString(scramFields(final)["v"])
	if err != nil || s.serverKey == nil || !hmac.Equal(proof, mac(s.serverKey, s.exchanged)) {
		return errSCRAM
	}
	return nil
}

func scramFields(message string) map[string]string {
	fields := map[string]string{}
	for field := range strings.SplitSeq(message, ",") {
		if name, value, ok := strings.Cut(field, "="); ok {
			fields[name] = value
		}
	}
	return fields
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// md5Password is the older answer to a salt.
func md5Password(user, password string, salt []byte) string {
	inner := md5.Sum([]byte(password + user))
	outer := md5.Sum(append([]byte(hex.EncodeToString(inner[:])), salt...))
	return "md5" + hex.EncodeToString(outer[:])
}
