package nimbus_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

// noRetry is a configuration that asks one server, and does not wait.
func noRetry(addrs ...string) nimbus.Config {
	c := nimbus.Config{Retry: nimbus.Retry{Times: -1}}
	for _, a := range addrs {
		address, err := nimbus.ParseAddress(a)
		if err != nil {
			panic(err)
		}
		c.Seeds = append(c.Seeds, address)
	}
	return c
}

func connect(t *testing.T, c nimbus.Config) *nimbus.Client {
	t.Helper()
	client, err := nimbus.Connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	client.SetLookUpTime(200 * time.Millisecond)
	t.Cleanup(func() { client.Close() })
	return client
}

// mustFail holds an error's kind, and its text with addresses replaced by names.
func mustFail(t *testing.T, err error, kind nimbus.Kind, text string, names ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if got := nimbus.KindOf(err); got != kind {
		t.Errorf("kind is %q, want %q", got, kind)
	}
	if got := strings.NewReplacer(names...).Replace(err.Error()); got != text {
		t.Errorf("error is\n%s\nwant\n%s", got, text)
	}
}

// closedPort is an address where nothing listens.
func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// rawServer sends each connection the same bytes once it has said something, and
// then keeps it.
func rawServer(t *testing.T, answer string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			conn.Read(make([]byte, 1024))
			conn.Write([]byte(answer))
		}
	}()
	return l.Addr().String()
}

func TestConnectToLeader(t *testing.T) {
	leader := nimbustest.New(t, nimbustest.Options{})
	follower := nimbustest.New(t, nimbustest.Options{})
	follower.Follow("127.0.0.1", leader.Port())
	for _, seeds := range [][]string{
		{leader.Addr()},
		{follower.Addr()},
		{closedPort(t), follower.Addr()},
		{rawServer(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), leader.Addr()},
	} {
		addr, version := connect(t, noRetry(seeds...)).Server()
		if addr.String() != leader.Addr() || version != "2.8.3" {
			t.Errorf("%v: connected to %s, Storm %q", seeds, addr, version)
		}
	}
	if n := leader.Count("getLeader"); n != 2 {
		t.Errorf("leader was asked %d times who leads; a leader that a follower named needs no asking", n)
	}
}

// A Supervisor and a DRPC server answer in Thrift too.
func TestConnectToOtherThriftServer(t *testing.T) {
	other := nimbustest.New(t, nimbustest.Options{Without: []string{"getLeader", "getClusterInfo"}})
	_, err := nimbus.Connect(t.Context(), noRetry(other.Addr()))
	if nimbus.KindOf(err) != nimbus.NotNimbus || !strings.Contains(err.Error(), "speaks Thrift, but it is no Nimbus: it does not know the call getClusterInfo\n  Nimbus listens on") {
		t.Errorf("%v", err)
	}
}

func TestConnectToOldServer(t *testing.T) {
	leader := nimbustest.New(t, nimbustest.Options{Without: []string{"getLeader"}, Version: "1.0.6"})
	follower := nimbustest.New(t, nimbustest.Options{Without: []string{"getLeader"}, Version: "1.0.6"})
	follower.Follow("127.0.0.1", leader.Port())
	addr, version := connect(t, noRetry(follower.Addr())).Server()
	if addr.String() != leader.Addr() || version != "1.0.6" {
		t.Errorf("connected to %s, Storm %q", addr, version)
	}
}

