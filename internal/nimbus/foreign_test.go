package nimbus_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
)

// accept serves each connection of a listener on the loopback interface, and returns the address.
func accept(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// The address of a server for TLS or HTTP is named as such, also when the server says nothing to a Nimbus's client.
func TestForeignServers(t *testing.T) {
	plain, secure := httptest.NewUnstartedServer(http.NotFoundHandler()), httptest.NewUnstartedServer(http.NotFoundHandler())
	for _, server := range []*httptest.Server{plain, secure} {
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(server.Close)
	}
	plain.Start()
	secure.StartTLS()
	certificate := secure.TLS.Certificates
	serveTLS := func(conn net.Conn, config *tls.Config) {
		config.Certificates = certificate
		_ = tls.Server(conn, config).Handshake()
	}
	const overHTTP, overTLS = "it answers in HTTP", "it answers in TLS\n  that is the port for TLS (nimbus.thrift.tls.port): use nimbus.thrift.port, or give tls in the environment"
	for name, c := range map[string]struct{ addr, want string }{
		"HTTP":                         {plain.Listener.Addr().String(), overHTTP},
		"HTTPS":                        {secure.Listener.Addr().String(), overTLS},
		"TLS":                          {accept(t, func(conn net.Conn) { serveTLS(conn, &tls.Config{}) }), overTLS},
		"TLS that wants a certificate": {accept(t, func(conn net.Conn) { serveTLS(conn, &tls.Config{ClientAuth: tls.RequireAnyClientCert}) }), overTLS},
		"TLS that is too old":          {accept(t, func(conn net.Conn) { serveTLS(conn, &tls.Config{MaxVersion: tls.VersionTLS10}) }), overTLS},
		"HTTP that waits for a line": {accept(t, func(conn net.Conn) {
			r := bufio.NewReader(conn)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if strings.HasPrefix(line, "GET ") {
					_, _ = io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\n")
					return
				}
			}
		}), overHTTP},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := noRetry(c.addr)
			config.ConnectTimeout = 500 * time.Millisecond
			_, err := nimbus.Connect(t.Context(), config)
			if nimbus.KindOf(err) != nimbus.NotNimbus || !strings.HasPrefix(err.Error(), "what answers at "+c.addr+" is not Nimbus's Thrift port: "+c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A server that closes every connection is none of them.
func TestClosingServer(t *testing.T) {
	addr := accept(t, func(net.Conn) {})
	if _, err := nimbus.Connect(t.Context(), noRetry(addr)); nimbus.KindOf(err) != nimbus.Disconnected {
		t.Errorf("got %v", err)
	}
}
