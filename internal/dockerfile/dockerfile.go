// Package dockerfile reads the Dockerfiles of components, so that tests can follow
// their steps where there is no engine. It knows the instructions that those have, and
// refuses every other: a step that is not understood is not passed over.
package dockerfile

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Stage is what one FROM begins.
type Stage struct {
	// From is an image, or the name of a stage above.
	From string
	// Name is what AS gives it, or empty.
	Name  string
	Steps []Step
}

// Step is an instruction of a stage.
type Step struct {
	// Line is where it begins, from 1.
	Line int
	// Instruction is its first word in upper case.
	Instruction string
	// Flags are those between the instruction and its words: chmod of --chmod=0755.
	Flags map[string]string
	// Words are its arguments. Variables are in them as they were written. RUN in
	// shell form is one word, and three of "/bin/sh -c".
	Words []string
}

// words is how many arguments an instruction has at least; ARG and ENV are pairs.
var words = map[string]int{"ARG": 1, "CMD": 1, "COPY": 2, "ENTRYPOINT": 1, "ENV": 1, "RUN": 1, "USER": 1, "WORKDIR": 1}

// Parse reads a Dockerfile. An error names the line.
func Parse(text string) ([]Stage, error) {
	var stages []Stage
	for _, l := range instructions(text) {
		s, err := l.step()
		switch {
		case err != nil:
		case s.Instruction == "FROM":
			var stage Stage
			stage, err = from(s)
			stages = append(stages, stage)
		case words[s.Instruction] == 0:
			err = fmt.Errorf("%s is not known here", s.Instruction)
		case len(s.Words) < words[s.Instruction]:
			err = fmt.Errorf("%s has too few arguments", s.Instruction)
		case len(stages) == 0:
			err = fmt.Errorf("%s is before the first FROM", s.Instruction)
		default:
			last := &stages[len(stages)-1]
			last.Steps = append(last.Steps, s)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
	}
	if len(stages) == 0 {
		return nil, fmt.Errorf("there is no FROM")
	}
	return stages, nil
}

func from(s Step) (Stage, error) {
	switch {
	case len(s.Words) == 1:
		return Stage{From: s.Words[0]}, nil
	case len(s.Words) == 3 && strings.EqualFold(s.Words[1], "AS"):
		return Stage{From: s.Words[0], Name: s.Words[2]}, nil
	}
	return Stage{}, fmt.Errorf("FROM is IMAGE, or IMAGE AS NAME")
}

// line is an instruction with what it was continued by.
type line struct {
	number int
	text   string
}

// instructions joins what a backslash continues. Comments and empty lines are no part
// of an instruction, not even inside one.
func instructions(text string) []line {
	var all []line
	open := false
	number := 0
	for l := range strings.Lines(text) {
		number++
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		l, more := strings.CutSuffix(l, `\`)
		if open {
			all[len(all)-1].text += l
		} else {
			all = append(all, line{number, l})
		}
		open = more
	}
	return all
}

func (l line) step() (Step, error) {
	name, rest, _ := strings.Cut(l.text, " ")
	s := Step{Line: l.number, Instruction: strings.ToUpper(name)}
	rest = strings.TrimSpace(rest)
	for strings.HasPrefix(rest, "--") {
		flag, after, _ := strings.Cut(rest, " ")
		key, value, found := strings.Cut(flag[2:], "=")
		if !found {
			return Step{}, fmt.Errorf("%s has no value", flag)
		}
		if s.Flags == nil {
			s.Flags = map[string]string{}
		}
		s.Flags[key], rest = value, strings.TrimSpace(after)
	}
	var err error
	s.Words, err = arguments(s.Instruction, rest)
	return s, err
}

// arguments are those of the exec form, of the shell form, or just words.
func arguments(instruction, text string) ([]string, error) {
	command := instruction == "RUN" || instruction == "CMD" || instruction == "ENTRYPOINT"
	switch {
	case command && strings.HasPrefix(text, "["):
		var list []string
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return nil, fmt.Errorf("%s is no list in JSON: %w", text, err)
		}
		return list, nil
	case command && text != "":
		return []string{"/bin/sh", "-c", text}, nil
	case strings.ContainsAny(text, `"'\`):
		return nil, fmt.Errorf("quotes are not known here: %s", text)
	}
	return strings.Fields(text), nil
}
