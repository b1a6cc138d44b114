package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompareKeys(t *testing.T) {
	set := func(value, origin, print string) reportKey {
		return reportKey{Name: "K", Set: true, Value: value, Origin: origin, Print: print}
	}
	hidden := func(origin, print string) reportKey {
		k := set("********", origin, print)
		k.Sensitive = true
		return k
	}
	for name, c := range map[string]struct {
		a, b    reportKey
		keys    [2]string // the fingerprint keys
		how     how
		unknown string
	}{
		"the same":                 {a: set("v", "env", ""), b: set("v", "env", "")},
		"unset in both":            {a: reportKey{Name: "K"}, b: reportKey{Name: "K"}},
		"value":                    {a: set("v", "env", ""), b: set("w", "env", ""), how: changed},
		"value and origin":         {a: set("v", "env", ""), b: set("w", "default", ""), how: changed},
		"origin":                   {a: set("v", "env", ""), b: set("v", "default", ""), how: moved},
		"set":                      {a: reportKey{Name: "K"}, b: set("v", "env", ""), how: added},
		"set to nothing":           {a: reportKey{Name: "K"}, b: set("", "env", ""), how: added},
		"new in the contract":      {b: set("v", "env", ""), how: added},
		"unset":                    {a: set("v", "env", ""), how: removed},
		"the same secret":          {a: hidden("env", "1"), b: hidden("env", "1"), keys: [2]string{"k", "k"}},
		"another secret":           {a: hidden("env", "1"), b: hidden("env", "2"), keys: [2]string{"k", "k"}, how: reprinted},
		"another secret elsewhere": {a: hidden("env", "1"), b: hidden("dir", "2"), keys: [2]string{"k", "k"}, how: reprinted},
		"the same secret moved":    {a: hidden("env", "1"), b: hidden("dir", "1"), keys: [2]string{"k", "k"}, how: moved},
		"no fingerprints":          {a: hidden("env", ""), b: hidden("env", ""), unknown: "no fingerprint"},
		"one fingerprint":          {a: hidden("env", "1"), b: hidden("env", ""), keys: [2]string{"k", ""}, unknown: "no fingerprint"},
		"different keys":           {a: hidden("env", "1"), b: hidden("env", "2"), keys: [2]string{"k", "l"}, unknown: "different keys"},
		"one of it is missing":     {a: hidden("env", "1"), b: hidden("env", ""), keys: [2]string{"k", "k"}, unknown: "holds no fingerprint"},
		"moved and unknown":        {a: hidden("env", ""), b: hidden("dir", ""), how: moved, unknown: "no fingerprint"},
		"a password in a URL":      {a: set("http://********@h", "env", "1"), b: set("http://********@h", "env", "2"), keys: [2]string{"k", "k"}, how: reprinted},
		"the same URL without":     {a: set("http://********@h", "env", ""), b: set("http://********@h", "env", ""), unknown: "no fingerprint"},
		"a secret that went":       {a: hidden("env", "1"), b: reportKey{Name: "K"}, keys: [2]string{"k", "k"}, how: removed},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := &report{PrintKey: c.keys[0]}, &report{PrintKey: c.keys[1]}
			if c.a.Name != "" {
				a.Keys = []reportKey{c.a}
			}
			if c.b.Name != "" {
				b.Keys = []reportKey{c.b}
			}
			d := compare(a, b)
			require.Equal(t, c.how == "", d.Same)
			if c.how != "" {
				require.Len(t, d.Differ, 1)
				require.Equal(t, c.how, d.Differ[0].How)
				require.Equal(t, "K", d.Differ[0].Name)
			}
			if c.unknown == "" {
				require.Empty(t, d.Unknown)
				return
			}
			require.Len(t, d.Unknown, 1)
			require.Contains(t, d.Unknown[0].Why, c.unknown)
		})
	}
}

// Whatever a report holds, comparing it ends, is the same as itself, and moves
// no cursor.
func FuzzReport(f *testing.F) {
	f.Add([]byte(`{"schema":"flts-run/v1","keys":[{"name":"A","set":true,"value":"x\u001b[2J"},{"name":"A"}],"checks":{"results":[{"id":"a","state":"pass"}]}}`), []byte(`{"schema":"flts-run/v1"}`))
	f.Add([]byte(`{"schema":"flts-run/v1","platform":{"a":[1]},"task":{"program":"\n"},"findings":[{"code":"x","message":"\u0007"}]}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		ra, err := parseReport(a)
		if err != nil {
			return
		}
		require.True(t, compare(ra, ra).Same)
		rb, err := parseReport(b)
		if err != nil {
			return
		}
		d := compare(ra, rb)
		text := d.table()
		require.False(t, strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", text)
		_, err = json.Marshal(d)
		require.NoError(t, err)
	})
}
