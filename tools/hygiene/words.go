package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// The words are put together here from their parts: this file is checked too.
var (
	registries = hosts(
		"proxy golang org", "sum golang org", "goproxy io", "goproxy cn",
		"pypi org", "pythonhosted org",
		"registry npmjs org", "registry yarnpkg com",
		"crates io",
		"repo1 maven org", "repo maven apache org",
		"deb debian org", "security debian org", "archive ubuntu com",
	)
	// A home directory, except those of the accounts that public images have.
	homes = regexp.MustCompile(`(?:^|[\s"'` + "`" + `=(:,<\[])/(?:root|work|Users|home)/([\w.-]+)`)

	imageAccounts = []string{"airflow", "nonroot", "jovyan", "user"}
)

type finding struct {
	line       int
	what, text string
}

// find returns what must not stand in text, line by line.
func find(text []byte) []finding {
	var found []finding
	number := 0
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		number++
		if host := registries.Find(line); host != nil {
			found = append(found, finding{number, "names a package registry", string(host)})
		}
		if path := homePath(line); path != "" {
			found = append(found, finding{number, "names a path of one machine", path})
		}
	}
	return found
}

func homePath(line []byte) string {
	for _, m := range homes.FindAllSubmatch(line, -1) {
		path := strings.TrimLeft(string(m[0]), " \t\r\"'`=(:,<[")
		if strings.HasPrefix(path, "/home/") && slices.Contains(imageAccounts, string(m[1])) {
			continue
		}
		return path
	}
	return ""
}

func hosts(names ...string) *regexp.Regexp {
	for i, name := range names {
		names[i] = strings.ReplaceAll(name, " ", `\.`)
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(names, "|") + `)\b`)
}
