package leiningen

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/atomicfile"
)

// sumsName is a file beside project.clj, in the format of sha256sum. It remembers what stormflux wrote into the project, so
// that a file that somebody changed since is not overwritten.
const sumsName = ".stormflux.sums"

// sums maps the path of a file, below the project and with slashes, to the sum of what stormflux wrote there.
type sums map[string]string

func readSums(dir string) (sums, error) {
	all := sums{}
	name := filepath.Join(dir, sumsName)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if sum, path, ok := strings.Cut(lines.Text(), "  "); ok {
			all[path] = sum
		}
	}
	return all, lines.Err()
}

// writeSums remembers what is about to be written, beside what was written for other topologies.
func (p *Plan) writeSums() error {
	changed := false
	for _, f := range p.files {
		// A file that already had this content is somebody else's, and so are later changes to it.
		if f.outdated && !strings.ContainsRune(f.path, '\n') {
			p.sums[f.path], changed = f.sum, true
		}
	}
	if !changed {
		return nil
	}
	return atomicfile.Write(filepath.Join(p.project.Dir, sumsName), func(w io.Writer) error {
		for _, path := range slices.Sorted(maps.Keys(p.sums)) {
			if _, err := fmt.Fprintf(w, "%s  %s\n", p.sums[path], path); err != nil {
				return err
			}
		}
		return nil
	})
}

func sumFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
