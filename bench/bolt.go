package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// boltProcess is a bolt that has answered the handshake. bench is Storm's end of its pipes.
type boltProcess struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

// startBolt starts a bolt. The caller calls end, or abandon after an error.
func startBolt(ctx context.Context, args []string, pidDir string) (_ *boltProcess, err error) {
	p := &boltProcess{cmd: exec.CommandContext(ctx, args[0], args[1:]...)}
	p.cmd.Stderr = &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	defer p.abandon(&err)
	p.out = bufio.NewReaderSize(stdout, 64<<10)
	if _, err := fmt.Fprintf(p.in, handshake, pidDir); err != nil {
		return nil, err
	}
	for pid := false; !pid; {
		line, err := p.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("waiting for the answer to the handshake: %w", err)
		}
		pid = strings.Contains(line, `"pid"`)
	}
	return p, nil
}

// abandon ends the bolt after an error, and adds to the error what the bolt said.
func (p *boltProcess) abandon(err *error) {
	if *err != nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
		*err = fmt.Errorf("%w\n%s", *err, &p.stderr)
	}
}

// end closes the bolt's input, waits for its end, and returns its CPU time.
func (p *boltProcess) end() (cpu time.Duration, err error) {
	if err := p.in.Close(); err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, p.out)
	end := p.cmd.Wait()
	// The exit code does not matter: pystorm does not exit with 0 when Storm goes away.
	var exit *exec.ExitError
	if end != nil && !errors.As(end, &exit) || err != nil {
		return 0, errors.Join(err, end)
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime(), nil
}

// handshake is Storm's first message, without the parts that a split bolt does not read. Its verb is the pidDir.
const handshake = `{"pidDir":%q,"conf":{"topology.name":"sdk","topology.message.timeout.secs":30},"context":{"task->component":{"1":"sentences","2":"split"},` +
	`"taskid":2,"componentid":"split","stream->target->grouping":{},"streams":["default"],"stream->outputfields":{"default":["word"]},` +
	`"source->stream->grouping":{"sentences":{"default":{"type":"SHUFFLE"}}},"source->stream->fields":{"sentences":{"default":["sentence"]}}}}` + "\nend\n"
