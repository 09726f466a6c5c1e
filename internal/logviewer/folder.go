package logviewer

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Folder is a [Source] of the files on this machine. It is a topology's folder in workers-artifacts and has a folder for each
// port.
type Folder string

// FindFolder returns the folder of a topology by its name or id. dir is the folder of Storm's logs, or workers-artifacts in
// it. Of several topologies with the same name, it is the one that was submitted last.
func FindFolder(dir, topology string) (Folder, error) {
	if artifacts := filepath.Join(dir, "workers-artifacts"); isDir(artifacts) {
		dir = artifacts
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("reading the logs: %w", err)
	}
	id := regexp.MustCompile("^" + regexp.QuoteMeta(topology) + `-(\d+)-(\d+)$`)
	found, newest := "", [2]int64{}
	var names []string
	for _, e := range entries {
		if e.Name() == topology {
			return Folder(filepath.Join(dir, topology)), nil
		}
		names = append(names, e.Name())
		if m := id.FindStringSubmatch(e.Name()); m != nil {
			number, _ := strconv.ParseInt(m[1], 10, 64)
			at, _ := strconv.ParseInt(m[2], 10, 64)
			if age := [2]int64{at, number}; found == "" || slices.Compare(age[:], newest[:]) > 0 {
				found, newest = e.Name(), age
			}
		}
	}
	switch {
	case found != "":
		return Folder(filepath.Join(dir, found)), nil
	case len(names) == 0:
		return "", fmt.Errorf("%s has no logs of workers", dir)
	}
	return "", fmt.Errorf("%s has no logs of %q; it has those of %s", dir, topology, strings.Join(names, ", "))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Workers returns the workers that have a folder, by their ports. Their host is that of the caller.
func (f Folder) Workers(host string) ([]Worker, error) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, fmt.Errorf("reading the logs: %w", err)
	}
	var workers []Worker
	for _, e := range entries {
		if port, err := strconv.Atoi(e.Name()); err == nil && e.IsDir() {
			workers = append(workers, Worker{Host: host, Port: port})
		}
	}
	slices.SortFunc(workers, func(a, b Worker) int { return a.Port - b.Port })
	return workers, nil
}

func (f Folder) path(w Worker, file string) string {
	return filepath.Join(string(f), strconv.Itoa(w.Port), file)
}

// Files implements [Source].
func (f Folder) Files(_ context.Context, w Worker) ([]string, error) {
	entries, err := os.ReadDir(f.path(w, ""))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// Size implements [Source].
func (f Folder) Size(ctx context.Context, w Worker, file string) (int64, error) {
	if !strings.HasSuffix(file, ".gz") {
		info, err := os.Stat(f.path(w, file))
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	in, err := f.text(w, file)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return io.Copy(io.Discard, in)
}

// Read implements [Source].
func (f Folder) Read(_ context.Context, w Worker, file string, from, to int64) (string, error) {
	in, err := f.text(w, file)
	if err != nil {
		return "", err
	}
	defer in.Close()
	if seeker, ok := in.(io.Seeker); ok {
		_, err = seeker.Seek(from, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, in, from)
	}
	if err != nil && err != io.EOF {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(in, to-from))
	return string(text), err
}

// Grep implements [Source].
func (f Folder) Grep(_ context.Context, w Worker, file, text string) ([]string, error) {
	in, err := f.text(w, file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var lines []string
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadString('\n')
		if strings.Contains(line, text) {
			lines = append(lines, strings.TrimRight(line, "\r\n"))
		}
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
	}
}

// Open implements [Source].
func (f Folder) Open(_ context.Context, w Worker, file string) (io.ReadCloser, error) {
	return os.Open(f.path(w, file))
}

// text opens a file and unpacks it.
func (f Folder) text(w Worker, file string) (io.ReadCloser, error) {
	in, err := os.Open(f.path(w, file))
	if err != nil || !strings.HasSuffix(file, ".gz") {
		return in, err
	}
	unpacked, err := gzip.NewReader(in)
	if err != nil {
		in.Close()
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{unpacked, in}, nil
}
