// Package launch starts the task: it builds the environment the task will have,
// finds the program on the PATH the task will have, and becomes it.
//
// The steps are values and plain functions, in this order:
//
//	env := launch.Environ(os.Environ(), set, opts)     // pure
//	err := launch.Preflight(argv, env.Entries)         // would the kernel pass it?
//	path, err := launch.Lookup(argv[0], env.Entries, "")
//	ctx, stop := launch.WatchStop(ctx)                 // TERM before the start
//	… resolve, print, check under ctx …
//	err = launch.Exec(ctx, stop, path, argv, env.Entries) // returns on failure only
//
// # What the task is given
//
// argv and the entries of the environment reach it byte for byte; argv[0] is as
// the user wrote it and not the path found. Process id, directory, umask,
// resource limits and open descriptors are those we were given: the runtime
// raises the soft limit of open files while we run and puts it back, and what we
// open ourselves is closed by exec. One exception: a standard stream that was
// closed is /dev/null, because the runtime opens it at start.
//
// # Signals
//
// Exec keeps handled signals from the next program, and the Go runtime handles
// nearly all of them from its first moment on. What the parent had chosen to
// ignore is then no longer to be seen. So a release is linked with
//
//	-ldflags=-E=flts_given
//
// which makes the program start (linux, amd64 and arm64) at a few instructions
// of ours: they write down which signals are ignored, which are blocked and
// which one announces the parent's death, and go on to the runtime. Exec puts
// all three back.
//
// A program linked without the flag works too and passes on less:
//
//   - ignored: HUP, INT, CONT, TSTP, TTIN, TTOU and 32 to 34 survive; any other
//     is back at its default, so that a PIPE or TERM ignored by the parent is not
//     ignored by the task;
//   - blocked: what ends a program is unblocked (HUP, INT, QUIT, TERM, ABRT,
//     ILL, TRAP, BUS, FPE, SEGV, SYS, STKFLT), and so are CHLD, URG, PROF and 32
//     to 34; the others survive;
//   - the parent-death signal survives only when Exec is called on the main
//     thread.
//
// While we run, signals that end a process by default and that nobody watches
// for are the runtime's: USR1, USR2, ALRM and PIPE sent in that time are lost.
//
// # Staying beside the task
//
// A Supervisor starts the task as a child and stays until nothing is left of it.
// Everything but the last step is the same:
//
//	supervisor, err := launch.Supervise()              // signals are its own from here on
//	stop()
//	err = context.Cause(ctx)
//	ending, err := supervisor.Run(ctx, launch.Task{…}) // an error: it did not start
//
// Run may be called again: a restart is one run after the other, with no moment
// in which a signal is nobody's. There is one owner of wait, which waits for any
// child after each CHLD; a second one in the process would take away statuses.
package launch
