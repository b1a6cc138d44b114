package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/internal/secret"
)

// streamed is what comes out of a Stream that is written to without a pause, on
// a machine however busy.
func streamed(t *testing.T, set *redact.Set, writes ...string) string {
	t.Helper()
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		s := redact.NewStream(&out, set)
		for _, w := range writes {
			n, err := io.WriteString(s, w)
			require.NoError(t, err)
			require.Equal(t, len(w), n)
		}
		require.NoError(t, s.Close())
	})
	return out.String()
}

func setOf(secrets ...string) *redact.Set {
	set := &redact.Set{}
	for i, s := range secrets {
		set.Add(fmt.Sprint("KEY_", i), s)
	}
	return set
}

func TestStream(t *testing.T) {
	set := setOf("hunter2-hunter2", "minio123", "minio123-prod-key", "prod-key-two", "abcabcabd")
	for _, c := range []struct {
		name   string
		writes []string
		want   string
	}{
		{"nothing", nil, ""},
		{"clean", []string{"a line\n"}, "a line\n"},
		{"in one", []string{"a hunter2-hunter2 b"}, "a ******** b"},
		{"split", []string{"a hunt", "er2-hun", "ter2 b"}, "a ******** b"},
		{"at the end", []string{"a hunter2-hunter2"}, "a ********"},
		{"not whole", []string{"a hunter2-hunter", "3 b"}, "a hunter2-hunter3 b"},
		{"cut off", []string{"a hunter2-hunter"}, "a hunter2-hunter"},
		{"longest", []string{"minio123", "-prod-key ", "minio123-", "prod"}, "******** ********-prod"},
		{"overlapping", []string{"minio123-prod-k", "ey-two"}, "********"},
		{"touching", []string{"minio123minio123"}, "********"},
		{"begins again inside", []string{"abcabcabcabd"}, "abc********"},
		{"begins again inside, split", []string{"abcabc", "abcabd"}, "abc********"},
		{"complete inside what is cut off", []string{"minio123-prod-ke"}, "********-prod-ke"},
		{"progress", []string{"\r 10%", "\r 20%", "\r\x1b[32m100%\x1b[0m\n"}, "\r 10%\r 20%\r\x1b[32m100%\x1b[0m\n"},
		{"binary", []string{"\xff\xfe\x80\x00", "\x00\xc3"}, "\xff\xfe\x80\x00\x00\xc3"},
	} {
		require.Equal(t, c.want, streamed(t, set, c.writes...), c.name)
		require.Equal(t, c.want, streamed(t, set, strings.Split(strings.Join(c.writes, ""), "")...), "%s, byte by byte", c.name)
		require.Equal(t, c.want, set.Mask(strings.Join(c.writes, "")), "%s, as a text", c.name)
	}
}

// Each clean piece of the output must be there, in its place and unchanged, and
// nothing else but masks.
func TestNoWritingOfASecretPassesAStream(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	const clean = "αβγδ ⏎∞\r\x00\xff"
	for range 100 {
		s := "." + password(random, `abcXYZ019 /+=&?%"'\<>$`+"`{}", redact.MinLength+random.IntN(40)) + "."
		set := setOf(s)
		var in, want string
		for name, w := range writings(s) {
			if strings.HasPrefix(name, "base64") || name == "url" {
				continue // their edges are shared with what is around them
			}
			if name == "json" || name == "quoted" || name == "ascii" {
				w = w[1 : len(w)-1]
			}
			piece := password(random, clean, 1+random.IntN(20))
			in += piece + w
			want += piece + secret.Mask
		}
		require.Equal(t, want, streamed(t, set, chunks(random, in)...), "%q", s)
	}
}

// chunks splits a text at random places.
func chunks(random *rand.Rand, text string) []string {
	var list []string
	for most := 1 << random.IntN(8); text != ""; {
		n := min(len(text), 1+random.IntN(most))
		list = append(list, text[:n])
		text = text[n:]
	}
	return list
}

// The reference looks for every needle at every place of the whole text.
func reference(set *redact.Set, text string) string {
	covered := make([]bool, len(text))
	plain, wrapped := set.Needles()
	for i := range len(text) { // bytes: a secret may begin inside a character
		mark := func(n int) {
			for j := i; j < i+n; j++ {
				covered[j] = true
			}
		}
		for _, n := range plain {
			if strings.HasPrefix(text[i:], n) {
				mark(len(n))
			}
		}
		for _, n := range wrapped {
			mark(wrappedLength(text[i:], n))
		}
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !covered[i]:
			b.WriteByte(text[i])
		case i == 0 || !covered[i-1]:
			b.WriteString(secret.Mask)
		}
	}
	return b.String()
}

