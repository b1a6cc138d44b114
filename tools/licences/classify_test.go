package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const isc = `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.
`

const agplNotice = `This program is free software: you can redistribute it and/or modify it under
the terms of the GNU Affero General Public License as published by the Free
Software Foundation, either version 3 of the License, or (at your option) any
later version.

This program is distributed in the hope that it will be useful, but WITHOUT ANY
WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A
PARTICULAR PURPOSE. See the GNU Affero General Public License for more details.
`

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		refused    string
	}{
		{"permissive", isc, []string{"ISC"}, ""},
		{"copyleft", agplNotice, []string{"AGPL-3.0-or-later"}, "AGPL-3.0-or-later is not permissive"},
		{"both", isc + agplNotice, []string{"ISC", "AGPL-3.0-or-later"}, "AGPL-3.0-or-later is not permissive"},
		{"more than the licence", isc + strings.Repeat("and pay a fee every time ", 40), []string{"ISC"}, "of the text is a known licence"},
		{"nothing known", "all rights reserved", nil, "only 0% of the text is a known licence"},
		{"empty", "", nil, "only 0% of the text is a known licence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := classify([]byte(c.text))
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if refused := errorText(err); !strings.Contains(refused, c.refused) || (c.refused == "") != (err == nil) {
				t.Errorf("got error %q, want %q", refused, c.refused)
			}
		})
	}
}

func TestLicencesOf(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("licensed/LICENSE", isc)
	write("licensed/third/party/COPYING.txt", agplNotice)
	write("licensed/unused/COPYING", agplNotice)
	write("licensed/license.go", "package licensed")
	write("bare/README", "none")

	for _, c := range []struct {
		name, root string
		packages   []string
		want       []string
		refused    string
	}{
		{"the root's", "licensed", []string{""}, []string{"ISC"}, ""},
		{"a copied package", "licensed", []string{"third/party/deep"}, []string{"AGPL-3.0-or-later", "ISC"}, "third/party/COPYING.txt: AGPL-3.0-or-later is not permissive"},
		{"none", "bare", []string{""}, nil, "has no licence file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &module{root: filepath.Join(root, c.root)}
			for _, p := range c.packages {
				dir := filepath.Join(m.root, p)
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				m.packages = append(m.packages, dir)
			}
			got, err := licencesOf(m)
			if !reflect.DeepEqual(got, c.want) || errorText(err) != c.refused {
				t.Errorf("got %q, %v, want %q, %q", got, err, c.want, c.refused)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
