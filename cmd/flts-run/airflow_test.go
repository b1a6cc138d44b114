package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const airflowFiles = "../../components/airflow/*/*.py"

// What docs/airflow.md shows in Python is in the files that it is about.
func TestAirflowPageQuotes(t *testing.T) {
	files, err := filepath.Glob(airflowFiles)
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	page, err := os.ReadFile("../../docs/airflow.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllSubmatch(page, -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		require.Contains(t, all.String(), string(block[1]))
	}
}

// The statuses that DAGs know by name are those of docs/exit-status.md and of the page.
func TestAirflowExitStatuses(t *testing.T) {
	module, err := os.ReadFile("../../components/airflow/config/flts_airflow.py")
	require.NoError(t, err)
	named := regexp.MustCompile(`(?m)^    [A-Z]+ = (\d+)  #`).FindAllSubmatch(module, -1)
	require.Len(t, named, 5)
	for _, file := range []string{"../../docs/exit-status.md", "../../docs/airflow.md"} {
		page, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, status := range named {
			require.Contains(t, string(page), "\n| "+string(status[1])+" | ", file)
		}
	}
}
