package nimbus

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

// Uploaded are the files of a submission that Nimbus has already: see [Client.Upload].
type Uploaded struct {
	Server   Address
	Location string // of the jar, in Nimbus's inbox
	Bytes    int64

	at    time.Time
	keys  []string // of the blobs of all dependencies
	blobs []string // of those, what was uploaded for this topology alone
}

// uploadLife is how long an upload is used. Nimbus deletes a jar of its inbox after nimbus.inbox.jar.expiration.secs, an hour
// by default.
const uploadLife = 30 * time.Minute

// Upload does what Submit does up to the submission, except that the name may be taken: it checks, measures and sends the
// dependencies and the jar. The error is a [*SubmitError].
func (c *Client) Upload(ctx context.Context, r SubmitRequest) (_ *Uploaded, err error) {
	r.Uploaded = nil
	sub := &submission{SubmitRequest: r, client: c, timeout: c.config.CallTimeout, started: time.Now()}
	defer func() {
		if err != nil {
			err = sub.failed(err)
		}
	}()
	if err := sub.checkName(); err != nil {
		return nil, err
	}
	if err := sub.prepare(); err != nil {
		return nil, err
	}
	jar, err := sub.openJar()
	if err != nil {
		return nil, err
	}
	defer jar.Close()
	s, err := c.acquire(ctx, "beginFileUpload")
	if err != nil {
		return nil, err
	}
	defer c.release()
	sub.server = s.addr
	if err := sub.askSize(ctx, s); err != nil {
		return nil, err
	}
	if err := sub.send(ctx, s, jar); err != nil {
		sub.dropBlobs(ctx)
		return nil, err
	}
	return &Uploaded{Server: s.addr, Location: sub.inbox, Bytes: sub.total, at: sub.started, keys: sub.keys, blobs: sub.blobs}, nil
}

// Discard deletes the dependencies of an upload that are the topology's own. The jar stays in the inbox until Nimbus deletes
// it: there is no call for that. The caller knows that no topology uses the upload.
func (c *Client) Discard(ctx context.Context, u *Uploaded) {
	if u == nil {
		return
	}
	for _, key := range u.blobs {
		_ = c.DeleteBlob(ctx, key) // what stays is only litter
	}
}

// send uploads the dependencies and the jar, unless this Nimbus has them.
func (sub *submission) send(ctx context.Context, s *session, jar io.Reader) error {
	if u := sub.Uploaded; u != nil && u.Server == s.addr && time.Since(u.at) < uploadLife {
		sub.inbox, sub.sent, sub.blobs = u.Location, u.Bytes, u.blobs
		return sub.measure(ctx, s, u.Location)
	}
	if err := sub.uploadDependencies(ctx, s); err != nil {
		return err
	}
	return sub.upload(ctx, s, jar)
}

// Try lets Nimbus check a topology without accepting it, while the name may be taken. Nimbus makes all its checks before it
// reads the jar (Nimbus.submitTopologyWithOpts in 2.8.3). So Try submits the topology under a name of its own, with a jar that
// does not exist: what Nimbus refuses, it refuses with a reason, and what passes fails at the jar, without a trace except in
// Nimbus's log. uploaded names the place of the jars. The error is a [*SubmitError].
func (c *Client) Try(ctx context.Context, r SubmitRequest, uploaded *Uploaded) error {
	r.Uploaded = uploaded
	sub := &submission{SubmitRequest: r, client: c, timeout: c.config.CallTimeout, started: time.Now()}
	if err := sub.prepare(); err != nil {
		return sub.failed(err)
	}
	sub.Credentials = nil // Nimbus may keep them
	var b [4]byte
	rand.Read(b[:]) // it never fails
	name := fmt.Sprintf("stormflux-check-%x", b)
	err := tell(ctx, c, "submitTopologyWithOpts", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.SubmitTopologyWithOpts(ctx, name, uploaded.Location+".check", sub.conf, sub.Topology, sub.options())
	})
	switch KindOf(err) {
	case Internal:
		return nil
	case 0: // it takes what has no jar, so it is not Storm's
		return c.Kill(ctx, name, 0)
	case InvalidTopology:
		sub.nameKey(err)
		if failed, ok := err.(*Error); ok {
			failed.Reason = strings.ReplaceAll(failed.Reason, name, r.Name)
		}
	}
	return sub.failed(err)
}