func TestConnectFailures(t *testing.T) {
	const wrongPort = "\n  Nimbus listens on nimbus.thrift.port, 6627 by default; Storm's UI (8080), logviewer (8000), DRPC (3772) and Supervisor (6628) are others"
	for _, c := range []struct {
		name, answer string
		kind         nimbus.Kind
		want         string
	}{
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", nimbus.NotNimbus,
			"what answers at ADDR is not Nimbus's Thrift port: it answers in HTTP" + wrongPort},
		{"TLS alert", "\x15\x03\x03\x00\x02\x02\x0a", nimbus.NotNimbus,
			"what answers at ADDR is not Nimbus's Thrift port: it answers in TLS\n  that is the port for TLS (nimbus.thrift.tls.port): use nimbus.thrift.port, or give tls in the environment"},
		{"SASL", "\x04\x00\x00\x00\x10Invalid status 0", nimbus.NotNimbus,
			"what answers at ADDR is not Nimbus's Thrift port: it wants a SASL login\n  its storm.thrift.transport authenticates clients: name the same one in your storm.yaml, or give auth in the environment"},
		{"SSH", "SSH-2.0-OpenSSH_9.2\r\n", nimbus.NotNimbus,
			`what answers at ADDR is not Nimbus's Thrift port: it answers with "SSH-2.0-OpenSSH_9.2\r\n"` + wrongPort},
		{"zeros", strings.Repeat("\x00", 64) + "\x00\x00\x00\x01\xff" + strings.Repeat("\xfe", 20), nimbus.NotNimbus,
			`what answers at ADDR is not Nimbus's Thrift port: it answers with "\xfe\xfe\xfe\xfe` + strings.Repeat(`\xfe`, 16) + `"` + wrongPort},
		{"frame without a message", "\x00\x00\x00\x08\x80\x01\x00\x09\x00\x00\x00\x00", nimbus.NoAnswer,
			"Nimbus at ADDR did not answer getLeader in time\n  it may be overloaded, hung, or not a Nimbus: see its nimbus.log, and whether the port is nimbus.thrift.port"},
		{"another call's answer", "\x00\x00\x00\x0d\x80\x01\x00\x02\x00\x00\x00\x01x\x00\x00\x00\x01", nimbus.NotNimbus,
			"what answers at ADDR sends garbage instead of an answer to getLeader: getLeader: wrong method name" + wrongPort},
		{"silence", "", nimbus.NoAnswer,
			"Nimbus at ADDR did not answer getLeader in time\n  it may be overloaded, hung, or not a Nimbus: see its nimbus.log, and whether the port is nimbus.thrift.port"},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr := rawServer(t, c.answer)
			config := noRetry(addr)
			config.ConnectTimeout = 150 * time.Millisecond
			_, err := nimbus.Connect(t.Context(), config)
			mustFail(t, err, c.kind, c.want, addr, "ADDR")
		})
	}
	t.Run("closed port", func(t *testing.T) {
		addr := closedPort(t)
		_, err := nimbus.Connect(t.Context(), noRetry(addr))
		mustFail(t, err, nimbus.Unreachable, "nothing listens at ADDR: connection refused\n  is Nimbus running, and is that its nimbus.thrift.port?", addr, "ADDR")
	})
	t.Run("closes", func(t *testing.T) {
		server := nimbustest.New(t, nimbustest.Options{OnCall: func(nimbustest.Call) nimbustest.Reply { return nimbustest.Reply{Close: true} }})
		_, err := nimbus.Connect(t.Context(), noRetry(server.Addr()))
		mustFail(t, err, nimbus.Disconnected, "the connection to Nimbus at ADDR broke before it answered getLeader: it was closed\n"+
			"  Nimbus may have stopped, or refuse this kind of connection (storm.thrift.transport): see its nimbus.log", server.Addr(), "ADDR")
	})
	t.Run("no leader", func(t *testing.T) {
		server := nimbustest.New(t, nimbustest.Options{})
		server.LoseLeader()
		_, err := nimbus.Connect(t.Context(), noRetry(server.Addr()))
		mustFail(t, err, nimbus.NoLeader, "Nimbus at ADDR knows of no leader\n"+
			"  a cluster that has just started elects one within seconds: try again; otherwise see nimbus.log and ZooKeeper", server.Addr(), "ADDR")
	})
	t.Run("all seeds", func(t *testing.T) {
		one, two := closedPort(t), rawServer(t, "HTTP/1.1 200 OK\r\n")
		_, err := nimbus.Connect(t.Context(), noRetry(one, two))
		mustFail(t, err, nimbus.NoLeader, `none of the seeds ONE, TWO leads to a leading Nimbus
  nothing listens at ONE: connection refused
  what answers at TWO is not Nimbus's Thrift port: it answers in HTTP
  is Nimbus running, and is that its nimbus.thrift.port?`+wrongPort, one, "ONE", two, "TWO")
	})
	t.Run("not authorized", func(t *testing.T) {
		server := nimbustest.New(t, nimbustest.Options{OnCall: func(nimbustest.Call) nimbustest.Reply {
			return nimbustest.Reply{Error: &storm.AuthorizationException{Msg: "getLeader is not authorized"}}
		}})
		_, err := nimbus.Connect(t.Context(), noRetry(server.Addr()))
		mustFail(t, err, nimbus.NotAuthorized, "Nimbus at ADDR refused: getLeader is not authorized\n"+
			"  ask the cluster's administrators to let this user do getLeader (nimbus.authorizer, nimbus.users, topology.users)", server.Addr(), "ADDR")
	})
}

// resolver is a transport for which some hosts do not exist.
type resolver struct{ missing []string }

