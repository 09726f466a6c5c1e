package nimbus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
)

// The rights of an access control (BlobStoreAclHandler).
const (
	blobRead  = 1
	blobWrite = 2
	blobAdmin = 4
)

// CreateBlob uploads size bytes as a new blob, which everybody may read. When it fails, no blob is left, as far as Nimbus
// can still be told. The error's [Kind] is [KeyExists] if there is one already.
func (c *Client) CreateBlob(ctx context.Context, key string, content io.Reader, size int64) error {
	s, err := c.acquire(ctx, "beginCreateBlob")
	if err != nil {
		return err
	}
	defer c.release()
	up := &upload{session: s, timeout: c.config.CallTimeout, content: content, name: "blob " + key, total: size}
	return up.blob(ctx, key)
}

// HasBlob reports whether there is a blob.
func (c *Client) HasBlob(ctx context.Context, key string) (bool, error) {
	s, err := c.acquire(ctx, "getBlobMeta")
	if err != nil {
		return false, err
	}
	defer c.release()
	return s.hasBlob(ctx, c, key)
}

func (s *session) hasBlob(ctx context.Context, c *Client, key string) (bool, error) {
	_, err := invoke(ctx, s, c.config.CallTimeout, "getBlobMeta", func(ctx context.Context) (*storm.ReadableBlobMeta, error) {
		return s.calls.GetBlobMeta(ctx, key)
	})
	if KindOf(err) == KeyNotFound {
		return false, nil
	}
	return err == nil, err
}

// DeleteBlob deletes a blob. A blob of a running topology gives [IllegalState].
func (c *Client) DeleteBlob(ctx context.Context, key string) error {
	return tell(ctx, c, "deleteBlob", func(ctx context.Context, n *storm.NimbusClient) error { return n.DeleteBlob(ctx, key) })
}

// ReadBlob writes the content of a blob to w.
func (c *Client) ReadBlob(ctx context.Context, key string, w io.Writer) error {
	s, err := c.acquire(ctx, "beginBlobDownload")
	if err != nil {
		return err
	}
	defer c.release()
	began, err := invoke(ctx, s, c.config.CallTimeout, "beginBlobDownload", func(ctx context.Context) (*storm.BeginDownloadResult_, error) {
		return s.calls.BeginBlobDownload(ctx, key)
	})
	if err != nil {
		return err
	}
	for {
		chunk, err := invoke(ctx, s, c.config.CallTimeout, "downloadBlobChunk", func(ctx context.Context) ([]byte, error) {
			return s.calls.DownloadBlobChunk(ctx, began.Session)
		})
		if err != nil || len(chunk) == 0 { // one call after the empty chunk would fail
			return err
		}
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
}

// upload is a file on its way to Nimbus, in chunks. Each chunk waits until Nimbus has taken the one before.
type upload struct {
	session *session
	timeout time.Duration
	content io.Reader
	name    string // for messages: the path of the file
	total   int64
	chunk   int // bytes; 0 means Storm's own size

	progress func(sent int64) // or nil
	sent     int64
}

// blob creates a blob with the content.
func (u *upload) blob(ctx context.Context, key string) (err error) {
	s := u.session
	meta := &storm.SettableBlobMeta{Acl: []*storm.AccessControl{
		{Type: storm.AccessControlType_USER, Access: blobRead | blobWrite | blobAdmin},
		{Type: storm.AccessControlType_OTHER, Access: blobRead},
	}}
	location, err := invoke(ctx, s, u.timeout, "beginCreateBlob", func(ctx context.Context) (string, error) {
		return s.calls.BeginCreateBlob(ctx, key, meta)
	})
	if err != nil {
		return err
	}
	defer func() {
		if err == nil || s.broken() {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpTimeCanceled)
		defer cancel()
		_, _ = invoke(ctx, s, u.timeout, "cancelBlobUpload", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, s.calls.CancelBlobUpload(ctx, location)
		})
	}()
	err = u.send(ctx, "uploadBlobChunk", location, &storm.NimbusUploadBlobChunkArgs{Session: location, Chunk: []byte{}}, s.calls.UploadBlobChunk)
	if err != nil {
		return err
	}
	_, err = invoke(ctx, s, u.timeout, "finishBlobUpload", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.calls.FinishBlobUpload(ctx, location)
	})
	if err != nil {
		return err
	}
	// The other Nimbuses learn of a blob from ZooKeeper (NimbusBlobStore.NimbusUploadAtomicOutputStream.close).
	_, err = invoke(ctx, s, u.timeout, "createStateInZookeeper", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.calls.CreateStateInZookeeper(ctx, key)
	})
	return err
}

// send sends the content with one call for each chunk. empty is the message of an empty chunk, for its size.
func (u *upload) send(ctx context.Context, call, location string, empty thrift.TStruct, send func(context.Context, string, []byte) error) error {
	s, chunk := u.session, u.chunk
	if chunk <= 0 {
		chunk = defaultChunkSize
	}
	if limit := s.wire.limit; limit > 0 {
		overhead, err := frameSize(ctx, call, empty)
		if err != nil {
			panic(err) // writing to memory cannot fail
		}
		if overhead >= limit {
			return faultError(&Error{Call: call, Addr: s.addr.String()}, &frameTooLargeError{size: overhead + 1, limit: limit})
		}
		chunk = min(chunk, limit-overhead)
	}
	progress := u.progress
	if progress == nil {
		progress = func(int64) {}
	}
	progress(0)
	buffer := make([]byte, min(int64(chunk), u.total))
	for u.sent < u.total {
		part := buffer[:min(int64(len(buffer)), u.total-u.sent)]
		if _, err := io.ReadFull(u.content, part); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = errors.New("it became shorter during the upload")
			}
			return fmt.Errorf("reading %s: %w", u.name, bareCause(err))
		}
		_, err := invoke(ctx, s, u.timeout, call, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, send(ctx, location, part)
		})
		if err != nil {
			return err
		}
		u.sent += int64(len(part))
		progress(u.sent)
	}
	return nil
}
