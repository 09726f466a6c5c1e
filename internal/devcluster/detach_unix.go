//go:build linux || darwin

package devcluster

import (
	"os"
	"os/exec"
	"syscall"
)

func supported() error { return nil }

// detach starts a program that outlives this process: it has a session of its own, and its output goes to a file.
func detach(program string, args []string, dir string, env []string, log *os.File) (process, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return process{}, err
	}
	p := process{PID: cmd.Process.Pid, Started: startTime(cmd.Process.Pid)}
	go cmd.Wait() // so that a process that ends early is seen to be gone
	return p, nil
}

func terminate(pid int) { _ = syscall.Kill(pid, syscall.SIGTERM) }
