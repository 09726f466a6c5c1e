package nimbustest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/storm"
)

// Upload is a file in the inbox.
type Upload struct {
	Location string
	Size     int64
	SHA256   string // hex
	Finished bool
	Bytes    []byte // only with Options.KeepJars
}

// Topology is a submitted topology.
type Topology struct {
	ID       string
	Name     string
	Status   string
	Jar      string // its location in the inbox
	Conf     map[string]any
	JSONConf string // as it was sent
	Topology *storm.StormTopology
	Options  *storm.SubmitOptions
	Owner    string                                            // of the topology; "": the cluster has no security
	Creds    map[string]string                                 // of the submission and of uploads since
	Info     func(*storm.TopologyInfo)                         // changes the answer of getTopologyInfo
	Page     func(window string, page *storm.TopologyPageInfo) // changes the answer of getTopologyPageInfo

	// ComponentPages has the answers of getComponentPageInfo by component. Storm fails inside for any other component.
	ComponentPages map[string]*storm.ComponentPageInfo
	Started        time.Time

	LogConfig *storm.LogConfig               // as setLogConfig has changed it
	Debugged  map[string]*storm.DebugOptions // sampled tuples by component, under the topology's id for all
	Profiles  []*storm.ProfileRequest        // that no Supervisor has finished
}

type state struct {
	uploads    map[string]*upload
	topologies map[string]*Topology // by name
	blobs      map[string]*Blob
	sessions   map[string]*blobSession // of uploads and downloads
	counter    int
}

type upload struct {
	Upload
	hash hash.Hash
}

func newState() state {
	return state{uploads: map[string]*upload{}, topologies: map[string]*Topology{}, blobs: map[string]*Blob{}, sessions: map[string]*blobSession{}}
}

// Uploads returns the files in the inbox, by location.
func (s *Server) Uploads() []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	var uploads []Upload
	for _, location := range slices.Sorted(maps.Keys(s.state.uploads)) {
		u := s.state.uploads[location].Upload
		u.SHA256 = hex.EncodeToString(s.state.uploads[location].hash.Sum(nil))
		uploads = append(uploads, u)
	}
	return uploads
}

// Topology returns the topology with that name as it is now, or nil.
func (s *Server) Topology(name string) *Topology {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.state.topologies[name]
	if t == nil {
		return nil
	}
	now := *t
	return &now
}

// Add puts a topology on the cluster, as if somebody else had submitted it, and fills in unset fields. It replaces a
// topology with the same name.
func (s *Server) Add(t Topology) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(t)
}

// Remove removes a topology, as happens at the end of the wait of a kill.
func (s *Server) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.state.topologies, name)
}

func (s *Server) add(t Topology) *Topology {
	s.state.counter++
	if t.Started.IsZero() {
		t.Started = time.Now()
	}
	if t.ID == "" {
		t.ID = fmt.Sprintf("%s-%d-%d", t.Name, s.state.counter, t.Started.Unix())
	}
	if t.Status == "" {
		t.Status = "ACTIVE"
	}
	if t.Topology == nil {
		t.Topology = &storm.StormTopology{}
	}
	if t.Conf == nil {
		t.Conf = map[string]any{}
	}
	s.state.topologies[t.Name] = &t
	return &t
}

// handler answers one call. Its missing methods panic on the nil interface, and process turns the panic into an
// internal error.
type handler struct {
	storm.Nimbus
	server *Server
	fail   error
}

var (
	errInternal  = errors.New("internal error")
	errAbandoned = errors.New("abandoned")
)

func newBuffer(b []byte) *bytes.Buffer { return bytes.NewBuffer(b) }

// process runs the generated code of a call. Go's code writes the handler's error into the text of an internal error.
// Java's code does not, so we write such an error elsewhere.
func process(ctx context.Context, function thrift.TProcessorFunction, seq int32, in, out thrift.TProtocol) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errInternal, p)
		}
	}()
	_, failed := function.Process(ctx, seq, in, out)
	if failed == nil {
		return nil
	}
	var protocol thrift.TProtocolException
	if errors.As(failed, &protocol) {
		return errAbandoned
	}
	if errors.Is(failed, errInternal) {
		return errInternal
	}
	return nil // an exception of Storm, which is already written
}

