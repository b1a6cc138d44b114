package manifests_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/flts-run/flts-run/manifests"
)

func TestDifference(t *testing.T) {
	config := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flts-config\ndata:\n  BUCKET: raw\n"
	secret := "apiVersion: v1\nkind: Secret\nmetadata:\n  name: flts-secrets\ndata:\n  KEY: b25lLXZhbHVl\n  OTHER: b3RoZXItdmFsdWU=\n"
	for name, c := range map[string]struct{ file, old, made, want string }{
		"the same": {"a.yaml", config, config, ""},
		"a value": {"a.yaml", config, strings.Replace(config, "raw", "rare", 1), `--- a.yaml
+++ a.yaml
@@ -3,4 +3,4 @@
 metadata:
   name: flts-config
 data:
-  BUCKET: raw
+  BUCKET: rare
`},
		"a new file": {"a.yaml", "", "kind: X\n", "--- a.yaml\n+++ a.yaml\n@@ -0,0 +1 @@\n+kind: X\n"},
		"a secret value": {"a.yaml", config + "---\n" + secret, config + "---\n" + strings.Replace(secret, "b25lLXZhbHVl", "bmV3LXZhbHVl", 1), `--- a.yaml
+++ a.yaml
@@ -10,5 +10,5 @@
 metadata:
   name: flts-secrets
 data:
-  KEY: '********'
+  KEY: '******** (another value)'
   OTHER: '********'
`},
		"the same secret, filled in": {"a.yaml", strings.Replace(strings.Replace(secret, "\ndata:", "\nstringData:", 1), "b25lLXZhbHVl\n  OTHER: b3RoZXItdmFsdWU=", "one-value\n  OTHER: other-value", 1), secret, `--- a.yaml
+++ a.yaml
@@ -2,6 +2,6 @@
 kind: Secret
 metadata:
   name: flts-secrets
-stringData:
+data:
   KEY: '********'
   OTHER: '********'
`},
		"written otherwise": {"a.yaml", secret, strings.Replace(secret, "b25lLXZhbHVl", `"b25lLXZhbHVl"`, 1), "--- a.yaml\n+++ a.yaml\nthe same objects, written in another way\n"},
		"a file of kustomize": {"x/secret.env", "# ours\nKEY=one-value\n", "# ours\nKEY=new-value\nOTHER=1\n", `--- x/secret.env
+++ x/secret.env
@@ -1,2 +1,3 @@
 # ours
-KEY=********
+KEY=******** (another value)
+OTHER=********
`},
		"two changes in one hunk, and another": {"a", numbered(1, 30), strings.NewReplacer("n3\n", "n3\nnew\n", "n6\n", "x6\n", "n25\n", "x25\n").Replace(numbered(1, 30)), `--- a
+++ a
@@ -1,9 +1,10 @@
 n1
 n2
 n3
+new
 n4
 n5
-n6
+x6
 n7
 n8
 n9
@@ -22,7 +23,7 @@
 n22
 n23
 n24
-n25
+x25
 n26
 n27
 n28
`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := manifests.Difference(c.file, c.old, c.made)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func numbered(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		b.WriteString("n" + string("0123456789"[i/10]) + string("0123456789"[i%10]) + "\n")
	}
	return strings.NewReplacer("n0", "n").Replace(b.String())
}

// Whatever a file has become, its difference shows nothing of a Secret.
func FuzzDifference(f *testing.F) {
	const value = "k9zPq2Xw7Lm4"
	f.Add("kind: Secret\nstringData:\n  KEY: " + value + "\n")
	f.Add("# a\n---\nkind: Secret\nstringData: {KEY: " + value + "} # " + value + "\n")
	f.Add("kind: Secret\nstringData:\n  KEY: |\n    " + value + "\n  OTHER: x\n")
	f.Add("kind: Secret\nmetadata: {annotations: {last: " + value + "}}\nstringData: {KEY: " + value + "}\n")
	f.Add("kind: Secret\nstringData: {KEY: &a " + value + "}\nspec: *a\n")
	f.Add("kind: Secret\nstringData: [" + value)
	f.Fuzz(func(t *testing.T, old string) {
		diff, err := manifests.Difference("a.yaml", old, "kind: Secret\nstringData:\n  KEY: "+value+"-new\n")
		require.NoError(t, err)
		require.NotContains(t, diff, value+"-new")
		var read struct {
			Kind       string
			StringData map[string]string
		}
		if strings.Contains(old, "---") || yaml.Unmarshal([]byte(old), &read) != nil || read.Kind != "Secret" {
			return
		}
		for _, v := range read.StringData {
			if len(v) > 10 && strings.Count(old, v) == 1 { // else it may stand in a name, too
				require.NotContains(t, diff, v)
			}
		}
	})
}
