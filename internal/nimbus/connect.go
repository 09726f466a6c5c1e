package nimbus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
)

// session is one connection to one Nimbus.
type session struct {
	addr    Address
	version string // from getLeader; may be empty
	limited bool   // by nimbus.thrift.max_buffer_size
	wire    *wire
	calls   *storm.NimbusClient
}

func (s *session) close() { s.wire.Close() }

// open dials addr and retries as the configuration says.
func (c *Client) open(ctx context.Context, addr Address) (*session, error) {
	for n := 0; ; n++ {
		dialing, cancel := context.WithTimeout(ctx, c.config.ConnectTimeout)
		conn, err := c.config.Transport.Open(dialing, addr)
		cancel()
		if err == nil {
			w := newWire(conn, c.config.Transport.Framed(), 0)
			limited := c.config.Transport.Limited()
			switch {
			case limited:
				w.limit = min(c.config.MaxFrameSize, maxServerFrame)
			case w.framed:
				w.limit = maxServerFrame
			}
			protocol := thrift.NewTBinaryProtocolConf(w, &thrift.TConfiguration{
				MaxMessageSize: maxAnswer, MaxFrameSize: maxAnswer,
				TBinaryStrictRead: thrift.BoolPtr(false), TBinaryStrictWrite: thrift.BoolPtr(true),
			})
			return &session{addr: addr, limited: limited, wire: w, calls: storm.NewNimbusClientProtocol(w, protocol, protocol)}, nil
		}
		failed := c.openError(ctx, addr, err)
		if failed.Kind == Canceled || !worthRetrying(err) || n >= c.config.Retry.Times {
			return nil, failed
		}
		pause := c.config.Retry.backoff(n, randomJitter)
		c.config.Notify(fmt.Sprintf("%s; trying again in %s (%d of %d)", failed.Reason, pause.Round(100*time.Millisecond), n+1, c.config.Retry.Times))
		if err := sleep(ctx, pause); err != nil {
			return nil, c.openError(ctx, addr, err)
		}
	}
}

// worthRetrying reports whether a retry could help. It returns false for errors that the next seconds will not change,
// and for a timeout, which has already waited long enough.
func worthRetrying(err error) bool {
	var login *loginError
	if errors.As(err, &login) {
		return false
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary && !dns.IsNotFound
	}
	return !isTimeout(err)
}

func (c *Client) openError(ctx context.Context, addr Address, err error) *Error {
	e := &Error{Kind: Unreachable, Addr: addr.String(), Err: err}
	var dns *net.DNSError
	var login *loginError
	switch {
	case ctx.Err() != nil:
		e.Kind, e.Err = Canceled, context.Cause(ctx)
		e.Reason = fmt.Sprintf("stopped while connecting to Nimbus at %s: %v", addr, e.Err)
	case errors.As(err, &login) && !isTimeout(err):
		login.describe(e)
	case errors.As(err, &dns) && !dns.IsTimeout:
		e.Reason = fmt.Sprintf("cannot resolve Nimbus's host %q: %s", addr.Host, dns.Err)
		e.Advice = []string{fmt.Sprintf("check the name in %s, or give an address", cmp.Or(c.config.SeedsFrom, "nimbus.seeds"))}
	case isTimeout(err), errors.Is(err, context.DeadlineExceeded):
		e.Reason = fmt.Sprintf("no connection to Nimbus at %s within %s", addr, c.config.ConnectTimeout)
		e.Advice = []string{"the host may be down, or a firewall drops the packets"}
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Reason = fmt.Sprintf("nothing listens at %s: connection refused", addr)
		e.Advice = []string{"is Nimbus running, and is that its nimbus.thrift.port?"}
	default:
		e.Reason = fmt.Sprintf("cannot connect to Nimbus at %s: %s", addr, plainCause(err))
	}
	return e
}

