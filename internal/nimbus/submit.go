package nimbus

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/storm"
)

// SubmitRequest is a topology and how to submit it. The caller has compiled and checked it. Submit repeats only the
// checks whose failure Nimbus would not explain.
type SubmitRequest struct {
	Name     string
	Topology *storm.StormTopology // with storm_version and jdk_version, if wanted; Submit does not change it
	Conf     map[string]any       // the topology's own, and options over it; Submit does not change it
	JarPath  string               // Nimbus wants a jar; a zip with one entry will do

	// Dependencies are uploaded before the jar, and the topology names their blobs. If the cluster then refuses the topology,
	// Submit deletes those that are the topology's own.
	Dependencies []Dependency

	// Uploaded, if set, are the jar and the dependencies as [Client.Upload] has sent them. If they are on another Nimbus than
	// the one that leads now, or too old, Submit sends the files again.
	Uploaded *Uploaded

	Inactive    bool              // submit it deactivated
	Credentials map[string]string // for the workers, also those of topology.auto-credentials; nil: none

	// Progress, if set, gets how many bytes of the jar Nimbus has taken: once before the first chunk, and after each.
	Progress func(sent, total int64)

	// LookUp is how long Submit looks for the topology after the connection broke. 0: 15 seconds.
	LookUp time.Duration

	// ChunkSize is the size of an upload's chunk in bytes; 0 means 307200, as in Storm's client. Submit lowers it to what
	// the server reads.
	ChunkSize int
}

// SubmitResult is a topology that runs or waits for its activation.
type SubmitResult struct {
	ID       string // Nimbus's id for it; empty if Nimbus did not answer the question
	Server   Address
	JarBytes int64

	// AnswerLost reports that the connection broke before Nimbus confirmed, and that the client then found the topology
	// on the cluster.
	AnswerLost bool
}

const (
	defaultChunkSize = 307200 // StormSubmitter.THRIFT_CHUNK_SIZE_BYTES

	// How long Submit looks for an interrupted submission. A caller that has cancelled does not want to wait long.
	lookUpTime         = 15 * time.Second
	lookUpTimeCanceled = 3 * time.Second
	lookUpInterval     = 500 * time.Millisecond
)

var zooKeeperPayload = lazyRegexp(`^\S+:\S+$`)

// Submit uploads the jar and submits the topology, in the order of StormSubmitter.submitTopologyAs. It asks and measures
// all it can before it sends anything. It streams the jar: one chunk is in memory at a time.
//
// When ctx ends, Submit stops at once and reports what it leaves behind. When the connection breaks while Nimbus works on
// the topology, Submit connects again and looks for it. A topology that is there is a success
// ([SubmitResult.AnswerLost]). The error is a [*SubmitError].
func (c *Client) Submit(ctx context.Context, r SubmitRequest) (SubmitResult, error) {
	sub := &submission{SubmitRequest: r, client: c, timeout: c.config.CallTimeout, started: time.Now()}
	if err := sub.checkName(); err != nil {
		return SubmitResult{}, sub.failed(err)
	}
	result, err := sub.run(ctx)
	if err != nil {
		return SubmitResult{}, sub.failed(err)
	}
	return result, nil
}

// Check does what Submit does before it uploads: it checks the request, asks whether the name is free, and measures all
// messages. Without a JarPath it leaves the jar out.
func (c *Client) Check(ctx context.Context, r SubmitRequest) error {
	sub := &submission{SubmitRequest: r, client: c, timeout: c.config.CallTimeout, started: time.Now()}
	err := sub.checkName()
	if err == nil {
		err = sub.prepare()
	}
	if err == nil && sub.JarPath != "" {
		var jar *os.File
		if jar, err = sub.openJar(); err == nil {
			jar.Close()
		}
	}
	if err != nil {
		return sub.failed(err)
	}
	s, err := c.acquire(ctx, "isTopologyNameAllowed")
	if err != nil {
		return sub.failed(err)
	}
	defer c.release()
	if err := sub.askFirst(ctx, s); err != nil {
		return sub.failed(err)
	}
	return nil
}

// submission is one Submit under way.
type submission struct {
	SubmitRequest
	client  *Client
	timeout time.Duration
	started time.Time

	conf     string // JSON, as sent
	stage    Stage
	outcome  Outcome
	inbox    string
	server   Address
	sent     int64
	total    int64
	lookedUp error
	keys     []string // of the blobs of Dependencies
	blobs    []string // of those, what was uploaded for this topology alone and is there
}

func (sub *submission) failed(err error) *SubmitError {
	e := &SubmitError{
		Name: sub.Name, Stage: sub.stage, Outcome: sub.outcome, Inbox: sub.inbox, Server: sub.server,
		Sent: sub.sent, Total: sub.total, Blobs: sub.blobs, LookUp: sub.lookedUp, Err: err,
	}
	if e.Stage == 0 {
		e.Stage = Checking
	}
	if e.Outcome == 0 {
		e.Outcome = NotSubmitted
	}
	return e
}

