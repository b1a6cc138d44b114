# Becomes a process in a root directory:
#
#   ROOT rw|ro machine|own UID:GID WORKDIR [SOURCE:TARGET…] -- COMMAND…
#
# We have a namespace of mounts to ourselves, and nothing of it is seen outside. Our
# environment is already that of the command, so that our own programs go by their path.
root=$1 mode=$2 base=$3 user=$4 dir=$5
shift 5

bind() { # SOURCE TARGET, read-only
	/bin/mount --bind "$1" "$2"
	/bin/mount -o remount,bind,ro "$2"
}

/bin/mount --make-rprivate /
/bin/mount --bind "$root" "$root"
while [ "$1" != -- ]; do
	target=$root${1#*:}
	[ -e "$target" ] || if [ -d "${1%%:*}" ]; then /bin/mkdir -p "$target"; else : > "$target"; fi
	bind "${1%%:*}" "$target"
	shift
done
shift
if [ "$base" = machine ]; then
	for part in bin sbin lib lib64 share; do bind "/usr/$part" "$root/usr/$part"; done
	for name in resolv.conf hosts; do bind "/etc/$name" "$root/etc/$name"; done
	/bin/mount --rbind /dev "$root/dev"
	/bin/mount -t proc proc "$root/proc"
fi
if [ "$mode" = ro ]; then
	/bin/mount -o remount,bind,ro "$root"
	/bin/mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
fi
drop='--inh-caps=-all --bounding-set=-all --no-new-privs'
[ "$user" != 0:0 ] || drop=
# shellcheck disable=SC2086 # several words
exec /usr/sbin/chroot "$root" /usr/bin/env --chdir="$dir" \
	/usr/bin/setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups $drop -- "$@"
