package stormtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// endWithParent makes the kernel kill the process when this one dies for any reason.
// Its own group keeps a Ctrl-C on the terminal away from it.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// marked returns the ids of the processes whose environment carries the mark. A zombie's environment is empty.
func marked(token string) ([]int, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	entry := append([]byte(mark(token)), 0)
	var pids []int
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid == os.Getpid() {
			continue
		}
		// Unreadable ones are gone, or another user's and so not ours.
		if env, err := os.ReadFile("/proc/" + name + "/environ"); err == nil && bytes.Contains(env, entry) {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// alive reports whether a process exists and is not a zombie, which only waits for its parent to read its exit code. A
// process that is just ending has lost its environment, and so its mark, but still holds ports and files.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// pid (command) state ...
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return len(fields) > 0 && string(fields[0]) != "Z" && string(fields[0]) != "X"
}

// markedScript prints the ids of the processes that carry the mark "$1".
const markedScript = `grep -lsaF "` + markName + `=$1" /proc/[0-9]*/environ | cut -d/ -f3`
