package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	host := strings.Join([]string{"proxy", "golang", "org"}, ".")
	home := "/" + "root/"
	person := "/" + "home/"

	for _, c := range []struct {
		name, text string
		want       []finding
	}{
		{"nothing", "a line\nand another", nil},
		{"registry", "first\nGOPROXY=https://" + host + ",direct", []finding{{2, "names a package registry", host}}},
		{"registry in capitals", strings.ToUpper(host), []finding{{1, "names a package registry", strings.ToUpper(host)}}},
		{"a host that only ends alike", "my" + host, nil},
		{"home", "see " + home + "notes.txt", []finding{{1, "names a path of one machine", home + "notes.txt"}}},
		{"quoted home", `"` + person + `jane/src"`, []finding{{1, "names a path of one machine", person + "jane"}}},
		{"home of an image", person + "airflow/dags", nil},
		{"a path below a variable", "$DIR" + home + "x", nil},
		{"a path in a URL", "s3://bucket" + home + "x", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := find([]byte(c.text)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
