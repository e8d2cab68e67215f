#!/bin/sh
# Stands in for edgeprof-measure and misbehaves in the way it is called.
case "${0##*/}" in
silent) exit 0 ;;
failing) exit 1 ;;
garbage) head -c 5000 /dev/urandom >&3 ;;
truncated) printf 'EDGEPREC\002\000\000\000\377' >&3 ;;
newer) printf 'EDGEPREC\011\000\000\000\000\000\000\000\000\000\000\000' >&3 ;;
flood) exec cat /dev/zero >&3 ;;
hanging) sleep 1000 ;;
stopped) kill -STOP $$ ;;
deaf) trap '' TERM INT HUP; exec 3>&- 2>&-; while :; do sleep 1; done ;;
segfault) kill -SEGV $$ ;;
killed) kill -KILL $$ ;;
trapping) echo 'Fatal error: index out of range' >&2; kill -ILL $$ ;;
allocating) echo 'Fatal error: could not allocate memory' >&2; kill -ABRT $$ ;;
forking) (sleep 1000) & exit 0 ;;
esac