func (h *handler) lock() func() {
	h.server.mu.Lock()
	return h.server.mu.Unlock
}

func (h *handler) GetLeader(context.Context) (*storm.NimbusSummary, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	defer h.lock()()
	s := h.server
	switch {
	case s.noLeader:
		return nil, nil
	case s.leader != nil:
		return s.leader, nil
	}
	return s.summary(), nil
}

func (s *Server) summary() *storm.NimbusSummary {
	return &storm.NimbusSummary{
		Host: s.options.Host, Port: int32(s.Port()), IsLeader: s.leader == nil && !s.noLeader, Version: s.options.Version,
	}
}

func (h *handler) GetClusterInfo(context.Context) (*storm.ClusterSummary, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	defer h.lock()()
	cluster := &storm.ClusterSummary{
		Supervisors: append([]*storm.SupervisorSummary{}, h.server.options.Supervisors...), Topologies: h.server.summaries(),
		Nimbuses: []*storm.NimbusSummary{h.server.summary()},
	}
	if h.server.leader != nil {
		cluster.Nimbuses = append(cluster.Nimbuses, h.server.leader)
	}
	return cluster, nil
}

func (h *handler) GetNimbusConf(context.Context) (string, error) {
	if h.fail != nil {
		return "", h.fail
	}
	conf := map[string]any{"nimbus.thrift.max_buffer_size": h.server.options.MaxBufferSize, "executor.metrics.frequency.secs": 60}
	maps.Copy(conf, h.server.options.Conf)
	text, err := json.Marshal(conf)
	return string(text), err
}

func (s *Server) summaries() []*storm.TopologySummary {
	summaries := []*storm.TopologySummary{}
	for _, name := range slices.Sorted(maps.Keys(s.state.topologies)) {
		summaries = append(summaries, s.state.topologies[name].summary())
	}
	return summaries
}

func (t *Topology) summary() *storm.TopologySummary {
	return &storm.TopologySummary{
		ID: t.ID, Name: t.Name, Status: t.Status, UptimeSecs: t.uptime(),
	}
}

func (t *Topology) uptime() int32 { return int32(time.Since(t.Started) / time.Second) }

func (h *handler) GetTopologySummaries(context.Context) ([]*storm.TopologySummary, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	defer h.lock()()
	return h.server.summaries(), nil
}

func (h *handler) GetTopologySummaryByName(_ context.Context, name string) (*storm.TopologySummary, error) {
	t, unlock, err := h.topology(name)
	defer unlock()
	if err != nil {
		return nil, err
	}
	return t.summary(), nil
}

// topology finds a topology by name or id. The server is locked until unlock is called.
func (h *handler) topology(nameOrID string) (*Topology, func(), error) {
	unlock := h.lock()
	if h.fail != nil {
		return nil, unlock, h.fail
	}
	if t := h.server.state.topologies[nameOrID]; t != nil && !h.server.restarted {
		return t, unlock, nil
	}
	for _, name := range slices.Sorted(maps.Keys(h.server.state.topologies)) {
		if t := h.server.state.topologies[name]; t.ID == nameOrID {
			return t, unlock, nil
		}
	}
	return nil, unlock, &storm.NotAliveException{Msg: nameOrID + " is not alive"}
}

var nameForm = regexp.MustCompile(`^[^/.:\\]+$`)

func (h *handler) IsTopologyNameAllowed(_ context.Context, name string) (bool, error) {
	if h.fail != nil {
		return false, h.fail
	}
	defer h.lock()()
	return nameForm.MatchString(name) && (h.server.restarted || h.server.state.topologies[name] == nil), nil
}

func (h *handler) BeginFileUpload(context.Context) (string, error) {
	if h.fail != nil {
		return "", h.fail
	}
	defer h.lock()()
	location := fmt.Sprintf("/storm/nimbus/inbox/stormjar-%08d-0000-4000-8000-000000000000.jar", len(h.server.state.uploads)+1)
	h.server.state.uploads[location] = &upload{Upload: Upload{Location: location}, hash: sha256.New()}
	return location, nil
}

