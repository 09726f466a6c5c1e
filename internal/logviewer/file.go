package logviewer

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// file is a log of one worker, which grows and is rotated.
type file struct {
	source Source
	worker Worker
	name   string
	parser *parser
	want   func(Line) bool

	offset  int64  // up to here it has been read
	partial string // the begin of a line that was not complete
}

// windows are how many bytes of the end of a file are read until they have enough lines. A larger one reads all of it.
var windows = []int64{64 << 10, 1 << 20, 8 << 20}

// tail returns the last n lines that are wanted, also from rotated files.
func (f *file) tail(ctx context.Context, n int) ([]Line, error) {
	size, err := f.source.Size(ctx, f.worker, f.name)
	if err != nil {
		return nil, err
	}
	f.offset = size
	if n == 0 {
		return nil, nil
	}
	text, err := f.end(ctx, f.name, size, n)
	if err != nil {
		return nil, err
	}
	lines, begun := text.lines, text.partial
	f.partial = begun
	if len(lines) >= n {
		return lines[len(lines)-n:], nil
	}
	older, err := f.older(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range older {
		if len(lines) >= n {
			break
		}
		size, err := f.source.Size(ctx, f.worker, name)
		if err != nil {
			return nil, err
		}
		more, err := f.end(ctx, name, size, n-len(lines))
		if err != nil {
			return nil, err
		}
		lines = append(more.lines, lines...)
	}
	return lines[max(0, len(lines)-n):], nil
}

// ending is the end of a file: the wanted lines, and the begin of a line that is not complete.
type ending struct {
	lines   []Line
	partial string
}

// end returns the end of a file, with n wanted lines or all of them.
func (f *file) end(ctx context.Context, name string, size int64, n int) (ending, error) {
	for _, window := range windows {
		from := max(0, size-window)
		text, err := f.source.Read(ctx, f.worker, name, from, size)
		if err != nil {
			return ending{}, err
		}
		if from > 0 {
			_, text, _ = strings.Cut(text, "\n") // the first line is not complete
		}
		e, err := f.read(ctx, name, text)
		if err != nil || len(e.lines) >= n || from == 0 {
			return e, err
		}
	}
	return f.whole(ctx, name, n)
}

// read takes text of a file apart. If a process appears whose tasks are not known, it looks for the line that has them.
func (f *file) read(ctx context.Context, name, text string) (ending, error) {
	var e ending
	if i := strings.LastIndexByte(text, '\n'); i < len(text)-1 {
		text, e.partial = text[:i+1], text[i+1:]
	}
	f.parser.last, f.parser.homeless = Line{}, false
	lines := f.parser.lines(text)
	if f.parser.homeless {
		launches, err := f.source.Grep(ctx, f.worker, name, launched)
		if err != nil {
			return e, err
		}
		f.parser.lines(strings.Join(launches, "\n"))
		f.parser.last, f.parser.homeless = Line{}, false
		lines = f.parser.lines(text)
	}
	for _, line := range lines {
		if f.want(line) {
			e.lines = append(e.lines, line)
		}
	}
	return e, nil
}

// whole reads a file from its begin and keeps the last n wanted lines.
func (f *file) whole(ctx context.Context, name string, n int) (ending, error) {
	in, err := f.source.Open(ctx, f.worker, name)
	if err != nil {
		return ending{}, err
	}
	defer in.Close()
	var text io.Reader = in
	if strings.HasSuffix(name, ".gz") {
		if text, err = gzip.NewReader(in); err != nil {
			return ending{}, err
		}
	}
	var e ending
	f.parser.last = Line{}
	r := bufio.NewReader(text)
	for {
		raw, err := r.ReadString('\n')
		if err == io.EOF {
			e.partial = raw
			return e, nil
		}
		if err != nil {
			return e, err
		}
		if line := f.parser.line(strings.TrimRight(raw, "\r\n")); f.want(line) {
			e.lines = append(e.lines, line)
		}
		if len(e.lines) >= 2*n {
			e.lines = slices.Clone(e.lines[len(e.lines)-n:])
		}
	}
}

// older returns the rotated files of a log, the newest first. Log4j gives the highest number to the newest one.
func (f *file) older(ctx context.Context) ([]string, error) {
	all, err := f.source.Files(ctx, f.worker)
	if err != nil {
		return nil, err
	}
	form := regexp.MustCompile(`^` + regexp.QuoteMeta(f.name) + `\.(\d+)(?:\.gz)?$`)
	number := func(name string) int {
		n, _ := strconv.Atoi(form.FindStringSubmatch(name)[1])
		return n
	}
	names := slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		packing := slices.Contains(all, strings.TrimSuffix(name, ".gz")) && strings.HasSuffix(name, ".gz") // not complete yet
		return packing || !form.MatchString(name)
	})
	slices.SortFunc(names, func(a, b string) int { return number(b) - number(a) })
	return names, nil
}

// more returns what the worker has written since the last call. A gap is the reason why lines before them may be missing.
func (f *file) more(ctx context.Context) (lines []Line, gap, err error) {
	size, err := f.source.Size(ctx, f.worker, f.name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	if err != nil { // between two files, or not yet there
		size = 0
	}
	var text string
	if size < f.offset { // it was rotated
		text, gap = f.rest(ctx)
		f.offset = 0
	}
	if size > f.offset {
		added, err := f.source.Read(ctx, f.worker, f.name, f.offset, size)
		if err != nil {
			return nil, gap, err
		}
		text, f.offset = text+added, size
	}
	text = f.partial + text
	i := strings.LastIndexByte(text, '\n')
	text, f.partial = text[:i+1], text[i+1:]
	for _, line := range f.parser.lines(text) {
		if f.want(line) {
			lines = append(lines, line)
		}
	}
	return lines, gap, nil
}

// rest returns what was written to the file between the last reading and its rotation.
func (f *file) rest(ctx context.Context) (string, error) {
	older, err := f.older(ctx)
	if err != nil {
		return "", err
	}
	if len(older) == 0 {
		return "", errors.New("the file is shorter than before, and there is no older one")
	}
	size, err := f.source.Size(ctx, f.worker, older[0])
	if err != nil {
		return "", err
	}
	if size < f.offset {
		return "", fmt.Errorf("%s does not continue it", older[0])
	}
	return f.source.Read(ctx, f.worker, older[0], f.offset, size)
}
