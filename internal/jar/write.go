package jar

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/flate"
)

// Write writes the jar to w. It finds the faults of [Archive.Check] before it writes the first byte, and returns them
// as [Faults]. If a file vanishes or changes while it is read, the error is a [Fault] of kind Changed, and w has an
// unfinished jar. Memory does not depend on the size of the files, only on their number.
func (a *Archive) Write(ctx context.Context, w io.Writer) error {
	_, err := a.write(ctx, w)
	return err
}

// Summary describes a written jar.
type Summary struct {
	Size   int64
	Files  int    // the entries that are not folders, with the manifest
	SHA256 string // of the whole jar, in hexadecimal
}

// WriteSummary is like [Archive.Write], and describes the jar.
func (a *Archive) WriteSummary(ctx context.Context, w io.Writer) (Summary, error) {
	s := &summing{out: w, hash: sha256.New()}
	files, err := a.write(ctx, s)
	return Summary{Size: s.size, Files: files, SHA256: hex.EncodeToString(s.hash.Sum(nil))}, err
}

// summing sums what it writes.
type summing struct {
	out  io.Writer
	hash hash.Hash
	size int64
}

func (s *summing) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// write writes the jar and returns the number of its files.
func (a *Archive) write(ctx context.Context, w io.Writer) (files int, err error) {
	p, faults := a.plan()
	defer p.close()
	if err := faults.Err(); err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 256<<10)
	z := &writer{ctx: ctx, zip: zip.NewWriter(out), buffer: make([]byte, 64<<10)}
	z.zip.RegisterCompressor(zip.Deflate, z.compress)
	if err := z.plan(p); err != nil {
		return 0, err
	}
	if err := z.zip.Close(); err != nil {
		return 0, err
	}
	return z.files, out.Flush()
}

// Each visits the files that [Archive.Write] writes below [Root], in its order: what a worker unpacks. It finds the faults
// of [Archive.Check] before it visits the first. A file must be read before visit returns.
func (a *Archive) Each(visit func(name string, open func() (io.ReadCloser, error)) error) error {
	p, faults := a.plan()
	defer p.close()
	if err := faults.Err(); err != nil {
		return err
	}
	for _, e := range p.kept {
		if !strings.HasPrefix(e.file.Name, Root) || strings.HasSuffix(e.file.Name, "/") {
			continue
		}
		if err := visit(e.file.Name, e.file.Open); err != nil {
			return err
		}
	}
	for _, e := range p.entries {
		if !strings.HasPrefix(e.Name, Root) {
			continue
		}
		open := func() (io.ReadCloser, error) { return e.Open() }
		if e.Path == "" {
			open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(e.Data)), nil }
		}
		if err := visit(e.Name, open); err != nil {
			return err
		}
	}
	return nil
}

type writer struct {
	files  int
	ctx    context.Context
	zip    *zip.Writer
	buffer []byte
	flate  *flate.Writer // one for all entries, one after the other
}

// level is the one that the zip package uses for its own compressor. Our compressor gives about the same size in half
// the time, and go.mod, not the Go release, determines the bytes.
const level = 5

func (z *writer) compress(w io.Writer) (io.WriteCloser, error) {
	if z.flate == nil {
		f, err := flate.NewWriter(w, level)
		z.flate = f
		return f, err
	}
	z.flate.Reset(w)
	return z.flate, nil
}

func (z *writer) plan(p *plan) error {
	ours := p.entries
	switch {
	case p.manifest != nil:
		if err := z.jarEntry(p.manifest); err != nil {
			return err
		}
	case len(ours) > 0 && ours[0].Name == ManifestName:
		if err := z.entry(ours[0]); err != nil {
			return err
		}
		ours = ours[1:]
	default:
		if err := z.entry(Entry{Name: ManifestName, Data: []byte(defaultManifest)}); err != nil {
			return err
		}
	}
	for _, e := range p.kept {
		if err := z.jarEntry(e); err != nil {
			return err
		}
	}
	for _, e := range ours {
		if err := z.entry(e); err != nil {
			return err
		}
	}
	return nil
}

// entry writes one of our entries.
func (z *writer) entry(e Entry) error {
	header := &zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: entryTime}
	header.SetMode(mode(e))
	w, err := z.zip.CreateHeader(header)
	if err != nil {
		return err
	}
	z.files++
	return read(e, func(r io.Reader) (int64, error) { return z.copy(w, r) })
}

// jarEntry writes an entry of one of the jars.
func (z *writer) jarEntry(e *jarEntry) error {
	switch {
	case !e.changed:
		return z.raw(e.jar, e.file)
	case e.file == nil:
		return z.entry(Entry{Name: ManifestName, Data: e.data})
	}
	return z.entry(Entry{Name: e.file.Name, Data: e.data})
}

