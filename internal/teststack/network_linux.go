package teststack

import "golang.org/x/sys/unix"

// RaiseLoopback raises the loopback device of a fresh network namespace and gives it
// the address 10.0.0.1, and with it, as is the way of that device, all of 10/8.
func RaiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, up); err != nil {
		return err
	}
	cluster, err := unix.NewIfreq("lo:1")
	if err != nil {
		return err
	}
	if err := cluster.SetInet4Addr([]byte{10, 0, 0, 1}); err != nil {
		return err
	}
	return unix.IoctlIfreq(fd, unix.SIOCSIFADDR, cluster)
}
