// Package sasl logs in to a Thrift server that wants SASL: the negotiation of libthrift's TSaslTransport, and the mechanisms
// of Storm's plugins (DIGEST-MD5, PLAIN, and GSSAPI for Kerberos). It does not know where credentials come from. After the
// login, each message follows its length of four bytes, as in a framed transport: Storm's plugins only authenticate
// (QOP "auth") and leave messages as they are.
package sasl

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Mechanism is the client's side of one login. It is used once.
type Mechanism interface {
	// Name is the registered name, such as "DIGEST-MD5".
	Name() string

	// Respond returns the answer to a challenge, and whether the client has said all it has to say. The first challenge is
	// nil, before the server has said anything. The server's last word comes too, with its answer ignored.
	Respond(challenge []byte) (response []byte, done bool, err error)
}

// Refusal is the answer of a server that does not accept a login.
type Refusal struct {
	Mechanism string
	Said      string // the server's words
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("the login (%s) was refused: %s", r.Mechanism, r.Said)
}

// The status of a negotiation message (TSaslTransport.NegotiationStatus).
const (
	start    = 1
	ok       = 2
	bad      = 3
	failed   = 4
	complete = 5
)

// maxMessage limits a message of the server: a Kerberos ticket with many groups has some 64 KB.
const maxMessage = 1 << 20

// Login negotiates with the server at the other end of a connection. A deadline on the connection limits it. If the server
// refuses, the error is a *[Refusal].
func Login(conn io.ReadWriter, m Mechanism) error {
	response, done, err := m.Respond(nil)
	if err != nil {
		return err
	}
	if err := send(conn, start, []byte(m.Name())); err != nil {
		return err
	}
	if err := send(conn, statusOf(done), response); err != nil {
		return err
	}
	for {
		status, message, err := receive(conn)
		if err != nil {
			return err
		}
		switch status {
		case bad, failed:
			return &Refusal{Mechanism: m.Name(), Said: string(message)}
		case complete:
			if !done || len(message) > 0 {
				_, _, err = m.Respond(message)
			}
			return err
		case ok:
			if done {
				return fmt.Errorf("the server goes on with the login (%s) after its end", m.Name())
			}
			if response, done, err = m.Respond(message); err != nil {
				return err
			}
			if err := send(conn, statusOf(done), response); err != nil {
				return err
			}
		default:
			return fmt.Errorf("the server answers the login (%s) with the unknown status %d", m.Name(), status)
		}
	}
}

func statusOf(done bool) byte {
	if done {
		return complete
	}
	return ok
}

func send(w io.Writer, status byte, message []byte) error {
	head := binary.BigEndian.AppendUint32([]byte{status}, uint32(len(message)))
	_, err := w.Write(append(head, message...))
	return err
}

func receive(r io.Reader) (status byte, message []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if head[0] < start || head[0] > complete || size > maxMessage {
		return 0, nil, &NotSASLError{Head: head}
	}
	message = make([]byte, size)
	_, err = io.ReadFull(r, message)
	return head[0], message, err
}

// NotSASLError reports an answer that is no message of a SASL negotiation. Head is its beginning.
type NotSASLError struct{ Head [5]byte }

func (e *NotSASLError) Error() string {
	return fmt.Sprintf("it does not want a SASL login: it answers with %q", e.Head[:])
}