// connect finds the leader and returns a session with it, as NimbusClient does. It asks each seed for the leader, and
// the first answer counts. Unless the seed has exactly this address, it dials the leader.
func (c *Client) connect(ctx context.Context) (*session, error) {
	if c.config.LeaderOverride != (Address{}) {
		return c.connectOverride(ctx)
	}
	var failures []*Error
	for i, seed := range c.config.Seeds {
		s, err := c.connectVia(ctx, seed.withPort(c.config.Port))
		if err == nil {
			return s, nil
		}
		var failed *Error
		if !errors.As(err, &failed) || failed.Kind == Canceled {
			return nil, err
		}
		failures = append(failures, failed)
		if i+1 < len(c.config.Seeds) {
			c.config.Notify(fmt.Sprintf("%s; asking the next seed, %s", failed.Reason, c.config.Seeds[i+1].withPort(c.config.Port)))
		}
	}
	if len(failures) == 1 {
		return nil, failures[0]
	}
	return nil, severalSeeds(failures)
}

// severalSeeds returns one error if all seeds failed.
func severalSeeds(failures []*Error) *Error {
	e := &Error{Kind: failures[0].Kind}
	var seeds []string
	var causes []error
	seen := map[string]bool{}
	for _, f := range failures {
		seeds = append(seeds, f.Addr)
		causes = append(causes, f)
		e.Advice = append(e.Advice, f.Reason)
		if f.Kind != e.Kind {
			e.Kind = NoLeader
		}
	}
	for _, f := range failures {
		for _, a := range f.Advice {
			if !seen[a] {
				seen[a] = true
				e.Advice = append(e.Advice, a)
			}
		}
	}
	e.Reason = fmt.Sprintf("none of the seeds %s leads to a leading Nimbus", strings.Join(seeds, ", "))
	e.Err = errors.Join(causes...)
	return e
}

func (c *Client) connectOverride(ctx context.Context) (*session, error) {
	s, err := c.open(ctx, c.config.LeaderOverride.withPort(c.config.Port))
	if err != nil {
		return nil, err
	}
	// Its own name does not matter, but it must be a Nimbus that knows a leader.
	leader, err := s.leader(ctx, c.config.ConnectTimeout)
	if err != nil {
		s.close()
		return nil, c.recognize(ctx, s.addr, err)
	}
	s.version = leader.Version
	return s, nil
}

func (c *Client) connectVia(ctx context.Context, seed Address) (*session, error) {
	s, err := c.open(ctx, seed)
	if err != nil {
		return nil, err
	}
	leader, err := s.leader(ctx, c.config.ConnectTimeout)
	if err != nil {
		s.close()
		return nil, c.recognize(ctx, s.addr, err)
	}
	addr := Address{Host: leader.Host, Port: int(leader.Port)}
	if c.config.Security.TLS != nil {
		if addr.Port = int(leader.GetTlsPort()); addr.Port == 0 {
			addr.Port = seed.Port // a leader that does not report its port for TLS [before 2.7]
		}
	}
	if addr == seed {
		s.version = leader.Version
		return s, nil
	}
	other, err := c.open(ctx, addr)
	if err == nil {
		s.close()
		other.version = leader.Version
		return other, nil
	}
	if s.isOnlyNimbus(ctx, c.config.ConnectTimeout) {
		// An address that does not work from here can only mean this host.
		c.config.Notify(fmt.Sprintf("the leader advertises itself as %s, which cannot be reached from here; it is the only Nimbus, so %s is used", addr, seed))
		s.version = leader.Version
		return s, nil
	}
	s.close()
	failed := new(Error)
	if !errors.As(err, &failed) || failed.Kind == Canceled {
		return nil, err
	}
	return nil, &Error{
		Kind: Unreachable, Addr: seed.String(), Err: failed,
		Reason: fmt.Sprintf("Nimbus at %s says the leader is %s, but that cannot be reached from here: %s", seed, addr, failed.Reason),
		Advice: []string{
			fmt.Sprintf("the leader advertises that address (its storm.local.hostname): make %q resolvable and reachable here, or give the address to dial instead", addr.Host),
		},
		Next: Next{Step: NameLeader},
	}
}

