package classfile

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/maphash"
	"io"
	"os"
)

// archive is an open jar, that is a zip file (APPNOTE.TXT of PKWARE; sections in brackets below). It reads the central
// directory in one piece and finds an entry by a hash of its name. archive/zip makes a value of each entry, which takes
// 64 ms for a jar of 60,000 entries; this takes about 5 ms, so nothing needs to be cached between runs.
type archive struct {
	path  string
	file  *os.File
	size  int64
	start int64 // where the zip file begins: a program can stand before it

	directory []byte
	// slots is a hash table with open addressing: offsets into directory, plus 1.
	slots []uint32
	seed  maphash.Seed
	count int

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

// openArchive opens a jar and indexes its entries.
func openArchive(path string) (*archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the jar: %w", err)
	}
	a := &archive{path: path, file: file, seed: maphash.MakeSeed()}
	if err := a.index(); err != nil {
		_ = file.Close() // it was only read
		return nil, fmt.Errorf("reading the jar %s: %w", path, err)
	}
	return a, nil
}

func (a *archive) index() error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errNotZip
	}
	a.size = info.Size()
	offset, size, err := a.findDirectory()
	if err != nil {
		return err
	}
	if size > mostDirectory {
		return errors.New("its directory is too large")
	}
	a.directory = make([]byte, size)
	if _, err := a.file.ReadAt(a.directory, offset); err != nil {
		return err
	}
	return a.hash()
}

// findDirectory returns where the central directory is, and sets where the zip file begins.
func (a *archive) findDirectory() (offset, size int64, err error) {
	tail := make([]byte, min(a.size, endSize+65535+locator64Size))
	if _, err := a.file.ReadAt(tail, a.size-int64(len(tail))); err != nil {
		return 0, 0, err
	}
	at := len(tail) - endSize
	for ; at >= 0; at-- { // a comment of up to 65535 bytes follows the record
		if binary.LittleEndian.Uint32(tail[at:]) == endSignature && at+endSize+int(binary.LittleEndian.Uint16(tail[at+20:])) <= len(tail) {
			break
		}
	}
	if at < 0 {
		return 0, 0, errNotZip
	}
	end := a.size - int64(len(tail)) + int64(at) // where the directory ends
	size = int64(binary.LittleEndian.Uint32(tail[at+12:]))
	offset = int64(binary.LittleEndian.Uint32(tail[at+16:]))
	if at >= locator64Size && binary.LittleEndian.Uint32(tail[at-locator64Size:]) == locator64Signature {
		record := make([]byte, end64Size)
		where := int64(binary.LittleEndian.Uint64(tail[at-locator64Size+8:]))
		if where >= 0 && where < a.size {
			if _, err := a.file.ReadAt(record, where); err == nil && binary.LittleEndian.Uint32(record) == end64Signature {
				size = int64(binary.LittleEndian.Uint64(record[40:]))
				offset = int64(binary.LittleEndian.Uint64(record[48:]))
				end = where
			}
		}
	}
	if size < 0 || size > end || offset < 0 || offset > end-size {
		return 0, 0, errNotZip
	}
	a.start = end - size - offset
	return end - size, size, nil
}

// hash fills the table. Java finds the last of several entries with one name (java.util.zip.ZipFile, initCEN).
func (a *archive) hash() error {
	for at := 0; at < len(a.directory); a.count++ {
		next := a.next(at)
		if next < 0 {
			return errNotZip
		}
		at = next
	}
	slots := 16
	for slots < 2*a.count {
		slots *= 2
	}
	a.slots = make([]uint32, slots)
	for at := 0; at < len(a.directory); at = a.next(at) {
		a.slots[a.slot(a.name(at))] = uint32(at) + 1
	}
	return nil
}

// next returns where the entry after the one at the offset begins; -1 when that one is malformed.
func (a *archive) next(at int) int {
	if len(a.directory)-at < entrySize || binary.LittleEndian.Uint32(a.directory[at:]) != entrySignature {
		return -1
	}
	entry := a.directory[at:]
	at += entrySize + int(binary.LittleEndian.Uint16(entry[28:])) + int(binary.LittleEndian.Uint16(entry[30:])) +
		int(binary.LittleEndian.Uint16(entry[32:]))
	if at > len(a.directory) {
		return -1
	}
	return at
}

