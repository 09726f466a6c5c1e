// Package nimbustest is a Nimbus for tests. It speaks Storm's framed Thrift on a loopback port, keeps topologies and
// uploads as Nimbus does, and can fail in the same ways as a real one.
//
// It owns the faults of the wire, and the order and form of the answers, which come from a real Nimbus 2.8.3. It
// schedules nothing and runs nothing. A test can ask for everything that it received: for jars, their size and hash, or
// their bytes.
package nimbustest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
)

// Options are the options of a fake Nimbus. The zero value is a leader without faults.
type Options struct {
	// Version is the version that it reports; "" is 2.8.3.
	Version string

	// Without lists calls that this release does not have yet.
	Without []string

	// MaxBufferSize is its nimbus.thrift.max_buffer_size; 0: 1048576. It never answers a larger frame, nor any later
	// call on that connection.
	MaxBufferSize int

	// Conf has more entries of Nimbus's configuration.
	Conf map[string]any

	// KeepJars keeps the bytes of uploads, not only their hash.
	KeepJars bool

	// Supervisors are what getClusterInfo lists.
	Supervisors []*storm.SupervisorSummary

	// Host is the host that it advertises; "" is 127.0.0.1.
	Host string

	// OnCall, if set, decides what to do with each call before the call runs. It runs on the goroutine of the
	// connection; several may run at once.
	OnCall func(Call) Reply

	// OnSubmit, if set, gets each submitted topology before it can be seen, and may change it.
	OnSubmit func(*Topology)
}

// Call is a request that has arrived.
type Call struct {
	Method string
	Number int // 1 for the first call of this method on this server
	Conn   int // 1 for the first connection to it
}

// Reply describes what happens to a call. With the zero value, it does what a Nimbus would do.
type Reply struct {
	Wait  <-chan struct{} // first wait until it is closed, or until the server stops
	Delay time.Duration   // then wait this long
	Do    func()          // then do this

	Error    error  // answer with this exception of Storm
	Internal bool   // answer with "Internal error processing X"
	Null     bool   // answer as Java does when a method returns null
	Raw      []byte // send these bytes instead of an answer, then close
	Close    bool   // close at once; the call has no effect
	Drop     bool   // run the call, then close without an answer
	Hang     bool   // never answer
}

// Server is a running fake.
type Server struct {
	options  Options
	listener net.Listener
	stopped  chan struct{}
	running  sync.WaitGroup

	mu        sync.Mutex
	conns     map[net.Conn]bool
	accepted  int
	calls     []string
	counts    map[string]int
	overlong  int
	leader    *storm.NimbusSummary // nil: this one
	noLeader  bool
	restarted bool
	state     state
}

// New starts a fake on 127.0.0.1. It stops at the end of the test.
func New(t testing.TB, options Options) *Server {
	t.Helper()
	s, err := Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Start starts a fake that the caller stops.
func Start(options Options) (*Server, error) {
	if options.Version == "" {
		options.Version = "2.8.3"
	}
	if options.MaxBufferSize == 0 {
		options.MaxBufferSize = 1 << 20
	}
	if options.Host == "" {
		options.Host = "127.0.0.1"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: options, listener: listener, stopped: make(chan struct{}),
		conns: map[net.Conn]bool{}, counts: map[string]int{}, state: newState(),
	}
	s.running.Go(s.accept)
	return s, nil
}

// Addr returns the address on which it listens, HOST:PORT.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Port returns the port of Addr.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Stop ends the server like a killed process: all connections break.
func (s *Server) Stop() {
	s.mu.Lock()
	select {
	case <-s.stopped:
	default:
		close(s.stopped)
		s.listener.Close()
		for conn := range s.conns {
			conn.Close()
		}
	}
	s.mu.Unlock()
	s.running.Wait()
}

// Break closes all connections, but the server keeps listening.
func (s *Server) Break() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		conn.Close()
	}
}

// Calls returns the methods called so far, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Count returns how often method was called.
func (s *Server) Count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[method]
}

// Overlong returns how many frames above the limit arrived. Each would hang a real Nimbus.
func (s *Server) Overlong() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overlong
}

// Follow makes this server a follower. It names that leader, and fails the calls that only a leader answers. With host
// "" and port 0, it leads again.
func (s *Server) Follow(host string, port int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noLeader, s.leader = false, nil
	if host != "" {
		s.leader = &storm.NimbusSummary{Host: host, Port: int32(port), IsLeader: true, Version: s.options.Version}
	}
}

// LoseLeader takes the leader away from the cluster: getLeader answers null.
func (s *Server) LoseLeader() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noLeader, s.leader = true, nil
}

