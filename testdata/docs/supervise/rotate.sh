#!/bin/sh -e
# rotate.sh DIR KEY=VALUE… does what the kubelet does when a Secret has changed: the
# new files go into a directory of their own, and one link is switched to it.
dir=$1
shift
mkdir -p "$dir"
new=$(mktemp -d "$dir/..2026_XXXXXX")
old=$(readlink "$dir/..data" || true)
for pair; do
    key=${pair%%=*}
    printf %s "${pair#*=}" >"$new/$key"
    [ -L "$dir/$key" ] || ln -s "..data/$key" "$dir/$key"
done
ln -s "${new##*/}" "$dir/..data_tmp"
mv -T "$dir/..data_tmp" "$dir/..data"
[ -z "$old" ] || rm -r "${dir:?}/$old"