func (h *handler) UploadChunk(_ context.Context, location string, chunk []byte) error {
	if h.fail != nil {
		return h.fail
	}
	defer h.lock()()
	u := h.server.state.uploads[location]
	if u == nil || u.Finished {
		return errInternal
	}
	u.Size += int64(len(chunk))
	u.hash.Write(chunk)
	if h.server.options.KeepJars {
		u.Bytes = append(u.Bytes, chunk...)
	}
	return nil
}

func (h *handler) FinishFileUpload(_ context.Context, location string) error {
	if h.fail != nil {
		return h.fail
	}
	defer h.lock()()
	u := h.server.state.uploads[location]
	if u == nil || u.Finished {
		return errInternal
	}
	u.Finished = true
	return nil
}

// SubmitTopologyWithOpts checks what Nimbus checks first. It refuses a configuration with nimbus.refuses: true.
func (h *handler) SubmitTopologyWithOpts(_ context.Context, name, jar, conf string, topology *storm.StormTopology, options *storm.SubmitOptions) error {
	if h.fail != nil {
		return h.fail
	}
	defer h.lock()()
	if !nameForm.MatchString(name) {
		return &storm.InvalidTopologyException{Msg: fmt.Sprintf(`Topology name '%s' is not valid. It can't be null and it must match ^[^/.:\\]+$`, name)}
	}
	if h.server.state.topologies[name] != nil {
		return &storm.AlreadyAliveException{Msg: name + " is already alive"}
	}
	var values map[string]any
	if json.Unmarshal([]byte(conf), &values) != nil || values == nil {
		return errInternal
	}
	if _, ok := values["topology.workers"].(string); ok {
		return &storm.InvalidTopologyException{Msg: "Field TOPOLOGY_WORKERS must be an Integer within type range."}
	}
	if values["nimbus.refuses"] == true {
		return &storm.InvalidTopologyException{Msg: "the fake refuses the configuration of " + name}
	}
	if u := h.server.state.uploads[jar]; u == nil || !u.Finished {
		return errInternal
	}
	maps.DeleteFunc(values, func(key string, _ any) bool { return strings.HasPrefix(key, "storm.zookeeper.topology.auth.") })
	status := "ACTIVE"
	if options.InitialStatus == storm.TopologyInitialStatus_INACTIVE {
		status = "INACTIVE"
	}
	var creds map[string]string
	if options.Creds != nil {
		creds = options.Creds.Creds
	}
	added := h.server.add(Topology{Name: name, Status: status, Jar: jar, Conf: values, JSONConf: conf, Topology: topology, Options: options, Creds: creds})
	if u := h.server.state.uploads[jar]; h.server.options.KeepJars {
		key := nimbus.JarKey(added.ID)
		h.server.state.blobs[key] = &Blob{Key: key, Bytes: u.Bytes}
	}
	if h.server.options.OnSubmit != nil {
		h.server.options.OnSubmit(added)
	}
	return nil
}

// KillTopologyWithOpts removes a topology at once if there is no wait. Otherwise Remove does it.
func (h *handler) KillTopologyWithOpts(_ context.Context, name string, options *storm.KillOptions) error {
	t, unlock, err := h.topology(name)
	defer unlock()
	if err != nil {
		return err
	}
	t.Status = "KILLED"
	if options.IsSetWaitSecs() && options.GetWaitSecs() == 0 {
		delete(h.server.state.topologies, t.Name)
	}
	return nil
}

// UploadNewCredentials merges the credentials into those of the topology.
func (h *handler) UploadNewCredentials(_ context.Context, name string, credentials *storm.Credentials) error {
	t, unlock, err := h.topology(name)
	defer unlock()
	if err != nil {
		return err
	}
	if owner := credentials.GetTopoOwner(); owner != "" && t.Owner != "" && owner != t.Owner {
		return &storm.AuthorizationException{Msg: fmt.Sprintf("%s is expected to be owned by %s but is actually owned by %s", t.ID, owner, t.Owner)}
	}
	merged := maps.Clone(t.Creds)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, credentials.Creds)
	t.Creds = merged
	return nil
}

