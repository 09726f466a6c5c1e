package sasl

// Plain is PLAIN (RFC 4616). Storm's PlainSaslTransportPlugin never compares the password (2.8.3).
type Plain struct {
	User, Password string
	// As is the user to act as; "" means User.
	As string
}

// Name returns "PLAIN".
func (*Plain) Name() string { return "PLAIN" }

// Respond returns the credentials.
func (p *Plain) Respond([]byte) (response []byte, done bool, err error) {
	return []byte(p.As + "\x00" + p.User + "\x00" + p.Password), true, nil
}
