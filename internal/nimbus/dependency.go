package nimbus

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dependency is a jar that workers get as a blob and add to their class path after the topology's jar, as with the
// options --jars and --artifacts of "storm jar".
type Dependency struct {
	Path string
	// Artifact is the coordinate group:artifact:version of a file that is the same for everybody. Then the blob is shared by
	// all topologies and stays on the cluster. If it is "", the blob is this topology's own.
	Artifact string
}

// key returns the key of the dependency's blob as Storm's DependencyUploader (2.8.3) forms it.
func (d Dependency) key() string {
	name := strings.ReplaceAll(d.Artifact, ":", "-") + ".jar"
	if d.Artifact == "" {
		name = filepath.Base(d.Path)
		ext := filepath.Ext(name)
		name = strings.TrimSuffix(name, ext) + "-" + uuid() + ext
	}
	return "dep-" + strings.Map(blobLetter, name)
}

// blobLetter replaces what no key of a blob may hold (BlobStore.KEY_PATTERN).
func blobLetter(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_' || r == '-' {
		return r
	}
	return '_'
}

func uuid() string {
	var b [16]byte
	rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// nameDependencies adds the keys of the dependencies to those that the topology names, in a copy of it.
func (sub *submission) nameDependencies() {
	if len(sub.Dependencies) == 0 {
		return
	}
	top := *sub.Topology
	sub.Topology = &top
	top.DependencyJars = append([]string{}, top.DependencyJars...)
	top.DependencyArtifacts = append([]string{}, top.DependencyArtifacts...)
	for i, d := range sub.Dependencies {
		key := d.key()
		if sub.Uploaded != nil {
			key = sub.Uploaded.keys[i]
		}
		sub.keys = append(sub.keys, key)
		switch {
		case d.Artifact == "":
			top.DependencyJars = append(top.DependencyJars, key)
		case !slices.Contains(top.DependencyArtifacts, key):
			top.DependencyArtifacts = append(top.DependencyArtifacts, key)
		}
	}
}

// checkDependencies opens the files, so that a missing one is found before anything is sent.
func (sub *submission) checkDependencies() error {
	for _, d := range sub.Dependencies {
		file, _, err := openFile(d.Path)
		if err != nil {
			return err
		}
		file.Close()
	}
	return nil
}

// uploadDependencies uploads the dependencies that the cluster does not have yet.
func (sub *submission) uploadDependencies(ctx context.Context, s *session) error {
	sub.stage = Uploading
	for i, d := range sub.Dependencies {
		if err := sub.uploadDependency(ctx, s, d, sub.keys[i]); err != nil {
			return err
		}
	}
	return nil
}

func (sub *submission) uploadDependency(ctx context.Context, s *session, d Dependency, key string) error {
	if has, err := s.hasBlob(ctx, sub.client, key); has || err != nil {
		return err
	}
	file, size, err := openFile(d.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	if d.Artifact == "" {
		sub.blobs = append(sub.blobs, key)
	}
	up := &upload{session: s, timeout: sub.timeout, content: file, name: d.Path, total: size, chunk: sub.ChunkSize}
	err = up.blob(ctx, key)
	if d.Artifact != "" && KindOf(err) == KeyExists {
		return nil // somebody else uploads it just now
	}
	return err
}

// dropBlobs deletes the uploaded blobs that are this topology's own. The caller knows that the topology is not on the
// cluster, and has the turn. What cannot be deleted stays in blobs.
func (sub *submission) dropBlobs(ctx context.Context) {
	if len(sub.blobs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpTimeCanceled)
	defer cancel()
	s, err := sub.client.whole(ctx)
	if err != nil {
		return
	}
	sub.blobs = slices.DeleteFunc(sub.blobs, func(key string) bool {
		_, err := invoke(ctx, s, sub.timeout, "deleteBlob", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, s.calls.DeleteBlob(ctx, key)
		})
		return err == nil || KindOf(err) == KeyNotFound
	})
}

// openFile opens a file that is to be uploaded, and returns its size.
func openFile(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w", path, bareCause(err))
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		err = fmt.Errorf("reading %s: %w", path, bareCause(err))
	case !info.Mode().IsRegular():
		err = fmt.Errorf("reading %s: it is not a file", path)
	case info.Size() == 0:
		err = fmt.Errorf("reading %s: it is empty", path)
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}
