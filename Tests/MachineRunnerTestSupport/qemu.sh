#!/bin/sh
# Plays QEMU for the tests: notes how it was called, then does what the file `behavior` beside the link to it says.
here=${0%/*}
echo $$ >> "$here/pids"
printf '%s\n' "$@" > "$here/arguments"
for argument in "$@"; do
  case "$argument" in
    file,id=serial,path=*) serial=${argument#file,id=serial,path=} ;;
    *file.dir=*)
      media=${argument#*file.dir=}
      (cd "$media" && find . -type f | sort) > "$here/media"
      cp "$media/strata/boot.conf" "$here/boot.conf"
      ;;
  esac
done
. "$here/behavior"
