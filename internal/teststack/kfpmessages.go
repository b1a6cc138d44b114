package teststack

import (
	"context"
	"encoding/json"
	"errors"
	"os"
)

// KFPMessages is a process that decodes compiled pipelines with the messages that
// Kubeflow Pipelines publishes (see testdata/stack/kfpmessages). It ends with the context
// that it was started with, or by Stop.
type KFPMessages struct{ *Talk }

// KFPMessages starts the process.
func (b Binaries) KFPMessages(ctx context.Context) (KFPMessages, error) {
	paths, err := b.have(ctx, kfpMessages)
	if err != nil {
		return KFPMessages{}, err
	}
	talk, err := StartTalk(ctx, []string{paths[kfpMessages.name]}, []string{"HOME=" + os.TempDir()}, &struct{}{})
	return KFPMessages{talk}, err
}

// Unknown decodes the two documents of a compiled pipeline, as JSON; the second may be
// nil. It returns the fields that the messages do not have, sorted
// (kubernetes.SecretAsVolume.secretNameParameter). Whatever else the messages refuse is
// the error.
func (m KFPMessages) Unknown(spec, platform json.RawMessage) ([]string, error) {
	question := struct {
		Pipeline json.RawMessage `json:"pipeline"`
		Platform json.RawMessage `json:"platform,omitempty"`
	}{spec, platform}
	var answer struct {
		Unknown []string
		Error   string
	}
	if err := m.Ask(question, &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, errors.New("teststack: kfpmessages: " + answer.Error)
	}
	return answer.Unknown, nil
}