func (h *handler) Activate(_ context.Context, name string) error { return h.turn(name, "ACTIVE") }

func (h *handler) Deactivate(_ context.Context, name string) error { return h.turn(name, "INACTIVE") }

func (h *handler) turn(name, status string) error {
	t, unlock, err := h.topology(name)
	defer unlock()
	if err != nil {
		return err
	}
	if t.Status == "KILLED" || t.Status == "REBALANCING" {
		return errInternal
	}
	t.Status = status
	return nil
}

// Rebalance checks the components. With a wait, the topology stays REBALANCING.
func (h *handler) Rebalance(_ context.Context, name string, options *storm.RebalanceOptions) error {
	t, unlock, err := h.topology(name)
	defer unlock()
	if err != nil {
		return err
	}
	if t.Status == "KILLED" || t.Status == "REBALANCING" {
		return errInternal
	}
	components := slices.Sorted(maps.Keys(t.Topology.Bolts))
	components = append(components, slices.Sorted(maps.Keys(t.Topology.Spouts))...)
	for _, c := range slices.Sorted(maps.Keys(options.NumExecutors)) {
		if !slices.Contains(components, c) {
			return &storm.InvalidTopologyException{Msg: fmt.Sprintf("Invalid component %s for topology %s, valid values are %s", c, name, strings.Join(components, ","))}
		}
		if options.NumExecutors[c] <= 0 {
			return &storm.InvalidTopologyException{Msg: "Number of executors must be greater than 0"}
		}
	}
	if !options.IsSetWaitSecs() || options.GetWaitSecs() > 0 {
		t.Status = "REBALANCING"
	}
	return nil
}

func (h *handler) GetTopologyInfoByName(_ context.Context, name string) (*storm.TopologyInfo, error) {
	return h.GetTopologyInfo(context.Background(), name)
}

func (h *handler) GetTopologyInfo(_ context.Context, id string) (*storm.TopologyInfo, error) {
	t, unlock, err := h.topology(id)
	defer unlock()
	if err != nil {
		return nil, err
	}
	info := &storm.TopologyInfo{
		ID: t.ID, Name: t.Name, Status: t.Status, UptimeSecs: t.uptime(), ComponentDebug: t.Debugged,
		Executors: []*storm.ExecutorSummary{}, Errors: map[string][]*storm.ErrorInfo{},
	}
	if t.Info != nil {
		t.Info(info)
	}
	return info, nil
}

func (h *handler) GetTopologyPageInfo(_ context.Context, id, window string, system bool) (*storm.TopologyPageInfo, error) {
	t, unlock, err := h.topology(id)
	defer unlock()
	if err != nil {
		return nil, err
	}
	page := &storm.TopologyPageInfo{ID: t.ID, Name: &t.Name, Status: &t.Status}
	if t.Page != nil {
		t.Page(window, page)
	}
	for _, stats := range []map[string]*storm.ComponentAggregateStats{page.IDToSpoutAggStats, page.IDToBoltAggStats} {
		maps.DeleteFunc(stats, func(id string, _ *storm.ComponentAggregateStats) bool { return !system && settings.IsReserved(id) })
	}
	return page, nil
}

func (h *handler) GetComponentPageInfo(_ context.Context, id, component, _ string, _ bool) (*storm.ComponentPageInfo, error) {
	t, unlock, err := h.topology(id)
	defer unlock()
	if err != nil {
		return nil, err
	}
	if page := t.ComponentPages[component]; page != nil {
		return page, nil
	}
	return nil, errors.New("no such component")
}

func (h *handler) GetTopologyConf(_ context.Context, id string) (string, error) {
	t, unlock, err := h.topology(id)
	defer unlock()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(t.Conf)
	return string(text), err
}

func (h *handler) GetUserTopology(_ context.Context, id string) (*storm.StormTopology, error) {
	t, unlock, err := h.topology(id)
	defer unlock()
	if err != nil {
		return nil, err
	}
	return t.Topology, nil
}
