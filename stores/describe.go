package stores

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
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

func (c *connection) describe(ctx context.Context, r Request) Description {
	d := Description{Request: r}
	client, region, failure := c.client(r)
	if failure != nil {
		d.Failure = failure
		return d
	}
	got, err := client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &r.ID})
	if err != nil {
		d.Failure = c.refused(r, region, err)
		if d.Failure.code == CodeDenied {
			d.Failure.what = "may not be described with " + c.who() + c.where(region)
			d.Failure.hint = "allow it: " + c.statement("DescribeSecret", r, region) + "; " + whoAmI
		}
		return d
	}
	stage := cmp.Or(r.Stage, "AWSCURRENT")
	for version, stages := range got.VersionIdsToStages {
		if slices.Contains(stages, stage) {
			d.Version, d.Stages = version, slices.Sorted(slices.Values(stages))
		}
	}
	switch {
	case got.DeletedDate != nil:
		d.Failure = deleted(r, region)
	case d.Version == "":
		d.Failure = unlabelled(r, region)
	}
	d.ARN, d.Created, d.Changed, d.Read = aws.ToString(got.ARN), aws.ToTime(got.CreatedDate), aws.ToTime(got.LastChangedDate), aws.ToTime(got.LastAccessedDate)
	d.Rotates, d.Rotated, d.Rotation = aws.ToBool(got.RotationEnabled), aws.ToTime(got.LastRotatedDate), aws.ToTime(got.NextRotationDate)
	return d
}
