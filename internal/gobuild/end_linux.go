package gobuild

import "syscall"

// endWithUs makes Linux interrupt the go command when our process is killed. The go command then removes its temporary
// files, and the compilers that it started end by themselves.
func endWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
