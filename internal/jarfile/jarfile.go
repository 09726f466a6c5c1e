// Package jarfile reads jars: their directory in one piece, and the content of single entries. It does not write jars; see
// package jar for that.
//
// archive/zip makes a value of each entry, which takes 64 ms for a jar of 60,000 entries. This package takes about 5 ms, so
// nothing needs to be kept between two runs.
package jarfile

import (
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/maphash"
	"io"
	"iter"
	"os"
	"strings"
)

// File is an open jar, that is a zip file (APPNOTE.TXT of PKWARE; sections in brackets below). One goroutine at a time may
// use it.
type File struct {
	path  string
	file  *os.File
	size  int64
	start int64 // where the zip file begins: a program can stand before it

	directory string
	// slots is a hash table with open addressing: offsets into directory, plus 1.
	slots []uint32
	seed  maphash.Seed
	count int
	plain bool

	inflate io.ReadCloser
}

// The limits of what is read into memory. They are far above anything that a class path holds.
const (
	mostDirectory = 256 << 20 // bytes of a jar's directory
	// mostEntry is the size of the largest entry. A class file may be larger in theory.
	mostEntry = 32 << 20
	// mostInflated is how many times larger its content can be than deflated data (RFC 1951: 258 bytes in two bits).
	mostInflated = 1032
)

const (
	endSignature       = 0x06054b50 // end of central directory [4.3.16]
	end64Signature     = 0x06064b50 // zip64 end of central directory [4.3.14]
	locator64Signature = 0x07064b50 // zip64 end of central directory locator [4.3.15]
	entrySignature     = 0x02014b50 // a file header in the directory [4.3.12]
	localSignature     = 0x04034b50 // a local file header [4.3.7]

	endSize, end64Size, locator64Size, entrySize, localSize = 22, 56, 20, 46, 30
)

// errNotZip is why a file is not a jar.
var errNotZip = errors.New("it is not a jar (a zip file)")

// Open opens a jar and indexes its entries. The caller must close it. It must not change meanwhile.
func Open(path string) (*File, error) {
	info, err := os.Stat(path) // before it is opened: opening a named pipe waits for its writer
	if err != nil {
		return nil, fmt.Errorf("reading the jar: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading the jar %s: %w", path, errNotZip)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the jar: %w", err)
	}
	f := &File{path: path, file: file, size: info.Size(), seed: maphash.MakeSeed()}
	if err := f.index(); err != nil {
		_ = file.Close() // it was only read
		return nil, fmt.Errorf("reading the jar %s: %w", path, err)
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Path returns the path with which the jar was opened.
func (f *File) Path() string { return f.path }

// Size returns the size of the file in bytes.
func (f *File) Size() int64 { return f.size }

// Plain reports whether the jar has the form that tools for jars write: neither a comment nor a program before it, nothing of
// zip64, and each name once. Other readers of zip files can understand another one differently, or refuse it.
func (f *File) Plain() bool { return f.plain }

// Entries returns the entries in the order of the directory.
func (f *File) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for at := 0; at < len(f.directory); at = f.next(at) {
			if !yield(f.entry(at)) {
				return
			}
		}
	}
}

// Read returns the content of the last entry of a name, which is the one that Java reads (java.util.zip.ZipFile, initCEN);
// false when there is none. It takes at most 32 MiB.
func (f *File) Read(name string) (content []byte, ok bool, err error) {
	found := f.slots[f.slot(name)]
	if found == 0 {
		return nil, false, nil
	}
	content, err = f.content(f.entry(int(found - 1)))
	if err != nil {
		return nil, true, fmt.Errorf("reading %s in the jar %s: %w", name, f.path, err)
	}
	return content, true, nil
}

func (f *File) index() error {
	offset, size, count, err := f.findDirectory()
	if err != nil {
		return err
	}
	if size > mostDirectory {
		return errors.New("its directory is too large")
	}
	var directory strings.Builder
	directory.Grow(int(size))
	if _, err := io.Copy(&directory, io.NewSectionReader(f.file, offset, size)); err != nil {
		return err
	}
	f.directory = directory.String()
	return f.hash(count)
}