func (sub *submission) run(ctx context.Context) (_ SubmitResult, err error) {
	var none SubmitResult
	if err := sub.prepare(); err != nil {
		return none, err
	}
	jar, err := sub.openJar()
	if err != nil {
		return none, err
	}
	defer jar.Close()
	c := sub.client
	s, err := c.acquire(ctx, "isTopologyNameAllowed")
	if err != nil {
		return none, err
	}
	defer c.release()
	if err := sub.askFirst(ctx, s); err != nil {
		return none, err
	}
	defer func() {
		if err != nil && (sub.outcome == 0 || sub.outcome == NotSubmitted) {
			sub.dropBlobs(ctx)
		}
	}()
	if err := sub.send(ctx, s, jar); err != nil {
		return none, err
	}
	sub.stage = Submitting
	_, err = invoke(ctx, s, sub.timeout, "submitTopologyWithOpts", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.calls.SubmitTopologyWithOpts(ctx, sub.Name, sub.inbox, sub.conf, sub.Topology, sub.options())
	})
	result := SubmitResult{Server: sub.server, JarBytes: sub.total}
	switch KindOf(err) {
	case 0:
		if t, err := sub.find(ctx, s); err == nil && t != nil {
			result.ID = t.ID
		}
		return result, nil
	case Disconnected, NoAnswer, NotNimbus, Canceled:
		result.ID, err = sub.lookUp(ctx, err)
		result.AnswerLost = true
		return result, err
	case InvalidTopology:
		sub.nameKey(err)
	}
	return none, err
}

// nameKey adds the key of the configuration to a refusal that names Storm's constant.
func (sub *submission) nameKey(err error) {
	var failed *Error
	if !errors.As(err, &failed) {
		return
	}
	if key := configKeyOf(failed.Said, sub.Conf); key != "" {
		failed.Advice = []string{fmt.Sprintf("correct %q in the topology's configuration", key)}
	}
}

// checkName checks the name for the release that the topology is for.
func (sub *submission) checkName() error {
	release := settings.DefaultVersion()
	if sub.Topology != nil && sub.Topology.StormVersion != nil {
		if v, err := settings.ParseVersion(*sub.Topology.StormVersion); err == nil {
			release = v
		}
	}
	if f := settings.CheckTopologyName(sub.Name, release); f != nil {
		return invalid("a topology cannot be named %q: %v", sub.Name, f)
	}
	return nil
}

// prepare checks whatever else needs neither Nimbus nor the jar.
func (sub *submission) prepare() error {
	if sub.Topology == nil || len(sub.Topology.Spouts) == 0 {
		return invalid("topology %q does not have any spout", sub.Name)
	}
	conf := maps.Clone(sub.Conf)
	if conf == nil {
		conf = map[string]any{}
	}
	if err := sub.checkDependencies(); err != nil {
		return err
	}
	sub.nameDependencies()
	sub.addZooKeeperPayload(conf)
	text, err := java.AppendJSON(nil, conf)
	if err != nil {
		return invalid("the topology's configuration is not JSON-serializable: %v", err)
	}
	sub.conf = string(text)
	return nil
}

// openJar opens the jar and learns its size.
func (sub *submission) openJar() (*os.File, error) {
	jar, size, err := openFile(sub.JarPath)
	if err != nil {
		return nil, err
	}
	sub.total = size
	return jar, nil
}

func invalid(format string, args ...any) *Error {
	return &Error{Kind: InvalidTopology, Reason: fmt.Sprintf(format, args...)}
}

// addZooKeeperPayload adds the secret that protects a topology's ZooKeeper nodes from other topologies, as
// StormSubmitter.prepareZookeeperAuthentication does. A Nimbus without ZooKeeper authentication drops the secret; a Nimbus
// with it fails without the secret.
func (sub *submission) addZooKeeperPayload(conf map[string]any) {
	const key = "storm.zookeeper.topology.auth.payload"
	payload := sub.client.config.ZooKeeperPayload
	if own, given := conf[key]; given { // also one that cannot be used hides that of storm.yaml
		payload, _ = own.(string)
	}
	if !zooKeeperPayload().MatchString(payload) {
		payload = fmt.Sprintf("%d:%d", uuidHalf(), uuidHalf())
	}
	conf["storm.zookeeper.topology.auth.scheme"] = "digest"
	conf[key] = payload
}

// uuidHalf is UUID.randomUUID().getLeastSignificantBits(): random, but the UUID's variant makes the top bits 10.
func uuidHalf() int64 {
	var b [8]byte
	rand.Read(b[:]) // it never fails
	return int64(binary.BigEndian.Uint64(b[:])>>2 | 1<<63)
}

func (sub *submission) options() *storm.SubmitOptions {
	options := &storm.SubmitOptions{InitialStatus: storm.TopologyInitialStatus_ACTIVE}
	if sub.Inactive {
		options.InitialStatus = storm.TopologyInitialStatus_INACTIVE
	}
	if sub.Credentials != nil {
		options.Creds = &storm.Credentials{Creds: sub.Credentials}
	}
	return options
}

