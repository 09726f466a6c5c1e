package maven

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/cachedir"
)

// Options says how to resolve. The zero value calls mvn and keeps its answers in the user's cache folder.
type Options struct {
	// Cache is the folder that keeps the answers. "" means $STORMFLUX_CACHE/maven, else stormflux/maven in the user's cache
	// folder. It may be deleted at any time.
	Cache string
	// Program is Maven's command; "" means mvn.
	Program string
	// Args are more arguments for it.
	Args []string
	// WithStorm keeps what every worker of Storm has, which is left out otherwise.
	WithStorm bool
	// Without are the ids of repositories that Maven does not ask, although a POM names them.
	Without []string
	// Offline says that only the cache may answer.
	Offline bool
	// Starting, if set, is called before mvn starts, which takes seconds.
	Starting func(coordinates []Coordinate)
	// Now is the time; nil means [time.Now].
	Now func() time.Time
}

// snapshotAge is how long a snapshot is good without asking its repository. Maven's own default is a day too. A snapshot
// that was installed locally meanwhile is noticed at once.
const snapshotAge = 24 * time.Hour

// ErrNotCached says that only the cache may answer, and does not know the coordinates.
var ErrNotCached = errors.New("its files are not in the cache")

// Resolve returns the files of coordinates. All coordinates are resolved together, so that each artifact is there in one
// version. The error is a [*NotFoundError], a [*MissingError], an [*UnreachableError] or [ErrNotCached], or says what
// else failed.
func Resolve(ctx context.Context, coordinates []Coordinate, opts Options) (*Resolution, error) {
	if len(coordinates) == 0 {
		return &Resolution{}, nil
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	path, err := opts.cacheFile(coordinates)
	if err != nil {
		return nil, err
	}
	cached := readCache(path)
	if cached != nil && cached.fresh(coordinates, opts.Now()) {
		return opts.arrange(coordinates, cached.files(), nil), nil
	}
	if opts.Offline {
		if cached != nil {
			return opts.arrange(coordinates, cached.files(), ErrNotCached), nil
		}
		return nil, ErrNotCached
	}
	wanted := slices.DeleteFunc(slices.Clone(coordinates), opts.leavesOut)
	var files []File
	if len(wanted) > 0 {
		files, err = opts.ask(ctx, wanted, cached != nil)
	}
	if err != nil {
		if outside := (*NotFoundError)(nil); cached != nil && ctx.Err() == nil && !errors.As(err, &outside) {
			return opts.arrange(coordinates, cached.files(), err), nil
		}
		return nil, err
	}
	if err := writeCache(path, files, opts.Now()); err != nil {
		return nil, err
	}
	return opts.arrange(coordinates, files, nil), nil
}

// leavesOut reports whether an artifact is not wanted, because every worker has it.
func (o Options) leavesOut(c Coordinate) bool { return !o.WithStorm && c.OfStorm() }

// arrange gives the files, which are in the order of a class path, to the coordinates: a file belongs to the last of the
// coordinates whose own file comes before it.
func (o Options) arrange(coordinates []Coordinate, files []File, stale error) *Resolution {
	r := &Resolution{Parts: make([][]File, len(coordinates)), Stale: stale}
	at := 0
	for at < len(coordinates)-1 && o.leavesOut(coordinates[at]) {
		at++
	}
	for _, f := range files {
		for i := at; i < len(coordinates); i++ {
			if coordinates[i].same(f.Coordinate) {
				at = i
				break
			}
		}
		r.Parts[at] = append(r.Parts[at], f)
	}
	return r
}

// cacheFile returns the file that keeps the answer for coordinates.
func (o Options) cacheFile(coordinates []Coordinate) (string, error) {
	dir := o.Cache
	if dir == "" {
		root, err := cachedir.Path()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(root, "maven")
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "1 %q %v %q", o.Args, o.WithStorm, o.Without) // the version of what is kept
	for _, c := range coordinates {
		fmt.Fprintf(sum, " %q", c)
	}
	return filepath.Join(dir, hex.EncodeToString(sum.Sum(nil)[:16])+".json"), nil
}

// answer is a kept answer of Maven.
type answer struct {
	Time  time.Time    `json:"time"`
	Files []answerFile `json:"files"`
}

type answerFile struct {
	Coordinate string    `json:"coordinate"`
	Path       string    `json:"path"`
	Size       int64     `json:"size"`
	Modified   time.Time `json:"modified"`

	parsed Coordinate
	moved  bool // its size or time is another one than then
}

// readCache returns a kept answer, or nil if there is none or a file is gone.
func readCache(path string) *answer {
	text, err := os.ReadFile(path)
	var a answer
	if err != nil || json.Unmarshal(text, &a) != nil {
		return nil
	}
	for i := range a.Files {
		f := &a.Files[i]
		if f.parsed, err = Parse(f.Coordinate); err != nil {
			return nil
		}
		info, err := os.Stat(f.Path)
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		f.moved = info.Size() != f.Size || !info.ModTime().Equal(f.Modified)
	}
	return &a
}

// fresh reports whether Maven would give the same answer again.
func (a *answer) fresh(coordinates []Coordinate, now time.Time) bool {
	old := now.Sub(a.Time) >= snapshotAge || now.Before(a.Time)
	if old && slices.ContainsFunc(coordinates, Coordinate.changes) {
		return false
	}
	return !slices.ContainsFunc(a.Files, func(f answerFile) bool { return f.parsed.changes() && (old || f.moved) })
}

func (a *answer) files() []File {
	files := make([]File, len(a.Files))
	for i, f := range a.Files {
		files[i] = File{Coordinate: f.parsed, Path: f.Path}
	}
	return files
}

func writeCache(path string, files []File, now time.Time) error {
	a := answer{Time: now}
	for _, f := range files {
		info, err := os.Stat(f.Path)
		if err != nil {
			return fmt.Errorf("reading what Maven fetched: %w", err)
		}
		a.Files = append(a.Files, answerFile{Coordinate: f.Coordinate.String(), Path: f.Path, Size: info.Size(), Modified: info.ModTime()})
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("making the cache folder: %w", err)
	}
	err := atomicfile.Write(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(a)
	})
	if errors.Is(err, fs.ErrPermission) {
		return nil // the next call asks Maven again
	}
	return err
}

// names lists coordinates.
func names(coordinates []Coordinate) string {
	var list []string
	for _, c := range coordinates {
		list = append(list, c.name())
	}
	return strings.Join(list, ", ")
}
