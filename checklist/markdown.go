package checklist

import (
	"fmt"
	"strings"
	"unicode"
)

// Markdown prints the verdict as it is pasted into a ticket: the counts, the root
// causes, a table of all checks, and below it what there is to show of those that did
// not pass. No text can leave its cell or its block, whatever it holds.
func Markdown(v Verdict) string {
	var b strings.Builder
	markdownHead(&b, v)
	b.WriteString("| state | check | found | code |\n|---|---|---|---|\n")
	for _, r := range v.Results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", markdownState(r.State), codeSpan(r.ID), markdownText(tableText(r)), markdownText(r.Code))
	}
	markdownDetails(&b, v.Results)
	return b.String()
}

// ItemsMarkdown is the same by the items of a list: a table for each section.
func ItemsMarkdown(items []Item, v Verdict) string {
	var b strings.Builder
	markdownHead(&b, v)
	var results []Result
	listed := map[string]bool{}
	for n, i := range items {
		if n == 0 || i.Section != items[n-1].Section {
			if n > 0 {
				b.WriteString("\n")
			}
			if i.Section != "" {
				fmt.Fprintf(&b, "#### %s\n\n", markdownText(i.Section))
			}
			b.WriteString("| state | item | found |\n|---|---|---|\n")
		}
		var found []string
		for _, r := range i.Results {
			if !listed[r.ID] {
				listed[r.ID] = true
				results = append(results, r)
			}
			found = append(found, strings.TrimSpace(markdownState(r.State)+" "+codeSpan(r.ID)+" "+markdownText(r.Code)))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", markdownState(i.State()), markdownText(i.Text), strings.Join(found, "<br>"))
	}
	markdownDetails(&b, results)
	return b.String()
}

func markdownHead(b *strings.Builder, v Verdict) {
	fmt.Fprintf(b, "### %s\n\n", v.Counts())
	roots := v.Roots()
	if len(roots) == 0 {
		return
	}
	b.WriteString("Root causes:\n\n")
	for _, r := range roots {
		fmt.Fprintf(b, "- %s\n", strings.TrimSpace(markdownText(r.Code)+" "+codeSpan(r.ID)+" "+markdownText(sentence(r))))
	}
	b.WriteString("\n")
}

// markdownDetails prints evidence and hints, as they are.
func markdownDetails(b *strings.Builder, results []Result) {
	for _, r := range results {
		var below strings.Builder
		support(&below, r, "")
		if r.State == Pass || below.Len() == 0 {
			continue
		}
		text := printable(below.String(), '\n')
		fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
		title := strings.TrimSpace(markdownState(r.State) + " " + codeSpan(r.ID) + " " + markdownText(r.Code))
		fmt.Fprintf(b, "\n%s: %s\n\n%stext\n%s%s\n", title, markdownText(sentence(r)), fence, text, fence)
	}
}

// markdownState makes those stand out that somebody has to look at.
func markdownState(s State) string {
	if s == Fail || s == Unknown || s == Warn {
		return "**" + strings.ToUpper(s.String()) + "**"
	}
	return s.String()
}

// markdownText is a text on one line in which nothing is markup, in a table or not.
func markdownText(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if strings.ContainsRune("\\`*_{}[]<>#|~&$@!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// codeSpan is an id in code. A table wants bars escaped even there; what would end the
// code, or begin an escape, is in no id of ours, and is not shown as it is.
func codeSpan(id string) string {
	return "`" + strings.NewReplacer("|", "\\|", "`", "'", "\\", "/").Replace(oneLine(id)) + "`"
}

func oneLine(text string) string { return strings.Join(strings.Fields(printable(text, ' ')), " ") }

// printable replaces what no line may hold but for keep.
func printable(text string, keep rune) string {
	return strings.Map(func(r rune) rune {
		if r == keep || unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

func longestRun(text string, of rune) int {
	longest, run := 0, 0
	for _, r := range text {
		if run++; r != of {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
