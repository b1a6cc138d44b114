package launch

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every file is one that the kernel itself refuses: the test would not survive
// an Exec that succeeds.
func TestExecRefused(t *testing.T) {
	dir := t.TempDir()
	ours := machineOf(runtime.GOARCH)
	foreign, foreignName := machineOf("riscv64"), "riscv64"
	inner := put(t, dir, "inner", "#!/nowhere/lua\n", 0o755)
	plain := put(t, dir, "plain", "#!/bin/sh\n", 0o644)
	musl := put(t, dir, "musl", string(elfFile(binary.LittleEndian, true, ours, "/lib/ld-nowhere.so.1")), 0o755)

	for name, c := range map[string]struct {
		content string
		reason  Reason
		detail  string
		errno   syscall.Errno
	}{
		"no interpreter":     {"#!/nowhere/bash\n", MissingInterpreter, "#!/nowhere/bash", syscall.ENOENT},
		"windows line ends":  {"#!/bin/sh\r\nexit 0\r\n", MissingInterpreter, "#!/bin/sh, the line ends in CR LF", syscall.ENOENT},
		"relative":           {"#!nowhere\n", MissingInterpreter, "#!nowhere", syscall.ENOENT},
		"script of script":   {"#!" + inner + "\n", MissingInterpreter, "its interpreter " + inner + ": #!/nowhere/lua", syscall.ENOENT},
		"loader of a script": {"#!" + musl + " -x\n", MissingLoader, "its interpreter " + musl + ": /lib/ld-nowhere.so.1", syscall.ENOENT},
		"nothing after #!":   {"#!\n", UnknownFormat, "#! names no interpreter, or one too long for the kernel", syscall.ENOEXEC},
		"empty":              {"", UnknownFormat, "the file is empty", syscall.ENOEXEC},
		"text":               {"echo hello\n", UnknownFormat, "a text file without a #! line", syscall.ENOEXEC},
		"binary":             {"\x00\x01\x02", UnknownFormat, "", syscall.ENOEXEC},
		"missing loader": {
			string(elfFile(binary.LittleEndian, true, ours, "/lib/ld-nowhere.so.1")),
			MissingLoader, "/lib/ld-nowhere.so.1", syscall.ENOENT,
		},
		"foreign": {
			string(elfFile(binary.LittleEndian, true, foreign, "/lib/ld-nowhere.so.1")),
			WrongArchitecture, "it is for " + foreignName + ", this machine is " + runtime.GOARCH, syscall.ENOEXEC,
		},
		"unknown processor": {
			string(elfFile(binary.LittleEndian, true, 9999, "/x")),
			WrongArchitecture, "it is for ELF machine 9999, this machine is " + runtime.GOARCH, syscall.ENOEXEC,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := put(t, t.TempDir(), "task", c.content, 0o755)
			err := account.SawError(Exec(t.Context(), func() {}, path, []string{"task"}, nil))
			want := &NotRunnable{Program: "task", Path: path, Reason: c.reason, Detail: c.detail, Err: c.errno}
			require.Equal(t, want, err)
		})
	}

	for name, c := range map[string]struct {
		path string
		want NotRunnable
	}{
		"gone":        {dir + "/gone", NotRunnable{Path: dir + "/gone", Reason: NotFound}},
		"a directory": {dir, NotRunnable{Path: dir, Reason: IsDirectory}},
		"mode":        {plain, NotRunnable{Path: plain, Reason: NotExecutable, Detail: "mode -rw-r--r--"}},
		"mode of the interpreter": {
			put(t, dir, "by-plain", "#!"+plain+"\n", 0o755),
			NotRunnable{Path: plain, Reason: NotExecutable, Detail: "its interpreter " + plain + ": mode -rw-r--r--"},
		},
		"a directory as interpreter": {
			put(t, dir, "by-dir", "#!"+dir+"\n", 0o755),
			NotRunnable{Path: dir, Reason: IsDirectory, Detail: "its interpreter " + dir},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Program = "task"
			require.Equal(t, c.want, refusal(t, Exec(t.Context(), func() {}, c.path, []string{"task"}, nil)))
		})
	}
}

func TestExecBusyFile(t *testing.T) {
	binary, err := os.ReadFile("/bin/true")
	require.NoError(t, err)
	path := put(t, t.TempDir(), "task", string(binary), 0o755)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.Equal(t, &NotRunnable{
		Program: "task", Path: path, Reason: Refused, Detail: "text file busy", Err: syscall.ETXTBSY,
	}, account.SawError(Exec(t.Context(), func() {}, path, []string{"task"}, nil)))
}

func TestExecTooLarge(t *testing.T) {
	part := strings.Repeat("s3cret", 10000)
	env := []string{"SMALL=1"}
	for range 200 { // more than the 6 MiB that no limit of the stack lifts
		env = append(env, "PART="+part)
	}
	env = append(env, "LARGEST="+part+part)
	err := account.SawError(Exec(t.Context(), func() {}, "/bin/true", []string{"true"}, env))
	require.Equal(t, &NotRunnable{
		Program: "true", Path: "/bin/true", Reason: TooLarge, Err: syscall.E2BIG,
		Detail: "203 strings of 12121222 bytes in all; the largest is variable LARGEST with 120008 bytes",
	}, err)
}

func TestExecPreflight(t *testing.T) {
	require.Equal(t, ErrNoCommand, Exec(t.Context(), func() {}, "/bin/true", nil, nil))
	require.Equal(t, &Unpassable{Where: "variable A", Size: 3}, Exec(t.Context(), func() {}, "/bin/true", []string{"true"}, []string{"A=\x00"}))
}

// The kernel's own list says which mounts are noexec.
func TestNoExecMount(t *testing.T) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	want, got := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if _, err := os.ReadDir(fields[1]); err != nil {
			continue
		}
		want[fields[1]] = strings.Contains(","+fields[3]+",", ",noexec,") // the last mount on top
		got[fields[1]] = onNoExecMount(fields[1])
	}
	require.Equal(t, want, got)
	require.Contains(t, want, "/proc")
}

// A volume that is mounted noexec, in a mount namespace of our own.
func TestExecOnNoExecMount(t *testing.T) {
	launcher, dir := builtLauncher(t, false), t.TempDir()
	script := `mount -t tmpfs -o noexec,mode=755 none "$1" && printf '#!/bin/sh\n' > "$1/task" && chmod 755 "$1/task" && exec "$0" "$1/task"`
	require.Equal(t, outcome{
		stderr: "cannot run " + dir + "/task: it lies on a volume mounted noexec [FLTS-E08]\n", status: 126,
	}, runTask(t, "unshare", "--map-root-user", "--mount", "sh", "-c", script, launcher, dir))
}

// Root may start whatever has any execute bit, so the launcher is nobody then.
func TestDenied(t *testing.T) {
	launcher := builtLauncher(t, false)
	uid, mode := os.Geteuid(), fs.FileMode(0o601)
	path := put(t, filepath.Dir(launcher), "owned", "#!/bin/sh\n", mode)
	command, user := []string{launcher, path}, uid
	if uid == 0 {
		user, mode = 65534, 0o700
		require.NoError(t, os.Chmod(path, mode))
		command = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, command...)
	}
	require.Equal(t, outcome{
		stderr: fmt.Sprintf("cannot run %s: permission denied: mode %s, owner uid %d gid %d, and this process has uid %d [FLTS-E03]\n",
			path, mode, uid, os.Getegid(), user),
		status: 126,
	}, runTask(t, command...))
}
