package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// payload is the size in bytes of the file that makes the jar large. Its content cannot be compressed, so the jar is as
// large as the file.
const payload = 200 << 20

// nimbus is a server to submit to.
type nimbus interface {
	address() string
	// lastUpload returns when the last upload began and ended by the server's clock. It is called once after each.
	lastUpload() (begin, end time.Time, err error)
}

func measureSubmitFake(ctx context.Context, l *lab) error {
	server, err := startFake(ctx, l)
	if err != nil {
		return err
	}
	return errors.Join(measureSubmit(ctx, l, server), server.stop())
}

func measureSubmitReal(ctx context.Context, l *lab) error {
	// The Supervisor stays idle: it must not fetch a jar and start workers during the next upload.
	cluster, err := stormtest.Start(ctx, stormtest.Options{Conf: map[string]any{"supervisor.enable": false}})
	if err != nil {
		return err
	}
	return errors.Join(measureSubmit(ctx, l, &realNimbus{cluster}), cluster.Stop())
}

func measureSubmit(ctx context.Context, l *lab, server nimbus) error {
	file, err := l.writeTopology(2)
	if err != nil {
		return err
	}
	if err := writeNoise(filepath.Join(filepath.Dir(file), "resources", "noise.bin"), payload); err != nil {
		return err
	}
	uploader, err := l.build(ctx, "bench/bareupload")
	if err != nil {
		return err
	}
	jar := filepath.Join(l.dir, "bench.jar")
	build := &process{name: "stormflux compile -o FILE.jar", args: []string{l.stormflux, "compile", file, "-o", jar}, dir: l.dir, writes: true}
	if _, err := build.say(ctx); err != nil {
		return err
	}
	info, err := os.Stat(jar)
	if err != nil {
		return err
	}
	if info.Size() < payload {
		return fmt.Errorf("the jar has %d bytes only", info.Size())
	}
	timed := func(s *sample) error {
		begin, end, err := server.lastUpload()
		s.before, s.upload = begin.Sub(s.start), end.Sub(begin)
		if err == nil && (s.before < 0 || s.upload <= 0 || s.before+s.upload > s.wall+10*time.Millisecond) {
			err = fmt.Errorf("the server's times do not fit: upload from %v to %v, %v in all", s.before, s.before+s.upload, s.wall)
		}
		return err
	}
	bare := &process{name: "bare Thrift upload loop", args: []string{uploader, server.address(), jar}, measured: timed, writes: true}
	// A separate home folder, so the user's storm.yaml has no effect.
	env := append(os.Environ(), "HOME="+l.dir, "STORM_CONF_DIR="+filepath.Join(l.dir, "conf"))
	ours := &process{name: "stormflux submit", dir: l.dir, env: env, measured: timed, writes: true, argsOf: func(run int) []string {
		return []string{l.stormflux, "submit", file, "--nimbus", server.address(), "--name", "bench-" + strconv.Itoa(run)}
	}}
	if err := l.turns(ctx, bare, ours, build); err != nil {
		return err
	}
	if own := ownPeakMemory(); own > maxMemory {
		return fmt.Errorf("bench itself takes %s, so the memory of its children is unknown", megabytes(float64(own)))
	}
	l.show(bare, ours, build)
	fmt.Fprintf(l.out, "\nA peak of %s or less may be bench's own.\n", megabytes(float64(ownPeakMemory())))
	size := float64(info.Size())
	throughput := func(s sample) float64 { return size / s.upload.Seconds() }
	perSecond := func(v float64) string { return megabytes(v) + "/s" }
	l.judge(
		target{what: "bare upload", values: values(bare, throughput), show: perSecond},
		target{what: "upload of stormflux submit", values: values(ours, throughput), show: perSecond},
		target{what: "stormflux / bare, throughput of the upload", values: pairs(ours, bare, throughput), atLeast: 0.8},
		target{what: "submit, peak memory", values: values(ours, peak), atMost: maxMemory, show: megabytes},
		target{what: "submit, share of its time before the upload (checking, connecting, building the jar)",
			values: values(ours, func(s sample) float64 { return s.before.Seconds() / s.wall.Seconds() })},
		target{what: "whole stormflux submit / bare upload, wall time", values: pairs(ours, bare, wall)},
	)
	return nil
}

// maxMemory is the memory limit of submit, in bytes.
const maxMemory = 64e6

// writeNoise writes a file that cannot be compressed; the same size gives the same bytes.
func writeNoise(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{}), size)
	return errors.Join(err, f.Close())
}

// fake is the fake Nimbus in a process of its own.
type fake struct {
	cmd   *exec.Cmd
	input io.Closer
	lines *bufio.Reader
	at    string
}

func startFake(ctx context.Context, l *lab) (*fake, error) {
	program, err := l.build(ctx, "bench/fakenimbus")
	if err != nil {
		return nil, err
	}
	f := &fake{cmd: exec.CommandContext(ctx, program)}
	f.cmd.Stderr = os.Stderr
	if f.input, err = f.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := f.cmd.Start(); err != nil {
		return nil, err
	}
	f.lines = bufio.NewReader(out)
	if f.at, err = f.lines.ReadString('\n'); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the fake Nimbus: %w", err), f.stop())
	}
	f.at = strings.TrimSpace(f.at)
	return f, nil
}

func (f *fake) stop() error { return errors.Join(f.input.Close(), f.cmd.Wait()) }

func (f *fake) address() string { return f.at }

func (f *fake) lastUpload() (begin, end time.Time, err error) {
	if begin, err = f.event("begin"); err == nil {
		end, err = f.event("finish")
	}
	return begin, end, err
}

// event reads the next line, which must report the event what.
func (f *fake) event(what string) (time.Time, error) {
	line, err := f.lines.ReadString('\n')
	if err != nil {
		return time.Time{}, err
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(line), what+" ")
	nanoseconds, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return time.Time{}, fmt.Errorf("the fake Nimbus says %q, not when the upload's %s was", line, what)
	}
	return time.Unix(0, nanoseconds), nil
}

// realNimbus takes its times from nimbus.log.
type realNimbus struct{ *stormtest.Cluster }

func (n *realNimbus) address() string { return n.NimbusAddr() }

// lastUpload finds the times in lines such as "12:00:03.123 o.a.s.d.n.Nimbus ... Uploading file from client to ..."
// (Nimbus.java, beginFileUpload and finishFileUpload).
func (n *realNimbus) lastUpload() (begin, end time.Time, err error) {
	log, err := n.NimbusLog()
	if err != nil {
		return begin, end, err
	}
	if begin, err = lastLogged(log, "Uploading file from client to "); err == nil {
		end, err = lastLogged(log, "Finished uploading file from client: ")
	}
	return begin, end, err
}

// lastLogged returns the time of the last line that contains text.
func lastLogged(log, text string) (time.Time, error) {
	at := strings.LastIndex(log, text)
	if at < 0 {
		return time.Time{}, fmt.Errorf("nimbus.log has no %q", text)
	}
	line := log[strings.LastIndexByte(log[:at], '\n')+1 : at]
	clock, _, _ := strings.Cut(line, " ")
	now := time.Now()
	t, err := time.ParseInLocation("2006-01-02 15:04:05.000", now.Format("2006-01-02 ")+clock, time.Local)
	if err != nil {
		return t, fmt.Errorf("reading the time of a line of nimbus.log: %w", err)
	}
	if t.After(now.Add(time.Minute)) { // the line is from before midnight
		t = t.AddDate(0, 0, -1)
	}
	return t, nil
}