// askFirst asks Nimbus what it can answer before the upload, and measures the message.
func (sub *submission) askFirst(ctx context.Context, s *session) error {
	sub.server = s.addr
	allowed, err := s.nameAllowed(ctx, sub.timeout, sub.Name)
	if err != nil {
		return err
	}
	if !allowed {
		return sub.nameTaken(ctx, s)
	}
	return sub.askSize(ctx, s)
}

// askSize measures the message against the limit of the server.
func (sub *submission) askSize(ctx context.Context, s *session) error {
	if err := sub.askLimit(ctx, s); err != nil {
		return err
	}
	return sub.measure(ctx, s, "")
}

// nameTaken finds out who has the name, because Nimbus answers only "not allowed".
func (sub *submission) nameTaken(ctx context.Context, s *session) error {
	e := &Error{Kind: AlreadyAlive, Call: "isTopologyNameAllowed", Addr: s.addr.String()}
	e.Reason = fmt.Sprintf("the name %q is taken on the cluster, or not allowed there", sub.Name)
	e.Advice = []string{fmt.Sprintf("kill %q first, or submit under another name", sub.Name)}
	e.Next = Next{Step: KillFirst, Topology: sub.Name}
	t, err := sub.find(ctx, s)
	switch {
	case err != nil || t == nil:
	case t.Status == "KILLED":
		e.Reason = fmt.Sprintf("topology %q (%s) is being killed and has its name until it is gone", sub.Name, t.ID)
		e.Advice, e.Next = []string{"try again when it is gone"}, Next{Step: LookAtTopologies}
	default:
		e.Reason = fmt.Sprintf("topology %q is on the cluster already (%s, %s for %s)", sub.Name, t.ID, t.Status, time.Duration(t.UptimeSecs)*time.Second)
	}
	return e
}

// find returns the topology that has the submission's name on s, or nil.
func (sub *submission) find(ctx context.Context, s *session) (*storm.TopologySummary, error) {
	topologies, err := invoke(ctx, s, sub.timeout, "getTopologySummaries", s.calls.GetTopologySummaries)
	if KindOf(err) == Unsupported {
		var cluster *storm.ClusterSummary
		if cluster, err = invoke(ctx, s, sub.timeout, "getClusterInfo", s.calls.GetClusterInfo); err == nil {
			topologies = cluster.Topologies
		}
	}
	if err != nil {
		return nil, err
	}
	return named(topologies, sub.Name), nil
}

// askLimit asks for the largest frame that this server reads.
func (sub *submission) askLimit(ctx context.Context, s *session) error {
	if !s.limited {
		return nil
	}
	text, err := invoke(ctx, s, sub.timeout, "getNimbusConf", s.calls.GetNimbusConf)
	switch KindOf(err) {
	case 0:
	case NotAuthorized, Internal, Unsupported:
		return nil // the configured limit stands
	default:
		return err
	}
	var conf struct {
		MaxBufferSize json.Number `json:"nimbus.thrift.max_buffer_size"`
	}
	if json.Unmarshal([]byte(text), &conf) == nil {
		if n, err := conf.MaxBufferSize.Int64(); err == nil && n > 0 {
			s.wire.limit = int(min(n, maxServerFrame))
		}
	}
	return nil
}

// measure fails if the submission's own message is too large for the server. The jar's location is known only after its
// upload has begun.
func (sub *submission) measure(ctx context.Context, s *session, location string) error {
	if s.wire.limit == 0 {
		return nil
	}
	size, err := frameSize(ctx, "submitTopologyWithOpts", &storm.NimbusSubmitTopologyWithOptsArgs{
		Name: sub.Name, UploadedJarLocation: location, JsonConf: sub.conf, Topology: sub.Topology, Options: sub.options(),
	})
	if err != nil {
		return fmt.Errorf("writing topology %q as Thrift: %w", sub.Name, err)
	}
	if size > s.wire.limit {
		return faultError(&Error{Call: "submitTopologyWithOpts", Addr: s.addr.String()}, &frameTooLargeError{size: size, limit: s.wire.limit})
	}
	return nil
}

// upload sends the jar in chunks. Each chunk waits until Nimbus has taken the one before.
func (sub *submission) upload(ctx context.Context, s *session, jar io.Reader) error {
	sub.stage = Uploading
	location, err := invoke(ctx, s, sub.timeout, "beginFileUpload", s.calls.BeginFileUpload)
	if err != nil {
		return err
	}
	sub.inbox = location
	if err := sub.measure(ctx, s, location); err != nil {
		return err
	}
	up := &upload{session: s, timeout: sub.timeout, content: jar, name: sub.JarPath, total: sub.total, chunk: sub.ChunkSize}
	up.progress = func(sent int64) {
		if sub.sent = sent; sub.Progress != nil {
			sub.Progress(sent, sub.total)
		}
	}
	empty := &storm.NimbusUploadChunkArgs{Location: location, Chunk: []byte{}}
	if err := up.send(ctx, "uploadChunk", location, empty, s.calls.UploadChunk); err != nil {
		return err
	}
	_, err = invoke(ctx, s, sub.timeout, "finishFileUpload", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.calls.FinishFileUpload(ctx, location)
	})
	return err
}
