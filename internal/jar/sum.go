package jar

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
)

// Sum is the name of a file in the jar and a sum of its content.
type Sum struct {
	Name    string // as in the jar, with slashes
	Content string // equal for equal content
}

// Sums returns the sums of the files that [Archive.Write] writes, in its order. It leaves out what programs do not run:
// folders, the manifest, and the notes of Maven (META-INF/maven), which have the time of the build. The sums depend on no
// time, no mode and no folder. The sums of files in the user's jars are their CRC-32 and size, so no jar is unpacked.
func (a *Archive) Sums(ctx context.Context) ([]Sum, error) {
	p, faults := a.plan()
	defer p.close()
	if err := faults.Err(); err != nil {
		return nil, err
	}
	var sums []Sum
	for _, e := range p.kept {
		name := e.file.Name
		switch {
		case strings.HasSuffix(name, "/"), name == ManifestName, strings.HasPrefix(name, "META-INF/maven/"):
		case e.changed:
			sums = append(sums, Sum{Name: name, Content: fmt.Sprintf("%x", sha256.Sum256(e.data))})
		default:
			sums = append(sums, Sum{Name: name, Content: fmt.Sprintf("%08x %d", e.file.CRC32, e.file.UncompressedSize64)})
		}
	}
	buffer := make([]byte, 64<<10)
	for _, e := range p.entries {
		if e.Name == ManifestName {
			continue
		}
		content := sha256.New()
		err := read(e, func(r io.Reader) (int64, error) {
			return io.CopyBuffer(struct{ io.Writer }{content}, &reader{ctx: ctx, r: r}, buffer)
		})
		if err != nil {
			return nil, err
		}
		sums = append(sums, Sum{Name: e.Name, Content: fmt.Sprintf("%x", content.Sum(nil))})
	}
	return sums, nil
}