// wrappedLength is how much of the text a needle takes, with up to one line
// break between two characters behind its fourth, and 0 if it is not there.
func wrappedLength(text, needle string) int {
	at := 0
	for i := range len(needle) {
		if i >= 4 {
			for _, end := range []string{"\r\n", "\n", "\r", `\r\n`, `\n`, `\r`} {
				if strings.HasPrefix(text[at:], end) {
					at += len(end)
					break
				}
			}
		}
		if at == len(text) || text[at] != needle[i] {
			return 0
		}
		at++
	}
	return at
}

// hostile are texts made of what the needles are made of.
func hostile(random *rand.Rand, set *redact.Set) string {
	plain, wrapped := set.Needles()
	all := append(plain, wrapped...)
	var b strings.Builder
	for range 1 + random.IntN(8) {
		n := all[random.IntN(len(all))]
		from := random.IntN(len(n))
		part := n[from : from+1+random.IntN(len(n)-from)]
		if random.IntN(3) == 0 {
			at := random.IntN(len(part))
			part = part[:at] + []string{"\n", "\r\n", `\n`, `\`, "\n\n", "\r"}[random.IntN(6)] + part[at:]
		}
		b.WriteString(part)
		if random.IntN(3) == 0 {
			b.WriteString(n)
		}
	}
	return b.String()
}

func TestStreamsAgreeWithTheReference(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		var secrets []string
		for range 1 + random.IntN(3) {
			secrets = append(secrets, password(random, []string{"ab", "abc/+'\n", "aB3/+=\"<& %"}[random.IntN(3)], redact.MinLength+random.IntN(12)))
		}
		set := setOf(secrets...)
		if plain, _ := set.Needles(); len(plain) == 0 {
			continue
		}
		for range 5 {
			text := hostile(random, set)
			want := reference(set, text)
			require.Equal(t, want, set.Mask(text), "%q in %q", secrets, text)
			writes := chunks(random, text)
			require.Equal(t, want, streamed(t, set, writes...), "%q in %q", secrets, writes)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add("hunter2-hunter2", "the key is hunter2-\x00hunter2!", uint64(1))
	f.Add("\x8e00000", "\xd2", uint64(111))
	f.Add("aaaaaaab", "aaaaaaaaaaaaaaaab", uint64(2))
	f.Add(`it's "odd"`, `it\'s "odd" aXQncyAib2RkIg==`, uint64(3))
	f.Fuzz(func(t *testing.T, s, text string, seed uint64) {
		if len(s) > 200 || len(text) > 2000 {
			t.Skip("slow in the reference")
		}
		set := setOf(s)
		random := rand.New(rand.NewPCG(seed, 0))
		text += s + text
		require.Equal(t, reference(set, text), streamed(t, set, chunks(random, text)...))
	})
}

// Output that repeats itself, as a secret does, is searched like any other.
func TestRepetitions(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 20))
	for round := range 60 {
		unit := password(random, "abcW1=", 1+random.IntN(9))
		long := strings.Repeat(unit, 4+60/len(unit))
		set := setOf(long+"!", long[1:]+"?"+long, unit+long)
		var b strings.Builder
		for range 4 {
			part := strings.Repeat(unit, 200/len(unit))
			switch random.IntN(4) {
			case 0:
				part = base64.StdEncoding.EncodeToString([]byte(part))
			case 1:
				part = hex.EncodeToString([]byte(part))
			}
			b.WriteString(part[:random.IntN(len(part))] + []string{"", "!", "?", "\n", unit}[random.IntN(5)])
		}
		want := reference(set, b.String())
		require.Equal(t, want, set.Mask(b.String()), "%d: %s in %s", round, unit, b.String())
		require.Equal(t, want, streamed(t, set, chunks(random, b.String())...), "%d: %s in %s", round, unit, b.String())
	}
}

func FuzzKnownShapes(f *testing.F) {
	f.Add("postgres://user:pass@host ghp_"+strings.Repeat("a", 36)+" xoxb-1234567890-abcdefghij AIza"+strings.Repeat("b", 35), uint64(4))
	f.Add("x AKIAIOSFODNN7EXAMPLE", uint64(1))
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3", uint64(2))
	f.Add("-----BEGIN EC PRIVATE KEY-----\r\n"+strings.Repeat("A", 48)+"\\n"+strings.Repeat("B", 20)+"\n-----END EC PRIVATE KEY-----", uint64(3))
	set := setOf("hunter2-hunter2")
	set.AddKnownShapes()
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		require.Equal(t, set.Mask(text), streamed(t, set, chunks(random, text)...))
	})
}

