package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// getrusage reports a child together with the child's own children. These functions report one process. They need
// Linux, with its proc_pid_stat(5) and proc_pid_status(5).

// cpuTime returns the CPU time of all threads of a process, without its children.
func cpuTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the CPU time of a process, which takes Linux: %w", err)
	}
	// The second field is the program's name in parentheses, and may contain anything; utime and stime are the 14th and
	// 15th.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("the CPU time of process %d is not in %q", pid, text)
	}
	total := time.Duration(0)
	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading the CPU time of process %d: %w", pid, err)
		}
		total += time.Duration(ticks) * (time.Second / 100) // USER_HZ is 100 wherever Go runs
	}
	return total, nil
}

// memory returns the resident bytes of a process, and their peak.
func memory(pid int) (now, peak int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("reading the memory of a process, which takes Linux: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); err == nil {
			now = kilobytes << 10
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			peak = kilobytes << 10
		}
	}
	if now == 0 || peak == 0 {
		return 0, 0, fmt.Errorf("the system does not report the memory of process %d", pid)
	}
	return now, peak, nil
}