// Restarted makes this server answer like a Nimbus that has just started: it lists its topologies, but knows none by its
// name. With false, it knows them again.
func (s *Server) Restarted(now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restarted = now
}

func (s *Server) leads() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leader == nil && !s.noLeader
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		select {
		case <-s.stopped:
			s.mu.Unlock()
			conn.Close()
			return
		default:
		}
		s.accepted++
		number := s.accepted
		s.conns[conn] = true
		s.mu.Unlock()
		s.running.Go(func() {
			s.serve(conn, number)
			conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

// serve answers one connection until it ends.
func (s *Server) serve(conn net.Conn, number int) {
	var body []byte
	for {
		var head [4]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		size := binary.BigEndian.Uint32(head[:])
		if int64(size) > int64(s.options.MaxBufferSize) {
			s.mu.Lock()
			s.overlong++
			s.mu.Unlock()
			s.hang(conn)
			return
		}
		body = slices.Grow(body[:0], int(size))[:size]
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		if !s.call(conn, number, body) {
			return
		}
	}
}

// hang keeps a connection open without reading it, until the connection or the server ends.
func (s *Server) hang(conn net.Conn) {
	ended := make(chan struct{})
	s.running.Go(func() {
		io.Copy(io.Discard, conn)
		close(ended)
	})
	select {
	case <-s.stopped:
	case <-ended:
	}
}

var leadersCalls = []string{
	"beginFileUpload", "submitTopology", "submitTopologyWithOpts", "killTopology", "killTopologyWithOpts",
	"activate", "deactivate", "rebalance", "uploadNewCredentials",
}

// call runs one request. If it returns false, the connection ends.
func (s *Server) call(conn net.Conn, number int, body []byte) bool {
	ctx := context.Background()
	in := thrift.NewTBinaryProtocolConf(&thrift.TMemoryBuffer{Buffer: newBuffer(body)}, nil)
	method, _, seq, err := in.ReadMessageBegin(ctx)
	if err != nil {
		return false // Nimbus closes too
	}
	s.mu.Lock()
	s.calls = append(s.calls, method)
	s.counts[method]++
	call := Call{Method: method, Number: s.counts[method], Conn: number}
	s.mu.Unlock()

	var reply Reply
	if s.options.OnCall != nil {
		reply = s.options.OnCall(call)
	}
	if !s.pause(conn, reply) {
		return false
	}
	answer := thrift.NewTMemoryBuffer()
	out := thrift.NewTBinaryProtocolConf(answer, nil)
	failWith := func(kind int32, text string) {
		answer.Reset()
		exception := thrift.NewTApplicationException(kind, text)
		out.WriteMessageBegin(ctx, method, thrift.EXCEPTION, seq)
		exception.Write(ctx, out)
		out.WriteMessageEnd(ctx)
		out.Flush(ctx)
	}
	internal := func() { failWith(thrift.INTERNAL_ERROR, "Internal error processing "+method) }

	handler := &handler{server: s, fail: reply.Error}
	function, known := storm.NewNimbusProcessor(handler).GetProcessorFunction(method)
	switch {
	case !known || slices.Contains(s.options.Without, method):
		failWith(thrift.UNKNOWN_METHOD, "Invalid method name: '"+method+"'")
	case reply.Internal, slices.Contains(leadersCalls, method) && !s.leads():
		internal()
	case reply.Null:
		out.WriteMessageBegin(ctx, method, thrift.REPLY, seq)
		out.WriteStructBegin(ctx, method+"_result")
		out.WriteFieldStop(ctx)
		out.WriteMessageEnd(ctx)
		out.Flush(ctx)
	default:
		if err := process(ctx, function, seq, in, out); err != nil {
			if errors.Is(err, errAbandoned) {
				return false
			}
			internal()
		}
	}
	if reply.Drop {
		return false
	}
	frame := binary.BigEndian.AppendUint32(nil, uint32(answer.Len()))
	frame = append(frame, answer.Bytes()...)
	_, err = conn.Write(frame)
	return err == nil
}

// pause runs the steps before the answer. If it returns false, the connection ends.
func (s *Server) pause(conn net.Conn, reply Reply) bool {
	var delay <-chan time.Time
	if reply.Delay > 0 {
		delay = time.After(reply.Delay)
	}
	if reply.Wait != nil {
		select {
		case <-reply.Wait:
		case <-s.stopped:
			return false
		}
	}
	if delay != nil {
		select {
		case <-delay:
		case <-s.stopped:
			return false
		}
	}
	if reply.Do != nil {
		reply.Do()
	}
	switch {
	case reply.Hang:
		s.hang(conn)
		return false
	case reply.Raw != nil:
		conn.Write(reply.Raw)
		return false
	case reply.Close:
		return false
	}
	return true
}
