package launch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func put(t *testing.T, dir, name, content string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), mode))
	require.NoError(t, os.Chmod(path, mode)) // past the umask
	return path
}

// refusal is a NotRunnable without what the system said, which has its own
// wording on every system.
func refusal(t *testing.T, err error) NotRunnable {
	t.Helper()
	var n *NotRunnable
	require.ErrorAs(t, account.SawError(err), &n)
	got := *n
	got.Err = nil
	return got
}

func TestLookup(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "one/task", "", 0o755)
	put(t, dir, "two/task", "", 0o755)
	put(t, dir, "plain/task", "", 0o644)
	put(t, dir, "plain/data", "", 0o640)
	put(t, dir, "one/python3", "", 0o755)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "folder", "task"), 0o755))
	require.NoError(t, os.Symlink("/nowhere/python3.12", filepath.Join(dir, "one/broken")))

	for name, c := range map[string]struct {
		program string
		env     []string
		want    string
		refused NotRunnable
	}{
		"the first on PATH":     {program: "task", env: []string{"PATH=two:one"}, want: "two/task"},
		"absolute element":      {program: "task", env: []string{"PATH=/nowhere:" + dir + "/one/"}, want: dir + "/one/task"},
		"the first of two PATH": {program: "task", env: []string{"PATH=one", "PATH=two"}, want: "one/task"},
		"other names are not PATH": {
			program: "task", env: []string{"XPATH=two", "PATH=one"}, want: "one/task",
		},
		"past what is not executable":  {program: "task", env: []string{"PATH=plain:folder:one"}, want: "one/task"},
		"an empty element is here":     {program: "one/../one/task", want: "one/../one/task"},
		"a slash means no search":      {program: "./one/task", env: []string{"PATH=two"}, want: "./one/task"},
		"no PATH is the usual one":     {program: "sh", want: "/bin/sh"},
		"a file named by an empty one": {program: "here", env: []string{"PATH=/nowhere:"}, want: "./here"},
		"an empty PATH is here":        {program: "here", env: []string{"PATH="}, want: "./here"},

		"nowhere": {
			program: "tsak", env: []string{"PATH=one:/nowhere"},
			refused: NotRunnable{Program: "tsak", Reason: NotFound, Detail: "searched one:/nowhere"},
		},
		"nowhere without PATH": {
			program: "tsak",
			refused: NotRunnable{Program: "tsak", Reason: NotFound, Detail: "PATH is not set; searched /bin:/usr/bin"},
		},
		"nowhere with an empty PATH": {
			program: "tsak", env: []string{"PATH="},
			refused: NotRunnable{Program: "tsak", Reason: NotFound, Detail: "searched the current directory: PATH is empty"},
		},
		"under its other name": {
			program: "python", env: []string{"PATH=one"},
			refused: NotRunnable{Program: "python", Reason: NotFound, Detail: "searched one", Instead: "one/python3"},
		},
		"the empty word": {
			refused: NotRunnable{Reason: NotFound, Detail: "the program is an empty word"},
		},
		"not executable": {
			program: "data", env: []string{"PATH=one:plain"},
			refused: NotRunnable{Program: "data", Path: "plain/data", Reason: NotExecutable, Detail: "mode -rw-r-----"},
		},
		"a directory": {
			program: "./folder/task",
			refused: NotRunnable{Program: "./folder/task", Path: "./folder/task", Reason: IsDirectory},
		},
		"no such file": {
			program: "one/tsak",
			refused: NotRunnable{Program: "one/tsak", Path: "one/tsak", Reason: NotFound},
		},
		"through a file": {
			program: "one/task/x",
			refused: NotRunnable{Program: "one/task/x", Path: "one/task/x", Reason: NotFound},
		},
		"a broken link": {
			program: "one/broken",
			refused: NotRunnable{
				Program: "one/broken", Path: "one/broken", Reason: NotFound,
				Detail: "it is a symbolic link to /nowhere/python3.12, which does not exist",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			put(t, dir, "here", "", 0o755)
			got, err := Lookup(c.program, c.env, dir)
			if c.want != "" {
				require.NoError(t, err)
				require.Equal(t, c.want, got)
				return
			}
			require.Empty(t, got)
			require.Equal(t, c.refused, refusal(t, err))
		})
	}
}

