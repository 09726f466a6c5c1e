package nimbus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/stormflux/stormflux/internal/sasl"
)

// SASL is the transport of the plugins DigestSaslTransportPlugin, PlainSaslTransportPlugin and KerberosSaslTransportPlugin:
// TCP, and a login at its beginning.
type SASL struct {
	// Login returns the client's side of a login at a server.
	Login func(addr Address) (sasl.Mechanism, error)
	// Credential says, for messages, who logs in and where that comes from. It holds no secret.
	Credential string
}

// Open connects and logs in.
func (s SASL) Open(ctx context.Context, addr Address) (net.Conn, error) {
	mechanism, err := s.Login(addr)
	if err != nil {
		return nil, &loginError{credential: s.Credential, err: err}
	}
	conn, err := Plain{}.Open(ctx, addr)
	if err != nil {
		return nil, err
	}
	if err := s.login(ctx, conn, mechanism); err != nil {
		_ = conn.Close() // the login failed already
		return nil, &loginError{credential: s.Credential, err: err}
	}
	return conn, nil
}

func (SASL) login(ctx context.Context, conn net.Conn, mechanism sasl.Mechanism) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := sasl.Login(conn, mechanism); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	return nil
}

// Framed returns true.
func (SASL) Framed() bool { return true }

// Limited returns false: the plugins' server (TThreadPoolServer) reads messages of any length.
func (SASL) Limited() bool { return false }

// TLS is the transport of TlsTransportPlugin [2.7].
type TLS struct {
	Config *tls.Config
	// Credential says, for messages, which certificates are used and where that comes from.
	Credential string
}

// Open connects and shakes hands.
func (t TLS) Open(ctx context.Context, addr Address) (net.Conn, error) {
	conn, err := Plain{}.Open(ctx, addr)
	if err != nil {
		return nil, err
	}
	config := t.Config.Clone()
	if config.ServerName == "" {
		config.ServerName = addr.Host
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the handshake failed already
		return nil, &loginError{credential: t.Credential, tls: true, err: err}
	}
	return secured, nil
}

// Framed returns false.
func (TLS) Framed() bool { return false }

// Limited returns false.
func (TLS) Limited() bool { return false }

// loginError is a failure to prove who the client or the server is.
type loginError struct {
	credential string
	tls        bool
	err        error
}

func closed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func (e *loginError) Error() string { return e.err.Error() }
func (e *loginError) Unwrap() error { return e.err }

// describe sets what happened to a login.
func (e *loginError) describe(to *Error) {
	to.Kind = NotAuthenticated
	var refusal *sasl.Refusal
	var ticket *sasl.TicketError
	var notSASL *sasl.NotSASLError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var alert tls.AlertError
	var op *net.OpError
	switch {
	case errors.As(e.err, &refusal):
		to.Said = refusal.Said
		to.Reason = fmt.Sprintf("Nimbus at %s refused the login of %s: %s", to.Addr, e.credential, refusal.Said)
	case errors.As(e.err, &ticket):
		to.Reason = fmt.Sprintf("%s gets no Kerberos ticket for %s: %v", e.credential, ticket.Service, ticket.Err)
		to.Advice = []string{"is the ticket expired (klist)? is the service name right (serviceName in the section StormClient), and the host as Nimbus's principal has it?"}
	case errors.As(e.err, &notSASL):
		to.Kind = NotNimbus
		to.Reason = fmt.Sprintf("what answers at %s does not want a login (%s)", to.Addr, e.credential)
		to.Advice = []string{"that Nimbus may have another storm.thrift.transport, such as SimpleTransportPlugin"}
	case errors.As(e.err, &record):
		to.Kind = NotNimbus
		to.Reason = fmt.Sprintf("what answers at %s does not speak TLS", to.Addr)
		to.Advice = []string{"use the port of nimbus.thrift.tls.port, or do without TLS"}
	case errors.As(e.err, &unknown):
		to.Reason = fmt.Sprintf("the certificate of Nimbus at %s is signed by an authority that is not among those of %s", to.Addr, e.credential)
	case errors.As(e.err, &name):
		to.Reason = fmt.Sprintf("the certificate of Nimbus at %s is for another host: %v", to.Addr, name)
		to.Advice = []string{"name the host as the certificate does, or give that name as tls.server-name in stormflux.yaml"}
	case errors.As(e.err, &invalid):
		to.Reason = fmt.Sprintf("the certificate of Nimbus at %s is not valid: %v", to.Addr, invalid)
	case errors.As(e.err, &alert), errors.As(e.err, &op) && op.Op == "remote error":
		to.Reason = fmt.Sprintf("Nimbus at %s refused the connection of %s: %v", to.Addr, e.credential, plainCause(e.err))
		to.Advice = []string{"it may want a certificate of the client, or one of another authority: see its nimbus.log"}
	case e.tls && closed(e.err):
		to.Reason = fmt.Sprintf("what answers at %s closed the connection at the beginning of TLS", to.Addr)
		to.Advice = []string{"its port may be nimbus.thrift.port: TLS has its own, nimbus.thrift.tls.port"}
	case closed(e.err):
		to.Reason = fmt.Sprintf("Nimbus at %s closed the connection at the login of %s", to.Addr, e.credential)
		to.Advice = []string{"it may not want such a login: its storm.thrift.transport may be another one, such as SimpleTransportPlugin; see its nimbus.log"}
	default:
		to.Reason = fmt.Sprintf("the login of %s at Nimbus at %s failed: %s", e.credential, to.Addr, plainCause(e.err))
		to.Advice = []string{"that Nimbus may have another storm.thrift.transport: see its nimbus.log"}
	}
}
