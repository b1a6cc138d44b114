package redact_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/flts-run/flts-run/internal/redact"
)

// secrets are n passwords of 40 characters, among them such as have many forms,
// and a private key of 2 KiB.
func manySecrets(n int) *redact.Set {
	random := rand.New(rand.NewPCG(3, 4))
	const letters = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/+/"'&$ %=`
	set := &redact.Set{}
	for i := range n {
		set.Add(fmt.Sprint("KEY_", i), password(random, letters, 40))
	}
	der := make([]byte, 1500)
	for i := range der {
		der[i] = byte(random.Uint32())
	}
	set.Add("TLS_KEY", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	return set
}

func password(random *rand.Rand, letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return string(b)
}

// trainingLog is what a training job prints: lines of metrics, a progress bar in
// colour, a warning, a traceback, some JSON and addresses.
func trainingLog(size int) []byte {
	random := rand.New(rand.NewPCG(5, 6))
	var b bytes.Buffer
	for step := 0; b.Len() < size; step++ {
		fmt.Fprintf(&b, "2026-03-11 09:%02d:%02d,%03d INFO  trainer: epoch %d step %d loss=%.6f lr=%.2e grad_norm=%.4f\n",
			step/60%60, step%60, random.IntN(1000), step/1000, step, random.Float64(), random.Float64()/1000, random.Float64()*10)
		fmt.Fprintf(&b, "\r\x1b[32m%3d%%\x1b[0m|%-20s| %d/1000 [00:%02d<00:%02d, %.2fit/s]", step%100, strings.Repeat("█", step%20), step%1000, step%60, 59-step%60, random.Float64()*100)
		switch step % 20 {
		case 3:
			fmt.Fprintf(&b, "{\"run_id\":\"%016x%016x\",\"metrics\":{\"accuracy\":%.5f},\"artifact_uri\":\"s3://mlflow/%d/artifacts/model\"}\n", random.Uint64(), random.Uint64(), random.Float64(), step)
		case 7:
			b.WriteString("/usr/lib/python3.12/site-packages/torch/optim/lr_scheduler.py:224: UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`.\n")
		case 11:
			b.WriteString("Traceback (most recent call last):\n  File \"/app/train.py\", line 88, in fit\n    batch = next(loader)\nStopIteration\n")
		case 15:
			b.WriteString("GET http://minio-service.default.svc.cluster.local:9000/dataset/step10/part-00012.parquet?partNumber=3 200 OK 12.4 MB in 0.113s\n")
		}
	}
	return b.Bytes()[:size]
}

func noise(size int) []byte {
	random := rand.New(rand.NewPCG(7, 8))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func BenchmarkStream(b *testing.B) {
	const size = 8 << 20
	repeating := func(n int) *redact.Set {
		set := &redact.Set{}
		set.Add("A", strings.Repeat("a", n)+"b")
		return set
	}
	inputs := []struct {
		name string
		set  *redact.Set
		text []byte
	}{
		{"log/20", manySecrets(20), trainingLog(size)},
		{"log/50", manySecrets(50), trainingLog(size)},
		{"noise/20", manySecrets(20), noise(size)},
		{"zeros/20", manySecrets(20), make([]byte, size)},
		{"repeating/40", repeating(39), bytes.Repeat([]byte("a"), size)},
		{"repeating/2000", repeating(1999), bytes.Repeat([]byte("a"), size/8)},
		{"none", &redact.Set{}, trainingLog(size)},
	}
	b.Run("copy", func(b *testing.B) { benchmark(b, inputs[0].text, func() io.Writer { return discard{} }) })
	for _, in := range inputs {
		in.set.Mask("x")
		b.Run(in.name, func(b *testing.B) {
			benchmark(b, in.text, func() io.Writer { return redact.NewStream(discard{}, in.set) })
		})
	}
}

// benchmark writes in pieces of what a pipe gives at once.
func benchmark(b *testing.B, text []byte, open func() io.Writer) {
	b.SetBytes(int64(len(text)))
	buf := make([]byte, 32<<10)
	for b.Loop() {
		w := open()
		_, _ = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{bytes.NewReader(text)}, buf)
		if c, ok := w.(io.Closer); ok {
			_ = c.Close()
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkLine is what one line of a log costs that is written alone.
func BenchmarkLine(b *testing.B) {
	s := redact.NewStream(discard{}, manySecrets(20))
	line := []byte("2026-03-11 09:12:07,113 INFO  trainer: epoch 3 step 3127 loss=0.123456 lr=1.00e-04 grad_norm=0.4312\n")
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		_, _ = s.Write(line)
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{0, 4, 20, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var set *redact.Set
			for b.Loop() {
				set = manySecrets(n)
				set.Mask("x")
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc), "bytes-kept")
			runtime.KeepAlive(set)
		})
	}
}