func (r resolver) Open(ctx context.Context, addr nimbus.Address) (net.Conn, error) {
	if slices.Contains(r.missing, addr.Host) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: addr.Host, IsNotFound: true}}
	}
	return nimbus.Plain{}.Open(ctx, addr)
}

func (resolver) Framed() bool  { return true }
func (resolver) Limited() bool { return true }

func TestUnresolvableLeader(t *testing.T) {
	leader := nimbustest.New(t, nimbustest.Options{Host: "nimbus-0.internal"})
	follower := nimbustest.New(t, nimbustest.Options{})
	follower.Follow("nimbus-0.internal", leader.Port())
	config := noRetry(follower.Addr())
	config.Transport = resolver{[]string{"nimbus-0.internal"}}
	_, err := nimbus.Connect(t.Context(), config)
	port := strings.TrimPrefix(leader.Addr(), "127.0.0.1")
	mustFail(t, err, nimbus.Unreachable, `Nimbus at ADDR says the leader is nimbus-0.internal:PORT, but that cannot be reached from here: cannot resolve Nimbus's host "nimbus-0.internal": no such host
  the leader advertises that address (its storm.local.hostname): make "nimbus-0.internal" resolvable and reachable here, or give the address to dial instead`,
		follower.Addr(), "ADDR", port, ":PORT")

	config.LeaderOverride, _ = nimbus.ParseAddress(leader.Addr())
	if addr, _ := connect(t, config).Server(); addr.String() != leader.Addr() {
		t.Errorf("override: connected to %s", addr)
	}

	// Alone it can only mean itself.
	alone := noRetry(leader.Addr())
	alone.Transport = config.Transport
	var remarks []string
	alone.Notify = func(r string) { remarks = append(remarks, r) }
	if addr, _ := connect(t, alone).Server(); addr.String() != leader.Addr() {
		t.Errorf("alone: connected to %s", addr)
	}
	if len(remarks) != 1 || !strings.Contains(remarks[0], "it is the only Nimbus") {
		t.Errorf("alone: %q", remarks)
	}
}

// TestRetries holds that a refused connection is tried again, and that a server
// which comes up meanwhile is found.
func TestRetries(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	down := 3
	config := noRetry(server.Addr())
	config.Transport = opener(func(ctx context.Context, addr nimbus.Address) (net.Conn, error) {
		if down--; down >= 0 {
			return nil, errors.New("network is down")
		}
		return nimbus.Plain{}.Open(ctx, addr)
	})
	config.Retry = nimbus.Retry{Times: 3, Interval: time.Millisecond, Ceiling: 2 * time.Millisecond}
	remarks := 0
	config.Notify = func(string) { remarks++ }
	connect(t, config)
	if remarks != 3 {
		t.Errorf("%d remarks about 3 retries", remarks)
	}

	config.Retry.Interval, config.Retry.Ceiling, down = time.Hour, 2*time.Hour, 100
	ctx, cancel := context.WithCancel(t.Context())
	config.Notify = func(string) { cancel() }
	_, err := nimbus.Connect(ctx, config)
	if nimbus.KindOf(err) != nimbus.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled in a pause: %v", err)
	}
}

type opener func(context.Context, nimbus.Address) (net.Conn, error)

func (o opener) Open(ctx context.Context, addr nimbus.Address) (net.Conn, error) { return o(ctx, addr) }
func (opener) Framed() bool                                                      { return true }
func (opener) Limited() bool                                                     { return true }

func TestHangingDial(t *testing.T) {
	config := noRetry("10.255.255.1:6627")
	config.ConnectTimeout = 50 * time.Millisecond
	config.Transport = opener(func(ctx context.Context, _ nimbus.Address) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	_, err := nimbus.Connect(t.Context(), config)
	mustFail(t, err, nimbus.Unreachable, "no connection to Nimbus at 10.255.255.1:6627 within 50ms\n  the host may be down, or a firewall drops the packets")
}

// TestReconnects holds that a client survives its Nimbus's connection, and finds
// a new leader.
func TestReconnects(t *testing.T) {
	one := nimbustest.New(t, nimbustest.Options{})
	two := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(one.Addr(), two.Addr()))
	if _, err := client.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	one.Stop()
	_, err := client.List(t.Context())
	if kind := nimbus.KindOf(err); kind != nimbus.Disconnected {
		t.Fatalf("call on a dead connection: %v", err)
	}
	if _, err := client.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	if addr, _ := client.Server(); addr.String() != two.Addr() {
		t.Errorf("connected to %s", addr)
	}
}
