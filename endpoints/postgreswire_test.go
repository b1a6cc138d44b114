package endpoints

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// The example of RFC 7677, section 3.
func TestSCRAM(t *testing.T) {
	s := newSCRAM("pencil")
	s.nonce, s.firstBare = "rOprNGfwEbeRWgbNEkqO", "n=user,r=rOprNGfwEbeRWgbNEkqO"
	reply, err := s.answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
	require.NoError(t, err)
	require.Equal(t, "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", reply)
	require.NoError(t, s.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
	require.ErrorIs(t, s.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95H4="), errSCRAM)
	for _, challenge := range []string{
		"", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=%,i=4096",
		"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0", "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999",
	} {
		_, err := s.answer(challenge)
		require.ErrorIs(t, err, errSCRAM, challenge)
	}
}

func TestMD5Password(t *testing.T) {
	// In Python: md5(md5(b"pwann").hexdigest() + "salt").
	require.Equal(t, "md52ab8351231db1e388456d7b43bc1b492", md5Password("ann", "pw", []byte("salt")))
}

func FuzzPGMessage(f *testing.F) {
	f.Add([]byte("R\x00\x00\x00\x08\x00\x00\x00\x00"))
	f.Add([]byte("E\x00\x00\x00\x10C28P01\x00Mx\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readPGMessage(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(m.body), pgMaxMessage)
		if e := readPGError(m.body); e.state != "" {
			require.Regexp(t, `^[0-9A-Z]{5}$`, e.state)
		}
		_, _, _ = pgAsked(m.body)
	})
}

func FuzzSCRAMChallenge(f *testing.F) {
	f.Add("r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
	f.Fuzz(func(t *testing.T, challenge, final string) {
		s := &scram{password: "pw", nonce: "abc"}
		if fields := scramFields(challenge); len(fields["i"]) > 3 {
			return // slow by design
		}
		if _, err := s.answer(challenge); err == nil {
			require.Error(t, s.verify(final))
		}
	})
}
