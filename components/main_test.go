package components_test

import (
	"os"
	"testing"

	"github.com/flts-run/flts-run/internal/kubetest"
)

func TestMain(m *testing.M) { os.Exit(kubetest.Main(m)) }
