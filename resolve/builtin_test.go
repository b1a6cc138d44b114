package resolve_test

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

var update = flag.Bool("update", false, "write builtin_table.go anew from contract.yaml")

// What is linked is what contract.yaml says.
func TestBuiltinIsItsYAML(t *testing.T) {
	text, err := os.ReadFile("contract.yaml")
	require.NoError(t, err)
	written, err := resolve.ParseContract("contract.yaml", text)
	require.NoError(t, err)
	if *update {
		source, err := format.Source([]byte(goSource(written)))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("builtin_table.go", source, 0o644))
		return
	}
	linked, err := resolve.Builtin()
	require.NoError(t, err)
	require.Equal(t, written, linked, "contract.yaml has changed; hint: go generate ./resolve")
}

// goSource writes a contract as a Go function.
func goSource(c *resolve.Contract) string {
	return "// Code generated from contract.yaml by go generate. DO NOT EDIT.\n\npackage resolve\n\n" +
		"func builtinTable() *Contract {\n\treturn " + literal(reflect.ValueOf(c)) + "\n}\n"
}

// literal writes a value as Go does, without its zero fields.
func literal(v reflect.Value) string {
	name := strings.ReplaceAll(v.Type().String(), "resolve.", "")
	switch v.Kind() {
	case reflect.Pointer:
		return "&" + literal(v.Elem())
	case reflect.Struct:
		var b strings.Builder
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
				fmt.Fprintf(&b, "%s: %s,", f.Name, literal(v.Field(i)))
			}
		}
		return name + "{" + b.String() + "}"
	case reflect.Slice:
		begin, sep := "{", ","
		if v.Type().Elem().Kind() == reflect.Pointer {
			begin, sep = "{\n", ",\n"
		}
		var b strings.Builder
		for i := range v.Len() {
			element := literal(v.Index(i))
			if !strings.HasPrefix(element, `"`) {
				element = element[strings.IndexByte(element, '{'):] // gofmt -s
			}
			b.WriteString(element + sep)
		}
		return name + begin + b.String() + "}"
	}
	return fmt.Sprintf("%#v", v.Interface())
}