func TestLookupHere(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, ".", "task", "", 0o755)
	got, err := Lookup("task", []string{"PATH=/nowhere::"}, "")
	require.NoError(t, err)
	require.Equal(t, "./task", got)
}

func TestNotRunnableTexts(t *testing.T) {
	for _, c := range []struct {
		err        NotRunnable
		text, hint string
		status     int
	}{
		{
			NotRunnable{Program: "trian.py", Reason: NotFound, Detail: "searched /bin"},
			"cannot run trian.py: not found: searched /bin",
			"check the spelling and that the image contains it, or give its full path", 127,
		},
		{
			NotRunnable{Program: "python", Reason: NotFound, Detail: "searched /bin", Instead: "/bin/python3"},
			"cannot run python: not found: searched /bin", "the image has /bin/python3", 127,
		},
		{
			NotRunnable{Program: "run.sh --password s3cret", Reason: NotFound},
			"cannot run run.sh …: not found",
			"the program and its arguments are one word: give them as separate words, or start them as: sh -c '…'", 127,
		},
		{
			NotRunnable{Reason: NotFound, Detail: "the program is an empty word"},
			`cannot run "": not found: the program is an empty word`,
			"look for a variable in the command that is empty", 127,
		},
		{
			NotRunnable{Program: "--dataset", Reason: NotFound},
			"cannot run --dataset: not found", "the first word after -- is the program", 127,
		},
		{
			NotRunnable{Program: "x\x1b[31m", Reason: NotFound},
			`cannot run "x\x1b[31m": not found`,
			"check the spelling and that the image contains it, or give its full path", 127,
		},
		{
			NotRunnable{Program: "run.sh", Path: "/app/run.sh", Reason: NotExecutable, Detail: "mode -rw-r--r--"},
			"cannot run run.sh (/app/run.sh): the file is not executable: mode -rw-r--r--",
			"RUN chmod +x /app/run.sh in the Dockerfile, or start it through its interpreter", 126,
		},
		{
			NotRunnable{Program: "/app", Path: "/app", Reason: IsDirectory},
			"cannot run /app: it is a directory", "name the program inside it", 126,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: MissingInterpreter, Detail: "#!/bin/bash"},
			"cannot run /a: the interpreter of the script is missing: #!/bin/bash",
			"install the interpreter in the image, or correct the first line of /a", 127,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: MissingInterpreter, Detail: "#!/bin/sh, " + crlfDetail},
			"cannot run /a: the interpreter of the script is missing: #!/bin/sh, the line ends in CR LF",
			`save it with Unix line ends: RUN sed -i 's/\r$//' /a in the Dockerfile, and *.sh text eol=lf in .gitattributes`, 127,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: MissingLoader, Detail: "/lib64/ld-linux-x86-64.so.2"},
			"cannot run /a: the program loader is missing: /lib64/ld-linux-x86-64.so.2",
			"the binary and the image have different C libraries: build it statically (CGO_ENABLED=0 for Go), or use an image with the library it was built for", 127,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: Denied, Detail: "d"},
			"cannot run /a: permission denied: d",
			"RUN chmod a+rx /a in the Dockerfile, or run the container as the owner of the file", 126,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: NoExecMount},
			"cannot run /a: it lies on a volume mounted noexec",
			"copy it into the image, or start it through its interpreter", 126,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: WrongArchitecture, Detail: "d"},
			"cannot run /a: built for another processor: d",
			"build the image for this machine: docker build --platform linux/" + runtime.GOARCH, 126,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: UnknownFormat, Detail: "d"},
			"cannot run /a: neither a program nor a script: d",
			"make #!/bin/sh (or the interpreter it is written for) its first line, or start it as: sh /a", 126,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: TooLarge, Detail: "d"},
			"cannot run /a: arguments and environment are too long together: d",
			"hand the large value over as a file: mount it and pass its path", 126,
		},
		{
			NotRunnable{Program: "/a", Path: "/a", Reason: Refused, Detail: "d"},
			"cannot run /a: the system refused it: d", "", 126,
		},
	} {
		require.Equal(t, c.text, c.err.Error())
		require.Equal(t, c.hint, c.err.Hint(), c.text)
		require.Equal(t, c.status, c.err.Status(), c.text)
	}
	said := errors.New("said")
	require.ErrorIs(t, &NotRunnable{Err: said}, said)
}
