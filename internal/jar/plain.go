package jar

import (
	"archive/zip"
	"strings"

	"github.com/stormflux/stormflux/internal/jarfile"
)

// plain returns the names below [Root] of a single jar about which there is nothing to report and nothing to decide. It
// takes a tenth of the time of archive/zip: an editor asks at every key. Of any other jar it returns false, and plan looks
// closer.
func (a *Archive) plain() (names []string, ok bool) {
	if len(a.Jars) != 1 || a.MainClass != "" {
		return nil, false
	}
	file, err := jarfile.Open(a.Jars[0])
	if err != nil {
		return nil, false
	}
	defer file.Close()
	if !file.Plain() {
		return nil, false
	}
	tops := make(map[string]bool)
	for _, e := range a.Entries {
		tops[top(e.Name)] = true
	}
	var storm stormContent
	var packed uint64
	for e := range file.Entries() {
		sizes := e.Sizes()
		f := zip.File{FileHeader: zip.FileHeader{
			Name: e.Name(), Flags: e.Flags(), Method: e.Method(),
			CompressedSize64: uint64(sizes.Packed), UncompressedSize64: uint64(sizes.Content),
		}}
		packed += f.CompressedSize64
		storm.count(&f)
		if wrongWith(&f) != "" || signature(f.Name) || len(tops) > 0 && tops[top(f.Name)] {
			return nil, false
		}
		if strings.HasPrefix(f.Name, Root) {
			names = append(names, f.Name)
		}
	}
	return names, packed <= uint64(file.Size()) && !storm.defaults && !storm.complete
}
