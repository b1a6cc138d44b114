package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// What a supervised task pays for the one beside it.
const (
	throughputLimit = 5   // ms of a core for each MB of output: that is 200 MB/s
	loadLimit       = 1.5 // % of a core for 1 MB/s of log: 0.9 to 1.3 while others keep all processors busy and the caches cold
	toCatLimit      = 1   // of what cat takes for the same, line by line
	latencyLimit    = 1   // ms that a line comes later
	residentLimit   = 8   // MiB, without the pages of the program that the start alone needed
	redactingLimit  = 16  // MiB, with 50 secrets in all their forms, after 84 MB of output
)

// crossing is what was measured of a passage.
type crossing struct {
	name               string
	bulk               float64 // ms of processor time for each MB, as fast as it goes
	load, lineByLine   float64 // % of a core for 1 MB/s, in writes of 4 KiB and of one line
	latency, late      time.Duration
	residentAtTheStart float64 // MiB
	resident           float64 // and after all that
}

// supervised measures what passes flts-run, beside cat in its place. Processor time
// is that of the process between the task and the reader alone.
func supervised(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	environ, err := fiftySecrets(b.dir)
	if err != nil {
		return nil, err
	}
	with, err := behindFltsRun(ctx, b, environ)
	if err != nil {
		return nil, err
	}
	redacting, err := cross(ctx, b, "flts-run, 50 secrets", with)
	if err != nil {
		return nil, err
	}
	plain, err := behindCat(ctx)
	if err != nil {
		return nil, err
	}
	cat, err := cross(ctx, b, "cat", plain)
	if err != nil {
		return nil, err
	}
	pod, err := newPod(filepath.Join(b.dir, "supervised"))
	if err != nil {
		return nil, err
	}
	without, err := residentAlone(ctx, b, pod.environ)
	if err != nil {
		return nil, err
	}
	printCrossings(w, redacting, cat)
	return []bar{
		{"redaction, processor time for output (5 ms/MB: 200 MB/s)", redacting.bulk, throughputLimit, "ms/MB"},
		{"redaction, 1 MB/s of log, in blocks", redacting.load, loadLimit, "%"},
		{"redaction, 1 MB/s of log, line by line, to cat", redacting.lineByLine / cat.lineByLine, toCatLimit, "x"},
		{"redaction, a line comes later by", (redacting.latency - cat.latency).Seconds() * 1000, latencyLimit, "ms"},
		{"resident beside the task, redacting", redacting.resident, redactingLimit, "MiB"},
		{"resident beside the task, --redact=off", without, residentLimit, "MiB"},
	}, nil
}

// residentAlone is what stays when nothing is redacted, once it has settled.
func residentAlone(ctx context.Context, b bench, environ []string) (float64, error) {
	p, err := behindFltsRun(ctx, b, environ, "--redact=off")
	if err != nil {
		return 0, err
	}
	time.Sleep(2 * time.Second)
	mib, err := resident(p.pid)
	return mib, errors.Join(err, p.close())
}

func cross(ctx context.Context, b bench, name string, p *passage) (c crossing, err error) {
	defer func() { err = errors.Join(err, p.close()) }()
	c.name = name
	if c.residentAtTheStart, err = resident(p.pid); err != nil {
		return c, err
	}
	line := []byte("2026-03-11 09:12:07,113 INFO  trainer: epoch 3 step 3127 loss=0.123456 lr=1.00e-04 grad_norm=0.4312\n")
	times, err := p.lines(ctx, line, b.rounds)
	if err != nil {
		return c, err
	}
	c.latency, c.late = quantile(times, 0.5), quantile(times, 0.95)

	const megabyte = 1_000_000
	const seconds = 5
	text := trainingLog(64 * megabyte)
	var loads []time.Duration
	for range 3 {
		load, err := p.push(text[:seconds*megabyte], 4<<10, megabyte)
		if err != nil {
			return c, err
		}
		loads = append(loads, load)
	}
	lineByLine, err := p.push(bytes.Repeat(line, seconds*megabyte/len(line)), len(line), megabyte)
	if err != nil {
		return c, err
	}
	bulk, err := p.push(text, 64<<10, 0)
	if err != nil {
		return c, err
	}
	c.bulk = bulk.Seconds() * 1000 / float64(len(text)/megabyte)
	c.load, c.lineByLine = quantile(loads, 0.50).Seconds()/seconds*100, lineByLine.Seconds()/seconds*100
	c.resident, err = resident(p.pid)
	return c, err
}

func printCrossings(w io.Writer, all ...crossing) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OUTPUT OF A TASK THROUGH\tA CORE CAN\t1 MB/s IN 4 KiB\tLINE BY LINE\tA LINE TAKES\t95 %\tRESIDENT\tAFTER 84 MB")
	for _, c := range all {
		fmt.Fprintf(table, "%s\t%.0f MB/s\t%.2f %%\t%.2f %%\t%s\t%s\t%.1f MiB\t%.1f MiB\n",
			c.name, 1000/c.bulk, c.load, c.lineByLine, ms(c.latency), ms(c.late), c.residentAtTheStart, c.resident)
	}
	table.Flush()
	fmt.Fprintln(w)
}

// fiftySecrets writes a contract with 50 sensitive keys and mounts a Secret with
// values for them, and returns the environment of a task that has them.
func fiftySecrets(dir string) (environ []string, err error) {
	dir = filepath.Join(dir, "fifty")
	random := rand.New(rand.NewPCG(3, 4))
	const letters = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/+/"'&$ %=`
	contract, values := "keys:\n", map[string]string{}
	for i := range 50 {
		name := fmt.Sprint("PASSWORD_", i)
		contract += "  " + name + ": {type: string, sensitive: true}\n"
		var value strings.Builder
		for range 40 {
			value.WriteByte(letters[random.IntN(len(letters))])
		}
		values[name] = value.String()
	}
	if err := mount(filepath.Join(dir, "secrets"), values); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "contract.yaml")
	if err := os.WriteFile(file, []byte(contract), 0o644); err != nil {
		return nil, err
	}
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "APP_ENV=dev", "FLTS_CONTRACT=" + file, "FLTS_SECRET_DIR=" + filepath.Join(dir, "secrets")}, nil
}

// trainingLog is what a training job prints: lines of metrics, a progress bar in
// colour, some JSON and addresses.
func trainingLog(size int) []byte {
	random := rand.New(rand.NewPCG(5, 6))
	var b bytes.Buffer
	for step := 0; b.Len() < size; step++ {
		fmt.Fprintf(&b, "2026-03-11 09:%02d:%02d,%03d INFO  trainer: epoch %d step %d loss=%.6f lr=%.2e grad_norm=%.4f\n",
			step/60%60, step%60, random.IntN(1000), step/1000, step, random.Float64(), random.Float64()/1000, random.Float64()*10)
		fmt.Fprintf(&b, "\r\x1b[32m%3d%%\x1b[0m|%-20s| %d/1000 [%.2fit/s]", step%100, strings.Repeat("█", step%20), step%1000, random.Float64()*100)
		switch step % 20 {
		case 3:
			fmt.Fprintf(&b, "{\"run_id\":\"%016x%016x\",\"metrics\":{\"accuracy\":%.5f},\"artifact_uri\":\"s3://mlflow/%d/artifacts/model\"}\n", random.Uint64(), random.Uint64(), random.Float64(), step)
		case 11:
			b.WriteString("GET http://minio-service.default.svc.cluster.local:9000/dataset/step10/part-00012.parquet?partNumber=3 200 OK 12.4 MB in 0.113s\n")
		}
	}
	return b.Bytes()[:size]
}
