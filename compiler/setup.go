package compiler

import (
	"fmt"
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// setupName is the name of the script that runs the topology's setup, without ".sh".
const setupName = "setup"

// setupScript returns the text that a launcher reads, in a subshell, before it starts its component: it runs a command once.
// program says that words[0] is a file of the resources folder. state is a folder for the script, below the resources folder.
//
// Launchers of several components and workers run it at the same time, and any of them may be killed. Each attempt has
// files of its own, which are made at once and never removed: so there is no moment at which two launchers can both think
// that an attempt is theirs. It needs only POSIX, and `test -O`.
func setupScript(words []string, program bool, state string) string {
	line := shellescape.QuoteCommand(words)
	run := "exec " + line
	if program {
		run = fmt.Sprintf("program=%s\n%sexec %s", shellescape.Quote(relativeProgram(words[0])), makeRunnable,
			strings.Join(append([]string{`"$program"`}, quotedWords(words[1:])...), " "))
	}
	return fmt.Sprintf("#!/bin/sh\n# Written by stormflux: runs the setup of the topology once, before its components start.\nstate=%s\nline=%s\nsetup() (\n%s\n)\n%s",
		shellescape.Quote(state), shellescape.Quote(line), run, runOnce)
}

func quotedWords(words []string) []string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellescape.Quote(w)
	}
	return quoted
}

// runOnce calls the function setup once. Of attempt n, lock.n names the launcher that makes it, and its worker; log.n has the
// output; status.n appears at the end with the exit status. An attempt whose launcher was killed has no status.
//
// All launchers of a worker share the result of a failed attempt. A later worker tries again.
const runOnce = `if ! mkdir -p "$state" 2>/dev/null || [ ! -w "$state" ]; then
	state="${TMPDIR:-/tmp}/stormflux-setup-$(id -u)-$(pwd | cksum | tr ' ' -)"
	mkdir -m 700 "$state" 2>/dev/null
	if [ ! -d "$state" ] || [ -L "$state" ] || [ ! -O "$state" ]; then
		echo "stormflux: the setup of the topology has no folder to write to: $state" >&2
		exit 126
	fi
fi

# since prints when a process started: another process may get its id later.
since() {
	{
		if [ -r "/proc/$1/stat" ]; then
			sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
		else
			ps -o lstart= -p "$1" | tr -s ' ' _
		fi
		echo -
	} 2>/dev/null | head -n 1
}

# runs reports whether a process is the one that started at that time, and has not ended.
runs() { kill -0 "$1" 2>/dev/null && [ "$(since "$1")" = "$2" ]; }

worker="$PPID $(since "$PPID")"
me=$state/launcher.$$
trap 'rm -f "$me"' EXIT
echo "$$ $(since $$) $worker" >"$me" || exit 126

attempt=1
while :; do
	lock=$state/lock.$attempt
	log=$state/log.$attempt
	status=$state/status.$attempt
	if [ -f "$status" ]; then
		read -r code <"$status"
		[ "$code" = 0 ] && exit 0
		read -r pid started its_worker <"$lock"
		if [ "$its_worker" = "$worker" ]; then
			echo "stormflux: the setup of the topology failed with exit status $code: $line" >&2
			tail -n 20 "$log" >&2
			exit 1
		fi
		attempt=$((attempt + 1))
	elif ln "$me" "$lock" 2>/dev/null; then
		setup >"$log" 2>&1
		echo $? >"$me.status" && mv "$me.status" "$status" || exit 126
	elif [ ! -f "$lock" ]; then
		echo "stormflux: the setup of the topology cannot make a lock in $state" >&2
		exit 126
	else
		read -r pid started its_worker <"$lock"
		if runs "$pid" "$started"; then
			sleep 0.1 2>/dev/null || sleep 1
		elif [ ! -f "$status" ]; then
			attempt=$((attempt + 1))
		fi
	fi
done
`
