#!/bin/sh
# The Supervisor of a dev-cluster runs this script for `stormflux profile` and for the buttons of Storm's UI, as PID ACTION [FOLDER]
# (BasicContainer.mkProfileCommand in Storm 2.8.3). The names of the files are those that both look for. What goes wrong is in the
# Supervisor's log.
#
# A dump ends the recording, because the Supervisors of Storm 2.8.3 never ask for its end (Slot.run).
pid=$1
folder=$3
jcmd=$JAVA_HOME/bin/jcmd
if [ -z "$JAVA_HOME" ] || [ ! -x "$jcmd" ]; then
  jcmd=jcmd
fi
now=$(date +%Y%m%d%H%M%S)
case $2 in
jstack)
  file=$folder/jstack-$pid-$now.txt
  "$jcmd" "$pid" Thread.print >"$file" || {
    rm -f "$file"
    exit 1
  }
  ;;
jmap) "$jcmd" "$pid" GC.heap_dump "$folder/recording-$pid-$now.bin" ;;
start) "$jcmd" "$pid" JFR.start name=stormflux settings=profile ;;
dump | stop) "$jcmd" "$pid" JFR.stop name=stormflux filename="$folder/recording-$pid-$now.jfr" ;;
kill) kill -9 "$pid" ;;
*)
  echo "no such action: $2"
  exit 1
  ;;
esac
