package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/multilang"
)

const (
	logSize  = 1 << 20 // a larger log file is renamed to <name>.1, <name>.1 to <name>.2, and so on
	logCount = 10      // how many renamed files are kept
)

// logFiles holds one log file for each task. One goroutine at a time writes: see nextReport. A nil *logFiles writes
// nothing.
type logFiles struct{ byTask map[int]*logFile }

// openLogs opens a new log file for each task. It renames the file of an earlier run.
func openLogs(dir, topology string, tasks []*task) (*logFiles, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the log folder: %w", err)
	}
	l := &logFiles{byTask: map[int]*logFile{}}
	for _, t := range tasks {
		name := fmt.Sprintf("%s_%s_%d.log", fileName(topology), fileName(t.comp.id), t.id)
		f := &logFile{path: filepath.Join(dir, name)}
		l.byTask[t.id] = f
		if err := f.rotate(); err != nil {
			l.close()
			return nil, fmt.Errorf("opening a log file: %w", err)
		}
	}
	return l, nil
}

// fileName makes an id part of a file name that is valid on every operating system.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, id)
}

func (l *logFiles) close() {
	if l == nil {
		return
	}
	for _, f := range l.byTask {
		if f.file != nil {
			f.file.Close()
		}
	}
}

// write writes an event. The error is the first one of its file: every line after it may be lost too.
func (l *logFiles) write(event Event) error {
	if l == nil {
		return nil
	}
	f := l.byTask[event.Task]
	if f == nil {
		return nil
	}
	err := f.write(event)
	if err == nil {
		return nil
	}
	if f.lost++; f.lost > 1 {
		return nil
	}
	return fmt.Errorf("the log file loses lines: %w", err)
}

// lost returns how many lines were not written.
func (l *logFiles) lost() (lines int) {
	if l != nil {
		for _, f := range l.byTask {
			lines += f.lost
		}
	}
	return lines
}

type logFile struct {
	path string
	file *os.File
	size int
	lost int // lines that were not written
}

// write writes an event. A log that cannot be written does not end the run: Options.Events gets the same events.
func (f *logFile) write(event Event) error {
	level := strings.ToUpper(event.Kind.String())
	text := event.Text
	switch event.Kind {
	case LogEvent:
		level = levelName(event.Level)
	case StartEvent:
		level, text = "INFO", "started"
	case RestartEvent:
		level = "INFO"
	case WarningEvent:
		level = "WARN"
	case DeathEvent:
		level, text = "ERROR", event.Death.String()
	case EmitEvent, ReceiveEvent, AckEvent, FailEvent:
		level = "TRACE"
		text = event.Kind.String() + " " + event.Tuple.String()
	}
	line := fmt.Sprintf("%s %-5s [%d] %s\n", event.Time.Format("2006-01-02 15:04:05.000"), level, event.PID, text)
	if f.size+len(line) > logSize && f.size > 0 {
		if err := f.rotate(); err != nil {
			return err
		}
	}
	if f.file == nil {
		return os.ErrClosed // it could not be rotated
	}
	n, err := f.file.WriteString(line)
	f.size += n
	return err
}

func levelName(level int) string {
	switch level {
	case multilang.LevelTrace:
		return "TRACE"
	case multilang.LevelDebug:
		return "DEBUG"
	case multilang.LevelWarn:
		return "WARN"
	case multilang.LevelError:
		return "ERROR"
	}
	return "INFO"
}

func (f *logFile) rotate() error {
	if f.file != nil {
		f.file.Close()
	}
	if _, err := os.Stat(f.path); err == nil {
		for i := logCount - 1; i > 0; i-- {
			os.Rename(f.path+"."+strconv.Itoa(i), f.path+"."+strconv.Itoa(i+1)) // it may be missing
		}
		if err := os.Rename(f.path, f.path+".1"); err != nil {
			return err
		}
	}
	var err error
	f.size = 0
	f.file, err = os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	return err
}