// A log of ordinary output is written on as it is, with everything switched on.
func TestAnOrdinaryLogIsNotChanged(t *testing.T) {
	set := manySecrets(50)
	set.AddKnownShapes()
	log := trainingLog(256 << 10)
	random := rand.New(rand.NewPCG(13, 14))
	require.True(t, string(log) == streamed(t, set, chunks(random, string(log))...))
	binary := noise(256 << 10)
	require.True(t, string(binary) == streamed(t, set, string(binary)))
}

// recorder takes what is written, and says when.
type recorder struct {
	mu    sync.Mutex
	start time.Time
	texts []string
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, fmt.Sprintf("%s %q", time.Since(r.start), p))
	return len(p), nil
}

func TestPauses(t *testing.T) {
	type write struct {
		text  string
		pause time.Duration
	}
	const long = time.Second
	for _, c := range []struct {
		name   string
		writes []write
		want   []string
	}{
		{"a clean line does not wait", []write{{"line\n", long}}, []string{`0s "line\n"`}},
		{"a prompt that ends in a secret's prefix", []write{{"name: hun", long}}, []string{`0s "name: "`, `100ms "hun"`}},
		{"its rest is still hidden", []write{{"name: hun", long}, {"ter2-hunter2!\n", long}}, []string{`0s "name: "`, `100ms "hun"`, `1s "********!\n"`}},
		{"or shown", []write{{"name: hun", long}, {"ter\n", long}}, []string{`0s "name: "`, `100ms "hun"`, `1s "ter\n"`}},
		{"a longer prefix is not shown", []write{{"x hunter2-", long}, {"hunter2 y\n", long}}, []string{`0s "x "`, `100ms "********"`, `1s " y\n"`}},
		{"even if it was none", []write{{"x hunter2-", long}, {"hunting\n", long}}, []string{`0s "x "`, `100ms "********"`, `1s "hunting\n"`}},
		{"a secret that may become a longer one", []write{{"x minio123", long}, {" y\n", long}}, []string{`0s "x "`, `100ms "********"`, `1s " y\n"`}},
		{
			"drop by drop",
			[]write{{"hun", 60 * time.Millisecond}, {"ter", 60 * time.Millisecond}, {"2-", long}, {"hunter2", long}},
			[]string{`100ms "********"`},
		},
		{"what comes after a held byte has its own time", []write{{"h", 60 * time.Millisecond}, {" m", long}}, []string{`60ms "h "`, `160ms "m"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := &recorder{start: time.Now()}
				s := redact.NewStream(out, setOf("hunter2-hunter2", "minio123", "minio123-prod-key"))
				for _, w := range c.writes {
					_, err := io.WriteString(s, w.text)
					require.NoError(t, err)
					time.Sleep(w.pause)
					synctest.Wait()
				}
				require.NoError(t, s.Close())
				require.Equal(t, c.want, out.texts)
			})
		})
	}
}

// However the writes pause: all that is clean comes out, and of a secret never
// more than its first bytes.
func TestPausesAtRandom(t *testing.T) {
	const s = "hunter2-and-more-of-it"
	random := rand.New(rand.NewPCG(15, 16))
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			stream := redact.NewStream(&out, setOf(s))
			in := "a " + s + " b " + s + "\n" + s
			for _, w := range chunks(random, in) {
				_, err := io.WriteString(stream, w)
				require.NoError(t, err)
				time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
			}
			require.NoError(t, stream.Close())
			shown := strings.ReplaceAll(out.String(), secret.Mask, "")
			for n := 6; n < len(s); n++ {
				require.NotContains(t, shown, s[:n])
			}
			require.Regexp(t, `^a (hunte?|hunt?|hu?)?\*{8} b (hunte?|hunt?|hu?)?\*{8}\n(hunte?|hunt?|hu?)?\*{8}$`, out.String())
		})
	}
}

func TestNothingHeldNeedsNoTimer(t *testing.T) {
	s := redact.NewStream(io.Discard, manySecrets(50))
	for line := range strings.Lines(string(trainingLog(256 << 10))) {
		if line[len(line)-1] != '\n' {
			break
		}
		_, err := io.WriteString(s, line)
		require.NoError(t, err)
		require.Zero(t, s.Kept(), line)
	}
	require.False(t, s.Timed())
}

// What is kept is less than the longest form, whatever is written.
func TestWhatIsKeptIsBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(17, 18))
	set := manySecrets(3)
	longest := 0
	plain, wrapped := set.Needles()
	for _, n := range append(plain, wrapped...) {
		longest = max(longest, len(n))
	}
	s := redact.NewStream(io.Discard, set)
	for range 100 {
		for _, w := range chunks(random, strings.ReplaceAll(hostile(random, set), "\n\n", "")) {
			_, err := io.WriteString(s, w)
			require.NoError(t, err)
			require.Less(t, s.Kept(), longest+longest/10)
		}
	}
}

// failing takes a few bytes at a time and fails as often as it is told.
type failing struct {
	bytes.Buffer
	fails int
	short bool
}

func (f *failing) Write(p []byte) (int, error) {
	switch {
	case f.fails > 0:
		f.fails--
		n, _ := f.Buffer.Write(p[:len(p)/2])
		return n, errors.New("no space left")
	case f.short:
		f.short = false
		return f.Buffer.Write(p[:1])
	}
	return f.Buffer.Write(p)
}

func TestErrorsOfTheUnderlyingWriter(t *testing.T) {
	dst := &failing{fails: 2}
	s := redact.NewStream(dst, setOf("hunter2-hunter2"))
	n, err := io.WriteString(s, "a hunter2-hunter2 b\n")
	require.EqualError(t, err, "no space left")
	require.Equal(t, 20, n, "it was taken over")
	n, err = io.WriteString(s, "more\n")
	require.EqualError(t, err, "no space left")
	require.Equal(t, 0, n, "nothing is taken over while nothing is taken")
	n, err = io.WriteString(s, "more\n")
	require.NoError(t, err)
	require.Equal(t, 5, n)
	dst.short = true
	_, err = io.WriteString(s, "short\n")
	require.ErrorIs(t, err, io.ErrShortWrite)
	dst.fails = 1
	_, err = io.WriteString(s, "hunter")
	require.EqualError(t, err, "no space left")
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.Equal(t, "a ******** b\nmore\nshort\n", dst.String(), "what was not taken over is the caller's")
	_, err = io.WriteString(s, "late")
	require.ErrorIs(t, err, os.ErrClosed)
}

// An error while nobody writes is told to the next who does.
func TestAnErrorInAPauseIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dst := &failing{fails: 2}
		s := redact.NewStream(dst, setOf("hunter2-hunter2"))
		_, err := io.WriteString(s, "hun")
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		_, err = io.WriteString(s, "gry\n")
		require.EqualError(t, err, "no space left")
		_, err = io.WriteString(s, "gry\n")
		require.NoError(t, err)
		require.NoError(t, s.Close())
		require.Equal(t, "hungry\n", dst.String())
	})
}

func TestCounts(t *testing.T) {
	set := &redact.Set{}
	set.Add("B", "hunter2-hunter2")
	set.Add("A", "minio123", "hunter2-hunter2")
	set.Add("C", "minio123-prod-key")
	set.Add("D", "never-seen")
	set.AddKnownShapes()
	s := redact.NewStream(io.Discard, set)
	require.Empty(t, s.Counts())
	_, err := io.WriteString(s, "hunter2-hunter2 hunter2-hunter2\nminio123hunter2-hunter2minio123 minio123-prod-key AKIAIOSFODNN7EXAMPLE\n")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.Equal(t, []redact.Count{{"A", 1}, {"AWS access key id", 1}, {"B", 3}, {"C", 1}}, s.Counts())
}

// A secret that is learned while streams run is hidden from then on, also when
// its beginning was held back for another reason.
func TestASecretLearnedLater(t *testing.T) {
	set := setOf("hunter2-hunter2")
	var out bytes.Buffer
	s := redact.NewStream(&out, set)
	for _, step := range []struct{ write, add string }{{"rotated-key h", "rotated-key"}, {" rotated-key hunter", "hunter3-hunter3"}, {"3-hunter3\n", ""}} {
		_, err := io.WriteString(s, step.write)
		require.NoError(t, err)
		set.Add("LATER", step.add)
	}
	require.NoError(t, s.Close())
	require.Equal(t, "rotated-key h ******** ********\n", out.String())
}

func TestSecretsJoinWhileStreamsRun(t *testing.T) {
	set := setOf("hunter2-hunter2")
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 20 {
				set.Add(fmt.Sprint("KEY_", i), fmt.Sprintf("secret-%d-%d-xyz", i, j))
				_, _ = set.Skipped(), set.Mask("hunter2-hunter2")
			}
		})
	}
	outs := make([]bytes.Buffer, 3)
	for i := range outs {
		all.Go(func() {
			s := redact.NewStream(&outs[i], set)
			for range 200 {
				_, _ = io.WriteString(s, "a hunter2-")
				_, _ = io.WriteString(s, "hunter2 b\n")
				_ = s.Counts()
			}
			_ = s.Close()
		})
	}
	all.Wait()
	for i := range outs {
		require.Equal(t, strings.Repeat("a ******** b\n", 200), outs[i].String())
	}
	require.Equal(t, secret.Mask, set.Mask("secret-3-19-xyz"))
}
