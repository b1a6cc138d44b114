package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// progressTree draws the tasks of a run on a terminal, and draws them again in the
// same place when something has changed or a second has passed.
type progressTree struct {
	write   func(string) error
	size    func() (columns, rows int, ok bool)
	colours bool
	now     func() time.Time // by the local clock

	run   submit.Run
	told  time.Time     // when the server said so, by its clock
	ahead time.Duration // how far the server's clock is, of ours
	drawn []int         // widths of the lines on the screen
}

func (p *progressTree) event(e submit.Event) error {
	if p.drawn != nil && e.Now.Equal(p.told) {
		return nil // one answer of the server makes many events, and all of it is drawn
	}
	p.run, p.told = e.Run, e.Now
	p.ahead = e.Now.Sub(p.now())
	return p.draw(p.now())
}

func (p *progressTree) tick(local time.Time) error { return p.draw(local) }

func (p *progressTree) aside(say func()) error {
	if err := p.clear(); err != nil {
		return err
	}
	say()
	return p.draw(p.now())
}

func (p *progressTree) end(run submit.Run, now time.Time, failures []submit.Failure) error {
	p.run, p.ahead = run, now.Sub(p.now())
	width, rows, _ := p.size()
	rows = max(rows-1, 2)
	if run.State.Final() { // and stays in sight, above what comes
		rows = len(run.Tasks) + 1
	}
	err := p.show(p.lines(now, width, rows), width)
	if err != nil {
		return err
	}
	p.drawn = nil // it stays
	return p.write(p.painted(outcome(run, now), run.State) + "\n" + failureText(run, failures))
}

// draw shows as much of the tree as there is room for; the last row is the
// cursor's.
func (p *progressTree) draw(local time.Time) error {
	if p.run.ID == "" && len(p.run.Tasks) == 0 {
		return nil // the server has not said anything yet
	}
	width, rows, _ := p.size()
	return p.show(p.lines(local.Add(p.ahead), width, max(rows-1, 2)), width)
}

// treeLine is a line of the tree; the state in it is painted.
type treeLine struct {
	text  string
	state submit.State
}

// lines is the tree in so many rows at most, the first of which is the run.
func (p *progressTree) lines(now time.Time, width, rows int) []treeLine {
	nodes, rest := fitting(submit.Tree(p.run.Tasks), rows-1)
	head := fmt.Sprintf("%s   %s", oneLine(cmp.Or(p.run.Name, p.run.ID)), outcome(p.run, now))
	lines := append([]treeLine{{head, p.run.State}}, treeLines(nodes, width, now)...)
	if rest != "" {
		lines = append(lines, treeLine{"  " + rest, ""})
	}
	for i := range lines {
		lines[i].text = cut(lines[i].text, width)
	}
	return lines
}

// treeLines is tasks in lines, with names that leave room for state and time in so
// many columns.
func treeLines(nodes []submit.Node, width int, now time.Time) []treeLine {
	labels := make([]string, len(nodes))
	column := 0
	for i, n := range nodes {
		labels[i] = strings.Repeat("  ", n.Depth+1) + oneLine(n.Task.Label())
		column = max(column, columnsOf(labels[i]))
	}
	column = min(column, max(width-stateWidth-timeWidth-2*len("   "), 10))
	lines := make([]treeLine, len(nodes))
	for i, n := range nodes {
		lines[i] = treeLine{columns(cut(labels[i], column), column, n.Task, now), n.Task.State}
	}
	return lines
}

// fitting chooses the tasks that are shown if there are too many, and says what the
// others are: first those go that ended well, the oldest first, then those that
// have not begun, and last those that failed.
func fitting(nodes []submit.Node, rows int) (shown []submit.Node, rest string) {
	if len(nodes) <= rows {
		return nodes, ""
	}
	byWorth := slices.Clone(nodes)
	slices.SortStableFunc(byWorth, func(a, b submit.Node) int {
		return cmp.Or(cmp.Compare(worth(b.Task), worth(a.Task)), b.Task.Finished.Compare(a.Task.Finished))
	})
	hidden := map[submit.State]int{}
	gone := map[string]bool{}
	for _, n := range byWorth[max(rows-1, 0):] {
		hidden[n.Task.State]++
		gone[identity(n.Task)] = true
	}
	shown = slices.DeleteFunc(slices.Clone(nodes), func(n submit.Node) bool { return gone[identity(n.Task)] })
	return shown, "and " + counted(hidden)
}

func identity(t submit.Task) string { return fmt.Sprintf("%s %d", t.ID, t.MapIndex) }

// worth is how much a task has to say.
func worth(t submit.Task) int {
	switch t.State {
	case submit.Failed:
		return 3
	case submit.Succeeded, submit.Skipped, submit.Canceled:
		return 0
	case submit.Pending:
		return 1
	}
	return 2
}

// counted is "12 SUCCEEDED, 2 PENDING", what is most first.
func counted(states map[submit.State]int) string {
	var list []submit.State
	for s := range states {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b submit.State) int {
		return cmp.Or(cmp.Compare(states[b], states[a]), cmp.Compare(a, b))
	})
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = fmt.Sprintf("%d %s", states[s], stateWord(s))
	}
	return strings.Join(words, ", ")
}

// What a terminal understands. Lines are not wrapped while the tree is drawn: one
// that is wider than was counted, which terminals do not agree on, stays one line.
const (
	cursorUp  = "\x1b[%dA"
	wrapOff   = "\x1b[?7l"
	wrapOn    = "\x1b[?7h"
	clearLine = "\x1b[K"
	clearDown = "\x1b[J"
)

// show draws lines over those that were drawn before, in one piece.
func (p *progressTree) show(lines []treeLine, width int) error {
	var b strings.Builder
	b.WriteString(p.back(width) + wrapOff)
	p.drawn = p.drawn[:0]
	for _, l := range lines {
		p.drawn = append(p.drawn, columnsOf(l.text))
		b.WriteString(p.painted(l.text, l.state) + clearLine + "\n")
	}
	b.WriteString(clearDown + wrapOn)
	return p.write(b.String())
}

// clear takes the tree off the screen.
func (p *progressTree) clear() error {
	width, _, _ := p.size()
	text := p.back(width) + clearDown
	p.drawn = nil
	return p.write(text)
}

// back moves to the first line of the tree. In a window that has become narrower a
// line may have become several.
func (p *progressTree) back(width int) string {
	rows := 0
	for _, w := range p.drawn {
		rows += max(1, (w+width-1)/max(width, 1))
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf(cursorUp+"\r", rows)
}

// paint is the colour of a state.
func paint(s submit.State) string {
	switch s {
	case submit.Succeeded:
		return "\x1b[32m"
	case submit.Failed:
		return "\x1b[31m"
	case submit.Running:
		return "\x1b[36m"
	case submit.Canceling, submit.Canceled, submit.Paused:
		return "\x1b[33m"
	}
	return "\x1b[2m"
}

// painted gives the state in a text its colour. Nothing in front of it has three
// spaces in a row but for those that fill a column.
func (p *progressTree) painted(text string, s submit.State) string {
	i := strings.Index("   "+text, "   "+string(s))
	if !p.colours || s == "" || i < 0 {
		return text
	}
	return text[:i] + paint(s) + text[i:i+len(s)] + "\x1b[0m" + text[i+len(s):]
}
