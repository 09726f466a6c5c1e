package stormtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// endWithParent keeps a Ctrl-C on the terminal away from the process. macOS cannot end it together with this one, so
// the watchdog does that.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// marked returns the ids of the processes whose environment carries the mark (ps -E shows it behind the command).
func marked(token string) ([]int, error) {
	out, err := exec.Command("ps", "-A", "-E", "-ww", "-o", "pid=,command=").Output()
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var pids []int
	for line := range bytes.Lines(out) {
		if !bytes.Contains(line, []byte(mark(token))) {
			continue
		}
		fields := bytes.Fields(line)
		if pid, err := strconv.Atoi(string(fields[0])); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// alive reports whether a process exists and is not a zombie, which only waits for its parent to read its exit code.
func alive(pid int) bool {
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && len(state) > 0 && state[0] != 'Z'
}

// markedScript prints the ids of the processes that carry the mark "$1". awk builds the mark itself, so that it does
// not find its own process.
const markedScript = `ps -A -E -ww -o pid=,command= | awk -v token="$1" 'index($0, "` + markName + `" "=" token) { print $1 }'`
