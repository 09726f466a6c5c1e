package devcluster

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Logs prints the last lines of the logs of daemons, and with follow also each new line until the context is done. A daemon
// that never started has no lines.
func (c *Cluster) Logs(ctx context.Context, daemons []Daemon, lines int, follow bool, print func(d Daemon, line string) error) error {
	logs := make([]*log, len(daemons))
	for i, d := range daemons {
		logs[i] = &log{path: c.Log(d), print: func(line string) error { return print(d, line) }}
		if err := logs[i].last(lines); err != nil {
			return err
		}
	}
	if !follow {
		return nil
	}
	ticker := time.NewTicker(8 * pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		for _, l := range logs {
			if err := l.more(); err != nil {
				return err
			}
		}
	}
}

// log is the log of a daemon that is being printed.
type log struct {
	path  string
	at    int64 // what is before it was printed
	print func(line string) error
}

// last prints the last whole lines.
func (l *log) last(lines int) error {
	text, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading a log: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	l.at = int64(len(text))
	start := len(text)
	for ; lines > 0 && start > 0; lines-- {
		start = bytes.LastIndexByte(text[:start-1], '\n') + 1
	}
	for line := range bytes.Lines(text[start:]) {
		if err := l.print(string(bytes.TrimRight(line, "\r\n"))); err != nil {
			return err
		}
	}
	return nil
}

// more prints the whole lines that are new. A file that is shorter than before is a new one.
func (l *log) more() error {
	file, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		l.at = 0
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading a log: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return fmt.Errorf("reading a log: %w", err)
	} else if info.Size() < l.at {
		l.at = 0
	}
	if _, err := file.Seek(l.at, io.SeekStart); err != nil {
		return fmt.Errorf("reading a log: %w", err)
	}
	for in := bufio.NewReader(file); ; {
		line, err := in.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a log: %w", err)
		}
		l.at += int64(len(line))
		if err := l.print(line[:len(line)-1]); err != nil {
			return err
		}
	}
}
