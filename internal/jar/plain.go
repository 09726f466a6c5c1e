package jar

import (
	"archive/zip"
	"encoding/binary"
	"hash/maphash"
	"os"
	"strings"
)

// The records of a zip file (APPNOTE 4.3.12 and 4.3.16).
const (
	entrySignature, entrySize = 0x02014b50, 46
	endSignature, endSize     = 0x06054b50, 22
	none32, none16            = 1<<32 - 1, 1<<16 - 1 // the value is in a record of zip64
	maxDirectory              = 64 << 20
)

// plain returns the names below [Root] of a single jar about which there is nothing to report and nothing to decide. It
// reads the directory in one piece, in a tenth of the time that archive/zip takes: an editor asks at every key. Of any other
// jar it returns false, and plan looks closer.
func (a *Archive) plain() (names []string, ok bool) {
	if len(a.Jars) != 1 || a.MainClass != "" {
		return nil, false
	}
	directory, count, size, ok := readDirectory(a.Jars[0])
	if !ok {
		return nil, false
	}
	tops := make(map[string]bool)
	for _, e := range a.Entries {
		tops[top(e.Name)] = true
	}
	var storm stormContent
	var packed uint64
	seed := maphash.MakeSeed()
	seen := make(map[uint64]struct{}, count)
	for ; count > 0; count-- {
		if len(directory) < entrySize || number32(directory) != entrySignature {
			return nil, false
		}
		head := directory[:entrySize]
		length := int(number16(head[28:]))
		next := entrySize + length + int(number16(head[30:])) + int(number16(head[32:]))
		if next > len(directory) || number32(head[20:]) == none32 || number32(head[24:]) == none32 || number32(head[42:]) == none32 {
			return nil, false
		}
		f := zip.File{FileHeader: zip.FileHeader{
			Name: directory[entrySize : entrySize+length], Flags: number16(head[8:]), Method: number16(head[10:]),
			CompressedSize64: uint64(number32(head[20:])), UncompressedSize64: uint64(number32(head[24:])),
		}}
		directory = directory[next:]
		packed += f.CompressedSize64
		storm.count(&f)
		hash := maphash.String(seed, f.Name)
		_, twice := seen[hash]
		seen[hash] = struct{}{}
		if twice || wrongWith(&f) != "" || signature(f.Name) || len(tops) > 0 && tops[top(f.Name)] {
			return nil, false
		}
		if strings.HasPrefix(f.Name, Root) {
			names = append(names, f.Name)
		}
	}
	return names, len(directory) == 0 && packed <= uint64(size) && !storm.defaults && !storm.complete
}

// readDirectory returns the directory of a zip file in the simple form that tools for jars write: without zip64, comments and
// a program before it. size is that of the file.
func readDirectory(path string) (directory string, count int, size int64, ok bool) {
	info, err := os.Stat(path) // before it is opened: opening a named pipe waits for its writer
	if err != nil || !info.Mode().IsRegular() || info.Size() < endSize {
		return "", 0, 0, false
	}
	file, err := os.Open(path)
	if err != nil {
		return "", 0, 0, false
	}
	defer file.Close()
	var tail [endSize]byte
	size = info.Size()
	if _, err := file.ReadAt(tail[:], size-endSize); err != nil {
		return "", 0, 0, false
	}
	end := string(tail[:])
	length, offset := int64(number32(end[12:])), int64(number32(end[16:]))
	count = int(number16(end[10:]))
	if number32(end) != endSignature || number32(end[4:]) != 0 || number16(end[8:]) != number16(end[10:]) || number16(end[20:]) != 0 ||
		count == none16 || length > maxDirectory || offset+length != size-endSize {
		return "", 0, 0, false
	}
	text := make([]byte, length)
	if _, err := file.ReadAt(text, offset); err != nil {
		return "", 0, 0, false
	}
	return string(text), count, size, true
}

func number16(text string) uint16 { return binary.LittleEndian.Uint16([]byte(text[:2])) }
func number32(text string) uint32 { return binary.LittleEndian.Uint32([]byte(text[:4])) }
