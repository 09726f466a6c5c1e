package logviewer

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
)

// Worker is a process that runs executors of a topology.
type Worker struct {
	Host string
	Port int
}

func (w Worker) String() string { return net.JoinHostPort(w.Host, strconv.Itoa(w.Port)) }

// A Source has the files that the workers of one topology write. The error for a file that is not there wraps
// fs.ErrNotExist.
type Source interface {
	// Files returns the names of a worker's files, sorted. There are none if the worker never ran.
	Files(ctx context.Context, w Worker) ([]string, error)
	// Size returns how many bytes of text a file has. A file that ends with .gz counts as unpacked.
	Size(ctx context.Context, w Worker, file string) (int64, error)
	// Read returns the text of a file from one byte up to another, or up to the end of the file. A file that ends with .gz
	// is unpacked. Bytes that are not UTF-8 may come as U+FFFD.
	Read(ctx context.Context, w Worker, file string, from, to int64) (string, error)
	// Grep returns lines of a file with a text. They may begin and end in the middle.
	Grep(ctx context.Context, w Worker, file, text string) ([]string, error)
	// Open returns the bytes of a file.
	Open(ctx context.Context, w Worker, file string) (io.ReadCloser, error)
}

// Unreachable reports that no logviewer answered for a host.
type Unreachable struct {
	Address string
	Err     error
}

func (e *Unreachable) Error() string {
	return fmt.Sprintf("no logviewer answers at %s: %v", e.Address, e.Err)
}

func (e *Unreachable) Unwrap() error { return e.Err }

// Refused reports that a logviewer demands a login, or does not show a file to this user.
type Refused struct {
	Address string
	Login   string // the kind of login that it demands, as in WWW-Authenticate
}

func (e *Refused) Error() string {
	if e.Login != "" {
		return fmt.Sprintf("the logviewer at %s demands a login (%s)", e.Address, e.Login)
	}
	return fmt.Sprintf("the logviewer at %s does not show this log to this user", e.Address)
}
