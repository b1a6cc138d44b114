package airflow

import (
	"context"
	"net/http"
	"regexp"
	"strings"
)

// importError is a file of DAGs that Airflow cannot import.
type importError struct {
	File  string `json:"filename"` // in version 3 relative to its bundle
	Trace string `json:"stack_trace"`
}

func (s *server) importErrors(ctx context.Context) ([]importError, error) {
	var page struct {
		Errors []importError `json:"import_errors"`
	}
	err := s.ask(ctx, call{
		doing: "list its import errors", method: http.MethodGet, path: []string{"importErrors"},
		query: pageQuery(pageLimit, 0, ""),
	}, &page)
	return page.Errors, err
}

// fileList names some files.
func fileList(broken []importError) string {
	var names []string
	for _, b := range broken {
		names = append(names, shownName(b.File))
	}
	if len(names) > 3 {
		names = append(names[:3], "…")
	}
	return strings.Join(names, ", ")
}

var (
	noModule   = regexp.MustCompile(`^ModuleNotFoundError: No module named '([A-Za-z0-9_.]{1,80})'$`)
	classShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)
)

// reason is the sort of the exception, and what is safe to show of it: the text of
// one may hold a value that the file has read.
func (b importError) reason() string {
	lines := strings.Split(strings.TrimSpace(b.Trace), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	if m := noModule.FindStringSubmatch(last); m != nil {
		return "it has no module " + m[1]
	}
	class, _, _ := strings.Cut(last, ":")
	if class = class[strings.LastIndexByte(class, '.')+1:]; classShape.MatchString(class) && len(class) <= 80 {
		return "it raises " + class
	}
	return "it raises an exception"
}
