package sasl

import (
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Kerberos is GSSAPI (RFC 4752) with Kerberos 5, as Storm's KerberosSaslTransportPlugin wants it: without mutual
// authentication and without the protection of messages.
type Kerberos struct {
	// Client is logged in, or can do so.
	Client *client.Client
	// Service is the principal of the server without its realm: "nimbus/nimbus1.example.com".
	Service string
	// As is the user to act as; "" means the client's principal.
	As string

	key  types.EncryptionKey
	step int
}

// Name returns "GSSAPI".
func (*Kerberos) Name() string { return "GSSAPI" }

// TicketError says that there is no ticket for the service.
type TicketError struct {
	Service string
	Err     error
}

func (e *TicketError) Error() string {
	return fmt.Sprintf("no Kerberos ticket for %q: %v", e.Service, e.Err)
}
func (e *TicketError) Unwrap() error { return e.Err }

// Respond sends the ticket, and then agrees that messages are not protected.
func (k *Kerberos) Respond(challenge []byte) (response []byte, done bool, err error) {
	k.step++
	switch {
	case k.step == 1:
		response, err = k.ticket()
		return response, false, err
	case len(challenge) == 0 && k.step == 2:
		k.step = 1
		return nil, false, nil // the server has accepted the ticket and has nothing to say yet
	}
	response, err = k.agree(challenge)
	return response, true, err
}

func (k *Kerberos) ticket() ([]byte, error) {
	ticket, key, err := k.Client.GetServiceTicket(k.Service)
	if err != nil {
		return nil, &TicketError{k.Service, err}
	}
	k.key = key
	// The flags that Java sets. Storm's client does not ask for mutual authentication (Sasl.SERVER_AUTH is "false").
	token, err := spnego.NewKRB5TokenAPREQ(k.Client, ticket, key, []int{gssapi.ContextFlagInteg, gssapi.ContextFlagConf}, nil)
	if err != nil {
		return nil, fmt.Errorf("making the token for %s: %w", k.Service, err)
	}
	return token.Marshal()
}

// agree answers the server's offer of layers of protection (RFC 4752, 3.1).
func (k *Kerberos) agree(offer []byte) ([]byte, error) {
	const noProtection = 1
	var wrapped gssapi.WrapToken
	if err := wrapped.Unmarshal(offer, true); err != nil {
		return nil, fmt.Errorf("reading the server's offer (GSSAPI): %w", err)
	}
	if genuine, err := wrapped.Verify(k.key, keyusage.GSSAPI_ACCEPTOR_SEAL); !genuine {
		return nil, fmt.Errorf("the server's offer (GSSAPI) is not genuine: %w", err)
	}
	if len(wrapped.Payload) != 4 || wrapped.Payload[0]&noProtection == 0 {
		return nil, errors.New("the server wants to protect messages (GSSAPI), which no plugin of Storm does")
	}
	answer, err := gssapi.NewInitiatorWrapToken(append([]byte{noProtection, 0, 0, 0}, k.As...), k.key)
	if err != nil {
		return nil, fmt.Errorf("answering the server's offer (GSSAPI): %w", err)
	}
	return answer.Marshal()
}
