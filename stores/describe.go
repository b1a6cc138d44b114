package stores

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"
)

// Description is what can be known of a secret without reading it.
type Description struct {
	Request Request
	ARN     string
	Version string    // id of the version with the label that was asked for
	Stages  []string  // all labels of that version, sorted
	Created time.Time // of the secret
	Changed time.Time // of any part of it; zero where it never was
	Read    time.Time // the day on which somebody read it last; zero where nobody has
	// Rotates tells that it is rotated by itself; Rotated is when it was last, Rotation
	// when it is next. Both are zero where Secrets Manager does not say.
	Rotates           bool
	Rotated, Rotation time.Time
	Failure           *Failure // why nothing of this is known, or the secret cannot be read
}

// Describe asks what is known of secrets, and reads none. Answers, order and deadline
// are as those of Fetch. It needs the permission secretsmanager:DescribeSecret, which
// is another than that to read.
func (m SecretsManager) Describe(ctx context.Context, requests []Request) []Description {
	return each(ctx, m, requests, (*connection).describe)
}

// description is an answer of DescribeSecret. Times are in seconds.
type description struct {
	ARN                                            string
	VersionIdsToStages                             map[string][]string
	CreatedDate, LastChangedDate, LastAccessedDate float64
	DeletedDate                                    float64
	RotationEnabled                                bool
	LastRotatedDate, NextRotationDate              float64
}

func (c *connection) describe(ctx context.Context, r Request) Description {
	var got description
	failure := c.asking(ctx, r, func(region string) error {
		err := c.call(ctx, "DescribeSecret", region, map[string]string{"SecretId": r.ID}, &got)
		if err == nil && got.ARN == "" {
			err = &errForeign{http.StatusOK}
		}
		return err
	})
	if failure != nil {
		if failure.code == CodeDenied {
			failure.what = "may not be described with " + c.who() + c.where(c.region(r))
			failure.hint = "allow it: " + c.statement("DescribeSecret", r, c.region(r)) + "; " + whoAmI
		}
		return Description{Request: r, Failure: failure}
	}
	d := Description{
		Request: r, ARN: got.ARN, Created: moment(got.CreatedDate), Changed: moment(got.LastChangedDate), Read: moment(got.LastAccessedDate),
		Rotates: got.RotationEnabled, Rotated: moment(got.LastRotatedDate), Rotation: moment(got.NextRotationDate),
	}
	for version, stages := range got.VersionIdsToStages {
		if slices.Contains(stages, cmp.Or(r.Stage, "AWSCURRENT")) {
			d.Version, d.Stages = version, slices.Sorted(slices.Values(stages))
		}
	}
	switch {
	case got.DeletedDate != 0:
		d.Failure = deleted(r, c.region(r))
	case d.Version == "":
		d.Failure = unlabelled(r, c.region(r))
	}
	return d
}
