package devcluster

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// Processes returns the ids of the processes whose environment carries the mark. A zombie's environment is empty.
func (m Mark) Processes() ([]int, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	entry := append([]byte(m.entry()), 0)
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

// Alive reports whether a process exists and is not a zombie, which only waits for its parent to read its exit code. A
// process that is just ending has lost its environment, and so its mark, but still holds ports and files.
func Alive(pid int) bool {
	fields := stat(pid)
	return len(fields) > 0 && string(fields[0]) != "Z" && string(fields[0]) != "X"
}

// stat returns what the kernel says about a process, from its state on: "pid (command) state ...".
func stat(pid int) [][]byte {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	return bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
}

// startTime returns when a process started: the boot of the system, and the clock ticks since then.
func startTime(pid int) string {
	const field = 22 - 3 // of proc_pid_stat(5), which counts from 1; the state is the third
	fields := stat(pid)
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(fields) <= field {
		return ""
	}
	return string(bytes.TrimSpace(boot)) + "/" + string(fields[field])
}

// MarkedScript prints the ids of the processes that carry the mark "$1".
const MarkedScript = `grep -lsaF "` + markName + `=$1" /proc/[0-9]*/environ | cut -d/ -f3`