// findDirectory returns where the central directory is and how many entries it claims to have, modulo 65536. It sets where
// the zip file begins.
func (f *File) findDirectory() (offset, size int64, count uint16, err error) {
	tail := make([]byte, min(f.size, endSize+65535+locator64Size))
	if _, err := f.file.ReadAt(tail, f.size-int64(len(tail))); err != nil {
		return 0, 0, 0, err
	}
	at := len(tail) - endSize
	for ; at >= 0; at-- { // a comment of up to 65535 bytes follows the record
		if binary.LittleEndian.Uint32(tail[at:]) == endSignature && at+endSize+int(binary.LittleEndian.Uint16(tail[at+20:])) <= len(tail) {
			break
		}
	}
	if at < 0 {
		return 0, 0, 0, errNotZip
	}
	end := f.size - int64(len(tail)) + int64(at) // where the directory ends
	count = binary.LittleEndian.Uint16(tail[at+10:])
	size = int64(binary.LittleEndian.Uint32(tail[at+12:]))
	offset = int64(binary.LittleEndian.Uint32(tail[at+16:]))
	if at >= locator64Size && binary.LittleEndian.Uint32(tail[at-locator64Size:]) == locator64Signature {
		record := make([]byte, end64Size)
		where := int64(binary.LittleEndian.Uint64(tail[at-locator64Size+8:]))
		if where >= 0 && where < f.size {
			if _, err := f.file.ReadAt(record, where); err == nil && binary.LittleEndian.Uint32(record) == end64Signature {
				count = uint16(binary.LittleEndian.Uint64(record[32:]))
				size = int64(binary.LittleEndian.Uint64(record[40:]))
				offset = int64(binary.LittleEndian.Uint64(record[48:]))
				end = where
			}
		}
	}
	const disks = 4 // the number of this disk and that of the directory's, two bytes each
	f.plain = end+endSize == f.size && offset+size == end && count != 1<<16-1 && binary.LittleEndian.Uint32(tail[at+disks:]) == 0 &&
		binary.LittleEndian.Uint16(tail[at+8:]) == count
	if size < 0 || size > end || offset < 0 || offset > end-size {
		return 0, 0, 0, errNotZip
	}
	f.start = end - size - offset
	return end - size, size, count, nil
}

// hash fills the table.
func (f *File) hash(count uint16) error {
	for at := 0; at < len(f.directory); f.count++ {
		next := f.next(at)
		if next < 0 {
			return errNotZip
		}
		at = next
	}
	if uint16(f.count) != count {
		return errNotZip
	}
	slots := 16
	for slots < 2*f.count {
		slots *= 2
	}
	f.slots = make([]uint32, slots)
	for at := 0; at < len(f.directory); at = f.next(at) {
		slot := &f.slots[f.slot(f.entry(at).Name())]
		f.plain = f.plain && *slot == 0 && !f.entry(at).zip64()
		*slot = uint32(at) + 1
	}
	return nil
}

// next returns where the entry after the one at the offset begins; -1 when that one is malformed.
func (f *File) next(at int) int {
	if len(f.directory)-at < entrySize || number32(f.directory[at:]) != entrySignature {
		return -1
	}
	at += f.entry(at).length()
	if at > len(f.directory) {
		return -1
	}
	return at
}

func (f *File) entry(at int) Entry { return Entry{f.directory[at:]} }

// slot returns the place of a name in the table: where it is, or the free place where it belongs.
func (f *File) slot(name string) int {
	mask := uint64(len(f.slots) - 1)
	i := maphash.String(f.seed, name) & mask
	for f.slots[i] != 0 && f.entry(int(f.slots[i]-1)).Name() != name {
		i = (i + 1) & mask
	}
	return int(i)
}

// content reads the content of an entry.
func (f *File) content(e Entry) ([]byte, error) {
	sizes := e.Sizes()
	switch {
	case e.Flags()&1 != 0:
		return nil, errors.New("it is encrypted, which Java cannot read")
	case sizes.Content > mostEntry:
		return nil, errors.New("it is too large")
	case sizes.Packed > f.size || sizes.Content > mostInflated*sizes.Packed+64:
		return nil, errNotZip
	}
	local := make([]byte, localSize)
	at := f.start + sizes.offset
	if at < 0 || at > f.size-localSize {
		return nil, errNotZip
	}
	if _, err := f.file.ReadAt(local, at); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(local) != localSignature {
		return nil, errNotZip
	}
	at += localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	content := make([]byte, sizes.Content)
	var from io.Reader = io.NewSectionReader(f.file, at, sizes.Packed)
	switch e.Method() {
	case 0:
	case 8:
		from = f.inflater(from)
	default:
		return nil, fmt.Errorf("its compression method %d is not one that Java knows", e.Method())
	}
	if _, err := io.ReadFull(from, content); err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(content) != number32(e.record[16:]) {
		return nil, errors.New("its checksum is wrong")
	}
	return content, nil
}

// inflater returns a reader of deflated data. There is one for each jar, because a new one takes more memory than most
// class files.
func (f *File) inflater(from io.Reader) io.Reader {
	if f.inflate == nil {
		f.inflate = flate.NewReader(from)
		return f.inflate
	}
	if err := f.inflate.(flate.Resetter).Reset(from, nil); err != nil {
		f.inflate = flate.NewReader(from)
	}
	return f.inflate
}
