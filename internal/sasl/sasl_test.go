package sasl

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// server is the other end of a login: it has its answers ready, and keeps what it gets.
type server struct {
	io.Reader
	got bytes.Buffer
}

func (s *server) Write(p []byte) (int, error) { return s.got.Write(p) }

func answers(messages ...string) *server {
	return &server{Reader: strings.NewReader(strings.Join(messages, ""))}
}

func message(status byte, text string) string {
	return string([]byte{status, 0, 0, 0, byte(len(text))}) + text
}

const challenge = `realm="localhost",nonce="n\"1",charset=utf-8,algorithm=md5-sess`

// The digests were calculated with Python's hashlib from the formulas of RFC 2831. That Nimbus agrees is a test of package
// nimbus.
func TestDigest(t *testing.T) {
	s := answers(message(ok, challenge), message(complete, "rspauth=664b38e025d30ed002bef0fcc7fb58dd"))
	d := &Digest{User: `b"ob`, Password: "secret", As: "alice", nonce: "mine"}
	if err := Login(s, d); err != nil {
		t.Error(err)
	}
	want := message(start, "DIGEST-MD5") + message(ok, "")
	if !strings.HasPrefix(s.got.String(), want) {
		t.Errorf("it begins with %q", s.got.String())
	}
	answer := `charset=utf-8,username="b\"ob",realm="localhost",nonce="n\"1",nc=00000001,cnonce="mine",digest-uri="storm_thrift_server/localhost",maxbuf=65536,` +
		`response=469bcc1a2051da55280fb4c408da7bf1,qop=auth,authzid="alice"`
	if got := s.got.String()[len(want)+5:]; got != answer {
		t.Errorf("it answers\n%s\nwant\n%s", got, answer)
	}
}

func TestLoginErrors(t *testing.T) {
	for name, test := range map[string]struct {
		server *server
		login  Mechanism
		want   string
	}{
		"refused":         {answers(message(bad, "no such user")), &Plain{User: "bob"}, "the login (PLAIN) was refused: no such user"},
		"wrong server":    {answers(message(ok, challenge), message(complete, "rspauth=00")), &Digest{User: "bob"}, "does not know the password"},
		"no proof":        {answers(message(ok, challenge), message(complete, "")), &Digest{User: "bob"}, "does not know the password"},
		"no nonce":        {answers(message(ok, "realm=x")), &Digest{User: "bob"}, "has no nonce"},
		"protection":      {answers(message(ok, `nonce=1,qop="auth-int,auth-conf"`)), &Digest{User: "bob"}, `qop "auth-int,auth-conf"`},
		"open quote":      {answers(message(ok, `nonce="1`)), &Digest{User: "bob"}, `the value of "nonce" does not end`},
		"no value":        {answers(message(ok, `nonce`)), &Digest{User: "bob"}, `"nonce" has no value`},
		"more after end":  {answers(message(ok, "go on")), &Plain{User: "bob"}, "goes on with the login (PLAIN) after its end"},
		"closed":          {answers(), &Plain{User: "bob"}, "EOF"},
		"cut":             {answers(message(ok, "text")[:7]), &Plain{User: "bob"}, "unexpected EOF"},
		"not SASL":        {answers("HTTP/1.1 400"), &Plain{User: "bob"}, `it does not want a SASL login: it answers with "HTTP/"`},
		"endless":         {answers("\x02\x7f\xff\xff\xff"), &Plain{User: "bob"}, "it does not want a SASL login"},
		"start is no end": {answers(message(start, "")), &Plain{User: "bob"}, "the unknown status 1"},
	} {
		if err := Login(test.server, test.login); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	var refusal *Refusal
	if err := Login(answers(message(failed, "late")), &Plain{}); !errors.As(err, &refusal) || refusal.Said != "late" {
		t.Errorf("%v", err)
	}
}

func TestPlain(t *testing.T) {
	s := answers(message(complete, ""))
	if err := Login(s, &Plain{User: "bob", Password: "secret", As: "alice"}); err != nil {
		t.Error(err)
	}
	if want := message(start, "PLAIN") + message(complete, "alice\x00bob\x00secret"); s.got.String() != want {
		t.Errorf("it sends %q, want %q", s.got.String(), want)
	}
}

func FuzzDigest(f *testing.F) {
	f.Add(challenge)
	f.Fuzz(func(t *testing.T, text string) {
		d := &Digest{User: "bob", Password: "secret"}
		if _, _, err := d.Respond([]byte(text)); err == nil && d.expected == "" {
			t.Error("no proof is expected")
		}
	})
}