// leader asks for the leader. Servers before 1.1 list it among the nimbuses.
func (s *session) leader(ctx context.Context, timeout time.Duration) (*storm.NimbusSummary, error) {
	leader, err := invoke(ctx, s, timeout, "getLeader", func(ctx context.Context) (*storm.NimbusSummary, error) {
		leader, err := s.calls.GetLeader(ctx)
		var application thrift.TApplicationException
		if errors.As(err, &application) && application.TypeId() == thrift.MISSING_RESULT {
			return nil, nil // Java's null
		}
		return leader, err
	})
	if KindOf(err) == Unsupported {
		var cluster *storm.ClusterSummary
		cluster, err = invoke(ctx, s, timeout, "getClusterInfo", s.calls.GetClusterInfo)
		if err == nil {
			for _, n := range cluster.Nimbuses {
				if n.IsLeader {
					leader = n
				}
			}
		}
	}
	if KindOf(err) == Unsupported { // every Nimbus knows this call, but a Supervisor and a DRPC server speak Thrift too
		e := err.(*Error)
		e.Kind, e.Advice = NotNimbus, []string{adviceWrongPort}
		e.Reason = fmt.Sprintf("what answers at %s speaks Thrift, but it is no Nimbus: it does not know the call %s", s.addr, e.Call)
	}
	if err != nil {
		return nil, err
	}
	if leader == nil || leader.Host == "" || leader.Port <= 0 {
		return nil, &Error{
			Kind: NoLeader, Addr: s.addr.String(), Call: "getLeader",
			Reason: fmt.Sprintf("Nimbus at %s knows of no leader", s.addr),
			Advice: []string{"a cluster that has just started elects one within seconds: try again; otherwise see nimbus.log and ZooKeeper"},
		}
	}
	return leader, nil
}

func (s *session) isOnlyNimbus(ctx context.Context, timeout time.Duration) bool {
	cluster, err := invoke(ctx, s, timeout, "getClusterInfo", s.calls.GetClusterInfo)
	return err == nil && len(cluster.Nimbuses) == 1
}

// leadersCalls fail with a bare internal error on every other Nimbus.
var leadersCalls = map[string]bool{
	"beginFileUpload": true, "submitTopologyWithOpts": true, "killTopologyWithOpts": true,
	"activate": true, "deactivate": true, "rebalance": true, "uploadNewCredentials": true,
}

// invoke makes one call. Its error is an *Error. If [session.broken] then returns true, the session cannot be used any
// more.
func invoke[T any](ctx context.Context, s *session, timeout time.Duration, name string, call func(context.Context) (T, error)) (T, error) {
	var result, none T
	err := s.wire.within(ctx, timeout, func() (err error) {
		result, err = call(ctx)
		return err
	})
	if err == nil {
		return result, nil
	}
	failed := callError(ctx, name, s.addr.String(), err, s.wire.fault)
	switch failed.Kind {
	case TooLarge:
		s.wire.fault = nil // nothing was sent
	case NotNimbus:
		s.wire.fail(failed)
	case Internal:
		if leadersCalls[name] {
			s.explainNotLeader(ctx, timeout, failed)
		}
	}
	return none, failed
}

func (s *session) broken() bool { return s.wire.fault != nil }

// explainNotLeader asks the Nimbus that failed whether it leads. If it does not, the error reports that instead of
// likely causes.
func (s *session) explainNotLeader(ctx context.Context, timeout time.Duration, failed *Error) {
	clusterInfo, err := invoke(ctx, s, min(timeout, defaultConnectTimeout), "getClusterInfo", s.calls.GetClusterInfo)
	if err != nil {
		return
	}
	var leader Address
	for _, n := range clusterInfo.Nimbuses {
		at := Address{Host: n.Host, Port: int(n.Port)}
		if n.IsLeader {
			leader = at
		}
	}
	if leader == (Address{}) || leader == s.addr || len(clusterInfo.Nimbuses) < 2 {
		return
	}
	if !leader.couldDifferFrom(s.addr, clusterInfo.Nimbuses) {
		return
	}
	failed.Kind = NotLeader
	failed.Reason = fmt.Sprintf("Nimbus at %s failed (%q) because it is not the leader: that is %s now", s.addr, failed.Said, leader)
	failed.Advice = []string{"try again: the leader is looked up anew"}
}

// couldDifferFrom reports whether the advertised leader is certainly not the dialled Nimbus: the dialled address
// belongs to another Nimbus, or the ports differ.
func (a Address) couldDifferFrom(dialled Address, nimbuses []*storm.NimbusSummary) bool {
	for _, n := range nimbuses {
		if !n.IsLeader && (Address{Host: n.Host, Port: int(n.Port)}) == dialled {
			return true
		}
	}
	return a.Port != dialled.Port
}
