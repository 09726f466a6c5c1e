package devcluster

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// Processes returns the ids of the processes whose environment carries the mark (ps -E shows it behind the command).
func (m Mark) Processes() ([]int, error) {
	out, err := exec.Command("ps", "-A", "-E", "-ww", "-o", "pid=,command=").Output()
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var pids []int
	for line := range bytes.Lines(out) {
		if !bytes.Contains(line, []byte(m.entry())) {
			continue
		}
		fields := bytes.Fields(line)
		if pid, err := strconv.Atoi(string(fields[0])); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// Alive reports whether a process exists and is not a zombie, which only waits for its parent to read its exit code.
func Alive(pid int) bool {
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && len(state) > 0 && state[0] != 'Z'
}

// startTime returns when a process started, as ps prints it.
func startTime(pid int) string {
	cmd := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid))
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(out))
}

// MarkedScript prints the ids of the processes that carry the mark "$1". awk builds the mark itself, so that it does
// not find its own process.
const MarkedScript = `ps -A -E -ww -o pid=,command= | awk -v token="$1" 'index($0, "` + markName + `" "=" token) { print $1 }'`
