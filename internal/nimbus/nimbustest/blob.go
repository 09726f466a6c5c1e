package nimbustest

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// Blob is a blob in the cluster's store.
type Blob struct {
	Key   string
	Bytes []byte
	ACL   []*storm.AccessControl
	// InZooKeeper reports that the other Nimbuses know of it.
	InZooKeeper bool
}

// blobSession is an upload or a download under way.
type blobSession struct {
	blob Blob
	left []byte // of a download
}

// Blobs returns the blobs, by key, without the jars of the topologies.
func (s *Server) Blobs() []Blob {
	s.mu.Lock()
	defer s.mu.Unlock()
	var blobs []Blob
	for _, key := range slices.Sorted(maps.Keys(s.state.blobs)) {
		blobs = append(blobs, *s.state.blobs[key])
	}
	return blobs
}

// BlobSessions returns how many uploads and downloads of blobs have neither ended nor been cancelled.
func (s *Server) BlobSessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.state.sessions)
}

// AddBlob puts a blob into the store, as if somebody else had uploaded it.
func (s *Server) AddBlob(b Blob) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.blobs[b.Key] = &b
}

var blobKey = regexp.MustCompile(`^[\w \t._-]+$`)

func (h *handler) blob(key string) (*Blob, func(), error) {
	unlock := h.lock()
	if h.fail != nil {
		return nil, unlock, h.fail
	}
	b := h.server.state.blobs[key]
	for _, t := range h.server.state.topologies {
		if key == nimbus.JarKey(t.ID) && b == nil {
			b = &Blob{Key: key}
			if u := h.server.state.uploads[t.Jar]; u != nil {
				b.Bytes = u.Bytes
			}
		}
	}
	if b == nil {
		return nil, unlock, &storm.KeyNotFoundException{Msg: key}
	}
	return b, unlock, nil
}

func (h *handler) session(id string) (*blobSession, func(), error) {
	unlock := h.lock()
	if h.fail != nil {
		return nil, unlock, h.fail
	}
	s := h.server.state.sessions[id]
	if s == nil {
		return nil, unlock, errInternal
	}
	return s, unlock, nil
}

func (h *handler) begin(s *blobSession) string {
	h.server.state.counter++
	id := fmt.Sprintf("session-%d", h.server.state.counter)
	h.server.state.sessions[id] = s
	return id
}

func (h *handler) GetBlobMeta(_ context.Context, key string) (*storm.ReadableBlobMeta, error) {
	b, unlock, err := h.blob(key)
	defer unlock()
	if err != nil {
		return nil, err
	}
	return &storm.ReadableBlobMeta{Settable: &storm.SettableBlobMeta{Acl: b.ACL}, Version: 1}, nil
}

func (h *handler) BeginCreateBlob(_ context.Context, key string, meta *storm.SettableBlobMeta) (string, error) {
	_, unlock, err := h.blob(key)
	defer unlock()
	switch {
	case h.fail != nil:
		return "", h.fail
	case err == nil:
		return "", &storm.KeyAlreadyExistsException{Msg: "blob already exists: " + key}
	case !blobKey.MatchString(key):
		return "", errInternal
	}
	return h.begin(&blobSession{blob: Blob{Key: key, ACL: meta.Acl}}), nil
}

func (h *handler) UploadBlobChunk(_ context.Context, id string, chunk []byte) error {
	s, unlock, err := h.session(id)
	defer unlock()
	if err == nil {
		s.blob.Bytes = append(s.blob.Bytes, chunk...)
	}
	return err
}

func (h *handler) FinishBlobUpload(_ context.Context, id string) error {
	s, unlock, err := h.session(id)
	defer unlock()
	if err == nil {
		delete(h.server.state.sessions, id)
		h.server.state.blobs[s.blob.Key] = &s.blob
	}
	return err
}

func (h *handler) CancelBlobUpload(_ context.Context, id string) error {
	_, unlock, err := h.session(id)
	defer unlock()
	delete(h.server.state.sessions, id)
	return err
}

func (h *handler) CreateStateInZookeeper(_ context.Context, key string) error {
	b, unlock, err := h.blob(key)
	defer unlock()
	if err != nil {
		return errInternal
	}
	b.InZooKeeper = true
	return nil
}

func (h *handler) DeleteBlob(_ context.Context, key string) error {
	_, unlock, err := h.blob(key)
	defer unlock()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(h.server.state.topologies)) {
		t := h.server.state.topologies[name]
		if slices.Contains(t.Topology.DependencyJars, key) || slices.Contains(t.Topology.DependencyArtifacts, key) {
			return &storm.IllegalStateException{Msg: fmt.Sprintf("Attempting to delete blob %s from under active topology %s", key, t.ID)}
		}
	}
	delete(h.server.state.blobs, key)
	return nil
}

func (h *handler) BeginBlobDownload(_ context.Context, key string) (*storm.BeginDownloadResult_, error) {
	b, unlock, err := h.blob(key)
	defer unlock()
	if err != nil {
		return nil, err
	}
	return &storm.BeginDownloadResult_{Version: 1, Session: h.begin(&blobSession{left: b.Bytes})}, nil
}

// DownloadBlobChunk ends the download with an empty chunk.
func (h *handler) DownloadBlobChunk(_ context.Context, id string) ([]byte, error) {
	s, unlock, err := h.session(id)
	defer unlock()
	if err != nil {
		return nil, err
	}
	chunk := s.left[:min(len(s.left), 65536)]
	if s.left = s.left[len(chunk):]; len(chunk) == 0 {
		delete(h.server.state.sessions, id)
	}
	return append([]byte{}, chunk...), nil
}