func (a *archive) name(at int) []byte {
	return a.directory[at+entrySize:][:binary.LittleEndian.Uint16(a.directory[at+28:])]
}

// slot returns the place of a name in the table: where it is, or the free place where it belongs.
func (a *archive) slot(name []byte) int {
	mask := uint64(len(a.slots) - 1)
	i := maphash.Bytes(a.seed, name) & mask
	for a.slots[i] != 0 && !bytes.Equal(a.name(int(a.slots[i]-1)), name) {
		i = (i + 1) & mask
	}
	return int(i)
}

// read returns the content of an entry; false when there is none of that name.
func (a *archive) read(name string) ([]byte, bool, error) {
	found := a.slots[a.slot([]byte(name))]
	if found == 0 {
		return nil, false, nil
	}
	content, err := a.content(a.directory[found-1:])
	if err != nil {
		return nil, true, fmt.Errorf("reading %s in the jar %s: %w", name, a.path, err)
	}
	return content, true, nil
}

// content reads the content of an entry of the directory.
func (a *archive) content(entry []byte) ([]byte, error) {
	flags, method, sum := binary.LittleEndian.Uint16(entry[8:]), binary.LittleEndian.Uint16(entry[10:]), binary.LittleEndian.Uint32(entry[16:])
	sizes := entrySizes(entry)
	switch {
	case flags&1 != 0:
		return nil, errors.New("it is encrypted, which Java cannot read")
	case sizes.content > mostEntry:
		return nil, errors.New("it is too large")
	case sizes.packed > a.size || sizes.content > mostInflated*sizes.packed+64:
		return nil, errNotZip
	}
	local := make([]byte, localSize)
	at := a.start + sizes.offset
	if at < 0 || at > a.size-localSize {
		return nil, errNotZip
	}
	if _, err := a.file.ReadAt(local, at); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(local) != localSignature {
		return nil, errNotZip
	}
	at += localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	content := make([]byte, sizes.content)
	var from io.Reader = io.NewSectionReader(a.file, at, sizes.packed)
	switch method {
	case 0:
	case 8:
		from = a.inflater(from)
	default:
		return nil, fmt.Errorf("its compression method %d is not one that Java knows", method)
	}
	if _, err := io.ReadFull(from, content); err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(content) != sum {
		return nil, errors.New("its checksum is wrong")
	}
	return content, nil
}

// inflater returns a reader of deflated data. There is one for each jar, because a new one takes more memory than most
// class files.
func (a *archive) inflater(from io.Reader) io.Reader {
	if a.inflate == nil {
		a.inflate = flate.NewReader(from)
		return a.inflate
	}
	if err := a.inflate.(flate.Resetter).Reset(from, nil); err != nil {
		a.inflate = flate.NewReader(from)
	}
	return a.inflate
}

// entrySize64 are the numbers of an entry that can stand in its zip64 field [4.5.3].
type entrySize64 struct{ content, packed, offset int64 }

func entrySizes(entry []byte) entrySize64 {
	s := entrySize64{
		packed:  int64(binary.LittleEndian.Uint32(entry[20:])),
		content: int64(binary.LittleEndian.Uint32(entry[24:])),
		offset:  int64(binary.LittleEndian.Uint32(entry[42:])),
	}
	extra := entry[entrySize+int(binary.LittleEndian.Uint16(entry[28:])):][:binary.LittleEndian.Uint16(entry[30:])]
	for len(extra) >= 4 {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if size > len(extra)-4 {
			break
		}
		field := extra[4 : 4+size]
		extra = extra[4+size:]
		if id != 1 {
			continue
		}
		for _, n := range []*int64{&s.content, &s.packed, &s.offset} { // only those that did not fit are there, in this order
			if *n == 0xffffffff && len(field) >= 8 {
				*n = int64(min(binary.LittleEndian.Uint64(field), 1<<62))
				field = field[8:]
			}
		}
	}
	return s
}

func (a *archive) close() error { return a.file.Close() }
