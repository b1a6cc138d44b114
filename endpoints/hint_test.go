package endpoints_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/endpoints"
)

// curl does not read the variables in which Python looks for authorities.
func TestCurlIsGivenTheAuthorities(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	defer s.Close()
	bundle := filepath.Join(t.TempDir(), "of the team.pem")
	require.NoError(t, os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o644))
	target := gateway(s.URL)
	target.CABundle = bundle
	r := root(t, target.Checks(endpoints.Env{}))
	require.Equal(t, []string{"FLTS-H15", "look at the answer: curl -v --cacert '" + bundle + "' " + s.URL + "/"}, []string{r.Code, r.Hint})
}
