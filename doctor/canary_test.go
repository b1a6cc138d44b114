package doctor_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// The value of a credential is in no output, in whatever way it is wrong and wherever it
// is, and all of its forms were told to who hides it.
func TestNoValueInAnyOutput(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte(canary + "\n"))
	for name, objects := range map[string]string{
		"right":                configMap("data: {APP_ENV: prod}") + whole,
		"with a newline":       configMap("data: {A: b}") + secretOf(`MINIO_ACCESS_KEY: "`+canary+`\n"`, `MINIO_SECRET_KEY: "`+canary+`\r\n"`),
		"with a space":         configMap("data: {A: b}") + secretOf(`MINIO_ACCESS_KEY: " `+canary+`"`, `MINIO_SECRET_KEY: "${`+canary+`}"`),
		"encoded twice":        configMap("data: {A: b}") + secretOf("MINIO_ACCESS_KEY: somebody", "MINIO_SECRET_KEY: "+encoded),
		"under another name":   configMap("data: {A: b}") + secretOf("accesskey: "+canary, "MINIO_SECRETKEY: "+canary, "OTHER: "+canary),
		"half a pair":          configMap("data: {APP_ENV: prod}") + secretOf("MINIO_SECRET_KEY: "+canary, "MLFLOW_TRACKING_PASSWORD: "+canary),
		"in the ConfigMap":     configMap("data: {MINIO_SECRET_KEY: "+canary+", MINIO_ACCESS_KEY: "+canary+", DB_PASSWORD: "+canary+"}") + secretOf("MINIO_SECRET_KEY: other"),
		"in an address":        configMap("data: {MLFLOW_TRACKING_URI: 'mlflow://me:"+canary+"@mlflow:5000', GATEWAY_URL: 'http://"+canary+"@gateway', MINIO_ENDPOINT: 'me:"+canary+"@minio:9000'}") + whole,
		"in binaryData":        configMap("binaryData: {MINIO_SECRET_KEY: "+base64.StdEncoding.EncodeToString([]byte(canary))+"}") + secretOf("OTHER: a"),
		"where a bool belongs": configMap("data: {A: b}") + secretOf("MINIO_SECURE: "+canary, "BUCKET_MLFLOW: "+canary, "AWS_REGION: "+canary, "AWS_DEFAULT_REGION: a"+canary, "POSTGRES_ENDPOINT: "+canary+":x", "GATEWAY_URL: http://me:"+canary+"@gateway?x"),
	} {
		t.Run(name, func(t *testing.T) {
			ns := kubetest.New(t)
			create(ns, "NS", objects)
			var told sync.Map
			verdict := scenario{
				only: []string{"configmap.*", "secret.*", "policy.*"},
				options: func(o *doctor.Options) {
					o.Learn = func(_, value string) { told.Store(value, true) }
				},
			}.examine(t, ns, ns.Admin())
			document, err := json.Marshal(verdict)
			require.NoError(t, err)
			for _, output := range []string{string(document), checklist.Table(verdict), checklist.Short(verdict), checklist.JUnit(verdict)} {
				for _, form := range []string{
					canary, encoded[:len(encoded)-4], base64.URLEncoding.EncodeToString([]byte(canary)), hex.EncodeToString([]byte(canary)),
					url.QueryEscape(canary), url.PathEscape(canary), url.UserPassword("", canary).String(),
				} {
					require.NotContains(t, output, form)
				}
			}
			learnt := false
			told.Range(func(value, _ any) bool {
				learnt = learnt || strings.Contains(value.(string), canary) || value == encoded
				return !learnt
			})
			require.True(t, learnt)
		})
	}
}
