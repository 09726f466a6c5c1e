package sasl

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Digest is DIGEST-MD5 (RFC 2831) without the protection of messages, as Storm's DigestSaslTransportPlugin wants it.
type Digest struct {
	User, Password string
	// As is the user to act as; "" means User. Storm's own client cannot ask for it, but its server obeys.
	As string

	expected string // of the server's last word
	nonce    string // the client's; tests set it
}

// digestURI names the service. The plugin knows its own name as "localhost" on every host (DigestSaslTransportPlugin of
// Storm 2.8.3), and refuses any other.
const digestURI = "storm_thrift_server/localhost"

// Name returns "DIGEST-MD5".
func (*Digest) Name() string { return "DIGEST-MD5" }

// Respond answers the server's challenge, and checks its last word, which proves that it knows the password too.
func (d *Digest) Respond(challenge []byte) (response []byte, done bool, err error) {
	if challenge == nil {
		return nil, false, nil // the server begins
	}
	values, err := parseDirectives(string(challenge))
	if err != nil {
		return nil, false, fmt.Errorf("reading the server's challenge (DIGEST-MD5): %w", err)
	}
	if d.expected != "" {
		if !hmac.Equal([]byte(values["rspauth"]), []byte(d.expected)) {
			return nil, false, errors.New("the server does not know the password (DIGEST-MD5): it may be another server in Nimbus's place")
		}
		return nil, true, nil
	}
	if values["nonce"] == "" {
		return nil, false, errors.New("the server's challenge (DIGEST-MD5) has no nonce")
	}
	if qop, ok := values["qop"]; ok && !hasWord(qop, "auth") {
		return nil, false, fmt.Errorf("the server wants to protect messages (DIGEST-MD5, qop %q), which no plugin of Storm does", qop)
	}
	if d.nonce == "" {
		d.nonce = rand.Text()
	}
	return d.answer(values["realm"], values["nonce"]), false, nil
}

// answer is RFC 2831, 2.1.2. Names and passwords are in UTF-8, because Storm's servers offer it.
func (d *Digest) answer(realm, nonce string) []byte {
	secret := md5.Sum([]byte(d.User + ":" + realm + ":" + d.Password))
	a1 := string(secret[:]) + ":" + nonce + ":" + d.nonce
	if d.As != "" {
		a1 += ":" + d.As
	}
	proof := func(method string) string {
		return hash(hash(a1) + ":" + nonce + ":00000001:" + d.nonce + ":auth:" + hash(method+":"+digestURI))
	}
	d.expected = proof("")
	text := fmt.Sprintf(`charset=utf-8,username=%s,realm=%s,nonce=%s,nc=00000001,cnonce=%s,digest-uri=%s,maxbuf=65536,response=%s,qop=auth`,
		quote(d.User), quote(realm), quote(nonce), quote(d.nonce), quote(digestURI), proof("AUTHENTICATE"))
	if d.As != "" {
		text += ",authzid=" + quote(d.As)
	}
	return []byte(text)
}

func hash(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(w) == word {
			return true
		}
	}
	return false
}

// parseDirectives reads name=value and name="value", with commas between them.
func parseDirectives(text string) (map[string]string, error) {
	values := map[string]string{}
	for rest := strings.TrimLeft(text, ", \t\r\n"); rest != ""; rest = strings.TrimLeft(rest, ", \t\r\n") {
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			return nil, fmt.Errorf("%q has no value", rest)
		}
		var value string
		if strings.HasPrefix(after, `"`) {
			if value, after, ok = quoted(after[1:]); !ok {
				return nil, fmt.Errorf("the value of %q does not end", name)
			}
		} else {
			value, after, _ = strings.Cut(after, ",")
		}
		values[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		rest = after
	}
	return values, nil
}

// quoted reads a text up to its closing quote.
func quoted(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:], true
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
