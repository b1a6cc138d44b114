package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flts-run/flts-run/internal/demo/pod"
)

// scene is one command, what must come of it, and how that is found out.
type scene struct {
	name    string
	title   string
	prepare func() error
	flags   string // beside those of all scenes
	status  int
	verify  func(ctx context.Context, during seen) error
	held    string // what verify then has shown
}

// stage is where the scenes are played, one after the other.
type stage struct {
	pod      *pod.Pod
	services *services
	ports    ports
	dataset  []byte
	out      io.Writer
}

func (s *stage) scenes() []scene {
	return []scene{
		{
			name: "success", title: "the component under flts-run",
			prepare: func() error { return s.pod.MountSecret(s.services.secret()) },
			verify:  s.worked,
			held:    "the result is right to the byte, tracked and served, and the store was asked with the Secret's key only",
		},
		{
			name: "refused", title: "somebody wrote another secret key into the Secret",
			prepare: func() error {
				return s.pod.MountSecret(map[string]string{"MINIO_ACCESS_KEY": s.services.component.AccessKey, "MINIO_SECRET_KEY": rand.Text()})
			},
			status: 77, verify: s.notStarted, held: "a wrong key is 77",
		},
		{
			name: "unreachable", title: "the Secret is right again, and the store is down",
			prepare: func() error {
				s.services.s3.Close()
				return s.pod.MountSecret(s.services.secret())
			},
			flags: "--wait 0s --print off", status: 69, verify: s.notStarted,
			held: "a store that is down is 69, and neither starts the component",
		},
	}
}

// environ is what a pod template would set, printed before the first command.
var environ = []string{"APP_ENV=staging", "FLTS_CONFIG_DIR=config", "FLTS_SECRET_DIR=secrets"}

func (s *stage) play(ctx context.Context) (performance, error) {
	if err := s.pod.MountConfigMap(s.services.configMap()); err != nil {
		return performance{}, err
	}
	played := performance{blocks: map[string]string{}}
	typed := "$ export " + strings.Join(environ, " ") + "\n"
	for _, scene := range s.scenes() {
		fmt.Fprintf(s.out, "\n== %s\n\n", scene.title)
		text, err := s.playOne(ctx, scene, typed)
		if err != nil {
			return performance{}, fmt.Errorf("scene %s: %w", scene.name, err)
		}
		played.blocks[scene.name] = s.ports.normalise(text)
		played.held = append(played.held, scene.held)
		typed = ""
	}
	return played, nil
}

func (s *stage) playOne(ctx context.Context, scene scene, typed string) (text string, err error) {
	if err := scene.prepare(); err != nil {
		return "", err
	}
	before := s.services.seen()
	var printed bytes.Buffer
	out := io.MultiWriter(s.out, &printed)
	line := s.command(scene.flags)
	fmt.Fprintf(out, "%s$ %s\n", typed, line)
	status, err := s.pod.Run(ctx, line, out, environ...)
	if err != nil {
		return "", err
	}
	if status != scene.status {
		return "", fmt.Errorf("the exit status is %d, not %d", status, scene.status)
	}
	if status != 0 && !strings.Contains(printed.String(), "hint: ") {
		return "", errors.New("nothing was said about what to do")
	}
	if secret := s.services.component.SecretKey; strings.Contains(printed.String(), secret) {
		return "", errors.New("the secret key was printed")
	}
	return printed.String(), scene.verify(ctx, s.services.seen().since(before))
}

func (s *stage) command(flags string) string {
	return strings.Join(strings.Fields(
		"flts-run exec "+flags+" --param gateway_url="+s.services.gateway.URL()+
			" --needs s3:dataset=r,processed-data=w -- sh component.sh"), " ")
}
