package nimbus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

const (
	answersHTTP = "it answers in HTTP"
	answersTLS  = "it answers in TLS"

	wantsSASL = "it wants a SASL login"

	adviceSASL = "its storm.thrift.transport authenticates clients: name the same one in your storm.yaml, or give auth in the environment"
	adviceTLS  = "that is the port for TLS (nimbus.thrift.tls.port): use nimbus.thrift.port, or give tls in the environment"
)

// recognizeTime limits each attempt to recognise a server that does not answer.
const recognizeTime = 2 * time.Second

// foreign recognises another protocol by the first bytes of its answer.
func foreign(head [4]byte, more []byte) error {
	switch {
	case string(head[:]) == "HTTP":
		return &garbageError{answersHTTP, adviceWrongPort}
	case head[0] == 0x15 && head[1] == 3, head[0] == 0x16 && head[1] == 3:
		return &garbageError{answersTLS, adviceTLS}
	case head[0] >= 3 && head[0] <= 5 && head[1] == 0 && head[2] == 0:
		return &garbageError{wantsSASL, adviceSASL}
	}
	return &garbageError{fmt.Sprintf("it answers with %q", append(head[:], more...)), adviceWrongPort}
}

// recognize finds out what a server is that closes the connection or stays silent when it is asked for the leader. Many
// servers for TLS close the connection without an alert, and many for HTTP wait for more. If the server is one of these,
// recognize returns an error that says so; otherwise it returns failed. A Nimbus closes the connection at both attempts:
// their first bytes are the length of a frame that is too large for any Nimbus.
func (c *Client) recognize(ctx context.Context, addr Address, failed error) error {
	kind := KindOf(failed)
	if kind != Disconnected && kind != NoAnswer || ctx.Err() != nil {
		return failed
	}
	for _, speaks := range []func(context.Context, net.Conn) *garbageError{speaksTLS, speaksHTTP, speaksSASL} {
		if found := c.attempt(ctx, addr, speaks); found != nil {
			return faultError(&Error{Addr: addr.String(), Call: "getLeader"}, found)
		}
	}
	return failed
}

func (c *Client) attempt(ctx context.Context, addr Address, speaks func(context.Context, net.Conn) *garbageError) *garbageError {
	ctx, cancel := context.WithTimeout(ctx, min(recognizeTime, c.config.ConnectTimeout))
	defer cancel()
	conn, err := c.config.Transport.Open(ctx, addr)
	if err != nil {
		return nil
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	return speaks(ctx, conn)
}

func speaksTLS(ctx context.Context, conn net.Conn) *garbageError {
	// Nothing is sent but the greeting, so whose certificate it is does not matter.
	err := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx)
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &record):
		if string(record.RecordHeader[:4]) == "HTTP" {
			return &garbageError{answersHTTP, adviceWrongPort}
		}
		return nil
	case err == nil, errors.As(err, &op) && op.Op == "remote error", strings.HasPrefix(err.Error(), "tls: "):
		return &garbageError{answersTLS, adviceTLS}
	}
	return nil
}

func speaksHTTP(_ context.Context, conn net.Conn) *garbageError {
	if _, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		return nil
	}
	var head [5]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil || string(head[:]) != "HTTP/" {
		return nil
	}
	return &garbageError{answersHTTP, adviceWrongPort}
}

// speaksSASL begins a login with a mechanism that does not exist.
func speaksSASL(_ context.Context, conn net.Conn) *garbageError {
	if _, err := io.WriteString(conn, "\x01\x00\x00\x00\x01?\x02\x00\x00\x00\x00"); err != nil {
		return nil
	}
	var head [2]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil || head[0] < 3 || head[0] > 4 || head[1] != 0 {
		return nil
	}
	return &garbageError{wantsSASL, adviceSASL}
}
