package checklist_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
)

// items are a list over the results of the verdict "mixed".
func items(v checklist.Verdict) []checklist.Item {
	of := func(target string) (found []checklist.Result) {
		for _, r := range v.Results {
			if r.Target == target {
				found = append(found, r)
			}
		}
		return found
	}
	return []checklist.Item{
		{Section: "Storage | all", Text: "HTTP connectivity works: `curl http://minio:9000`", Results: of("minio")},
		{Section: "Storage | all", Text: "nobody looks here"},
		{Section: "MLflow", Text: "it answers", Results: of("mlflow")},
		{Section: "MLflow", Text: "it answers, again", Results: of("mlflow")},
		{Text: "the rest", Results: append(of("gateway"), of("s3")...)},
	}
}

func TestItems(t *testing.T) {
	v := verdicts()["mixed"]
	golden(t, "items.table", checklist.ItemsTable(items(v), v))
	golden(t, "items.md", checklist.ItemsMarkdown(items(v), v))
	doc, err := json.MarshalIndent(items(v), "", "  ")
	require.NoError(t, err)
	golden(t, "items.json", string(doc)+"\n")
}

// No text of a finding leaves its place: there are as many rows as results, each with
// as many cells as the head, all blocks are closed, and nothing is markup that a text
// brought along.
func FuzzMarkdown(f *testing.F) {
	f.Add("mlflow.api", "a|b", "FLTS-A12", "`| <script>\n```\n# x", "line\n````\n| a |", "kubectl\r\n~~~")
	f.Add("x``|y", "\\|", "[a](b)", "![i](u)", "", "*b* _i_ ~~s~~ @user #1")
	f.Add("\x00", "\u2028", "", "\u0085 \v\f", "\x1b[2J", "\xff")
	f.Fuzz(func(t *testing.T, id, title, code, detail, evidence, hint string) {
		v := checklist.Verdict{Results: []checklist.Result{
			{ID: id, Title: title, Finding: checklist.Finding{State: checklist.Pass, Detail: detail}},
			{ID: id + "2", Title: title, Failed: true, Finding: checklist.Finding{State: checklist.Fail, Code: code, Detail: detail, Evidence: []string{evidence}, Hint: hint}},
		}}
		require.Equal(t, 2+len(v.Results), rows(t, checklist.Markdown(v), 4))
		one := checklist.Item{Section: title, Text: detail, Results: v.Results}
		require.Equal(t, 2+1, rows(t, checklist.ItemsMarkdown([]checklist.Item{one}, v), 3))
	})
}

// rows counts the rows of the tables, head and all, and holds every line against what
// it may be.
func rows(t *testing.T, text string, cells int) int {
	t.Helper()
	count := 0
	fence := ""
	for line := range strings.Lines(text) {
		require.True(t, strings.HasSuffix(line, "\n"))
		line = strings.TrimSuffix(line, "\n")
		require.NotContains(t, strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return '\n'
		}, line), "\n", "%q", line)
		switch {
		case fence != "":
			require.False(t, line != fence && strings.HasPrefix(strings.TrimLeft(line, " "), fence), "%q ends the block", line)
			if line == fence {
				fence = ""
			}
			continue
		case strings.HasPrefix(line, "```") && strings.HasSuffix(line, "text"):
			fence = strings.TrimSuffix(line, "text")
			require.Empty(t, strings.Trim(fence, "`"))
			continue
		case strings.HasPrefix(line, "|"):
			count++
			require.Equal(t, cells, bars(line)-1, "%q", line)
		case line == "", line == "Root causes:", strings.HasPrefix(line, "### "), strings.HasPrefix(line, "#### "), strings.HasPrefix(line, "- "), strings.HasPrefix(line, "**FAIL** "), strings.HasPrefix(line, "**FAIL**: "):
		default:
			require.Fail(t, "no line of ours", "%q", line)
		}
		text := strings.NewReplacer("<br>", "", "**", "").Replace(outsideOfCode(line))
		require.NotRegexp(t, "[<>*_`~\\[\\]]", text, "%q", line)
	}
	require.Empty(t, fence, "a block is open")
	return count
}

// bars are those that a table sees: in code too, but not behind a backslash.
func bars(line string) int { return strings.Count(escape.ReplaceAllString(line, ""), "|") }

// outsideOfCode leaves out what is escaped, and then what is in code.
func outsideOfCode(line string) string {
	return code.ReplaceAllString(escape.ReplaceAllString(line, ""), "")
}

var (
	escape = regexp.MustCompile(`\\.`)
	code   = regexp.MustCompile("`[^`]*`")
)