// raw copies an entry of a jar without unpacking it.
func (z *writer) raw(j *openJar, f *zip.File) error {
	header := f.FileHeader
	if !strings.HasSuffix(f.Name, "/") { // Java looks at the name alone
		z.files++
	} else {
		// Some tools store two bytes of compressed nothing for a folder, which the zip package refuses to write.
		header.Method, header.CompressedSize64, header.UncompressedSize64, header.CRC32 = zip.Store, 0, 0, 0
	}
	// The sizes are known. If they fit, they go before the content, where a reader of streams needs them. The zip
	// package adds its own zip64 field, and Java refuses a jar with a second or wrong one.
	const descriptor = 1 << 3 // general purpose bit 3 (APPNOTE 4.4.4)
	header.Extra = withoutZip64(header.Extra)
	header.Flags &^= descriptor
	if header.CompressedSize64 >= 1<<32-1 || header.UncompressedSize64 >= 1<<32-1 {
		header.Flags |= descriptor
		header.ReaderVersion = max(header.ReaderVersion, 45)
	}
	w, err := z.zip.CreateRaw(&header)
	if err != nil || header.CompressedSize64 == 0 {
		return err
	}
	r, err := f.OpenRaw()
	if err != nil {
		return fmt.Errorf("reading %q of %s: %w", f.Name, j.path, err)
	}
	n, err := z.copy(w, r)
	if err != nil {
		return err
	}
	if uint64(n) != header.CompressedSize64 {
		return Fault{Kind: Changed, Jar: j.number, Path: j.path, Name: f.Name,
			Message: fmt.Sprintf("the entry %q of %q ends early: the jar is damaged, or it changed while it was read", f.Name, j.path)}
	}
	return nil
}

// withoutZip64 removes fields with id 1 from a header's extra fields (APPNOTE 4.5.3).
func withoutZip64(extra []byte) []byte {
	var kept []byte
	for rest := extra; len(rest) >= 4; {
		size := 4 + int(binary.LittleEndian.Uint16(rest[2:]))
		if size > len(rest) { // malformed: leave it as it is, because Java's message is better
			return extra
		}
		if binary.LittleEndian.Uint16(rest) != 1 {
			kept = append(kept, rest[:size]...)
		}
		rest = rest[size:]
	}
	return kept
}

func (z *writer) copy(w io.Writer, r io.Reader) (int64, error) {
	// The struct hides ReadFrom and WriteTo, so the buffer is used and the context is checked.
	return io.CopyBuffer(struct{ io.Writer }{w}, &reader{ctx: z.ctx, r: r}, z.buffer)
}

// reader stops when the context is done.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// read lets consume read the content of an entry once, and makes sure that the file does not change meanwhile.
func read(e Entry, consume func(io.Reader) (int64, error)) error {
	if e.Path == "" {
		_, err := consume(bytes.NewReader(e.Data))
		return err
	}
	file, err := e.Open()
	var fault Fault
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(err, fs.ErrNotExist):
		return changed(e, "vanished", err)
	case err != nil:
		return fmt.Errorf("reading %s: %w", e.Path, systemReason(err))
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil {
		return fmt.Errorf("reading %s: %w", e.Path, systemReason(err))
	}
	if !before.Mode().IsRegular() {
		return changed(e, "became something else than a file", nil)
	}
	// One byte more than expected, so a growing file is noticed and cannot keep us forever.
	n, err := consume(io.LimitReader(file, before.Size()+1))
	if err != nil {
		if system, ok := errors.AsType[*fs.PathError](err); ok && system.Path == file.Name() {
			return fmt.Errorf("reading %s: %w", e.Path, system.Err)
		}
		return err // of the writer or the context
	}
	after, err := file.Stat()
	if err != nil {
		return fmt.Errorf("reading %s: %w", e.Path, systemReason(err))
	}
	if n != before.Size() || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return changed(e, "changed", nil)
	}
	return nil
}

func changed(e Entry, what string, err error) Fault {
	return Fault{Kind: Changed, Resource: e.Resource, Path: e.Path, Name: e.Name, Err: err,
		Message: quote(e.Path) + " " + what + " while the jar was written", Hint: "try again when nothing writes to it"}
}

func mode(e Entry) fs.FileMode {
	if e.Executable {
		return 0o755
	}
	return 0o644
}

// Digest returns a SHA-256 sum, in hexadecimal, of everything in the jar: names, modes, contents and the jars.
// Equal digests mean equal jars, written by the same version of stormflux. It fails as [Archive.Write] does.
func (a *Archive) Digest(ctx context.Context) (string, error) {
	p, faults := a.plan()
	defer p.close()
	if err := faults.Err(); err != nil {
		return "", err
	}
	sum := sha256.New()
	buffer := make([]byte, 64<<10)
	for _, path := range a.Jars {
		if err := digest(ctx, sum, Entry{Path: path}, buffer); err != nil {
			return "", err
		}
	}
	for _, e := range p.entries {
		if err := digest(ctx, sum, e, buffer); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// digest adds an entry: its name, its mode, and the sum of its content, each of known length.
func digest(ctx context.Context, sum hash.Hash, e Entry, buffer []byte) error {
	content := sha256.New()
	err := read(e, func(r io.Reader) (int64, error) {
		return io.CopyBuffer(struct{ io.Writer }{content}, &reader{ctx: ctx, r: r}, buffer)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(sum, "%d:%s %o %x\n", len(e.Name), e.Name, mode(e), content.Sum(nil))
	return nil
}
