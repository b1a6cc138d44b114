package endpoints

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/boto3"
)

// otherClients is a check for a task whose Python clients would, by their own
// variables, go to another server than the one that is looked at, or with
// another key. There is none when they agree: nothing is to be asked.
func (s *s3) otherClients() []checklist.Check {
	if s.client.rules != Botocore {
		return nil
	}
	f := cmp.Or(s.otherEndpoint(), s.otherKeys(), s.unreadBundle(), s.signsCapitals())
	if f == nil {
		return nil
	}
	return []checklist.Check{s.check("clients", checklist.Parse, "boto3 and MLflow use this server and these keys", 0, always(*f))}
}

// otherEndpoint compares the address with those that boto3 and MLflow's artifact
// store would find.
func (s *s3) otherEndpoint() *checklist.Finding {
	task := s.env.Task
	if task == nil {
		return nil
	}
	boto, botoFrom := boto3.Endpoint(task)
	mlflow, mlflowFrom := endpointOfArtifacts(task)
	for _, c := range []struct{ name, key, url, from string }{
		{"boto3", "AWS_ENDPOINT_URL_S3", boto, botoFrom},
		{"MLflow's artifact store", "MLFLOW_S3_ENDPOINT_URL", mlflow, mlflowFrom},
	} {
		if s.isHere(c.url) {
			continue
		}
		detail := fmt.Sprintf("%s would go to s3.amazonaws.com: no variable that it reads names %s", c.name, s.addr.hostPort())
		if c.url != "" {
			detail = fmt.Sprintf("%s would go elsewhere: %s is not %s", c.name, c.from, s.addr.url(""))
		}
		f := s.warn(codeOtherEndpoint, detail, fmt.Sprintf("unless the code passes endpoint_url itself: export %s=%s", c.key, s.addr.url("")))
		return &f
	}
	return nil
}

// endpointOfArtifacts is where MLflow's artifact store goes: it asks boto3 when it
// has no endpoint of its own.
func endpointOfArtifacts(task map[string]string) (endpoint, from string) {
	if v := task["MLFLOW_S3_ENDPOINT_URL"]; v != "" {
		return v, "MLFLOW_S3_ENDPOINT_URL"
	}
	return boto3.Endpoint(task)
}

// isHere reports the same server in other words.
func (s *s3) isHere(endpoint string) bool {
	if endpoint == "" {
		return strings.HasSuffix(s.addr.host, ".amazonaws.com")
	}
	u, err := url.Parse(endpoint)
	return err == nil && s.addr.isAt(u)
}

// otherKeys compares the keys without showing either.
func (s *s3) otherKeys() *checklist.Finding {
	if s.env.Task == nil || s.CredentialsFrom != "" || s.AccessKey.Value.IsEmpty() {
		return nil
	}
	for _, c := range []struct {
		variable string
		ours     Setting
	}{{"AWS_ACCESS_KEY_ID", s.AccessKey}, {"AWS_SECRET_ACCESS_KEY", s.SecretKey}} {
		switch s.env.Task[c.variable] {
		case c.ours.Value.Reveal():
		case "":
			return s.keysDiffer(c.variable + " is not set: boto3 and MLflow find no credentials there")
		default:
			return s.keysDiffer(c.variable + " holds another value than " + c.ours.Key + ", and boto3 and MLflow sign with it")
		}
	}
	return nil
}

// unreadBundle is about a list of authorities that is not there and not needed:
// s3fs reads it for plain http too.
func (s *s3) unreadBundle() *checklist.Finding {
	if s.addr.scheme != "http" {
		return nil
	}
	_, _, bad := s.named(boto3Client)
	if bad == nil || !s.env.mayUse("s3fs") {
		return nil
	}
	f := *bad
	f.State, f.Detail = checklist.Warn, f.Detail+"; s3fs reads it for plain http too, boto3 does not"
	return &f
}

func (s *s3) keysDiffer(detail string) *checklist.Finding {
	f := s.warn(codeOtherKeys, detail, "unless the code passes the keys itself: give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY the values of "+s.AccessKey.Key+" and "+s.SecretKey.Key, s.AccessKey.evidence())
	return &f
}
