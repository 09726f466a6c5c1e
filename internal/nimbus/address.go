package nimbus

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Address is where a Nimbus listens.
type Address struct {
	Host string // a name or an IP address, IPv6 without brackets
	Port int    // 0: the configured nimbus.thrift.port
}

// String is HOST:PORT, with brackets around IPv6, or HOST while Port is 0.
func (a Address) String() string {
	if a.Port == 0 {
		return a.Host
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

func (a Address) withPort(port int) Address {
	if a.Port == 0 {
		a.Port = port
	}
	return a
}

// ParseAddress reads HOST[:PORT]. IPv6 is written ::1, [::1] or [::1]:6627.
func ParseAddress(s string) (Address, error) {
	bad := func(why string) (Address, error) {
		return Address{}, fmt.Errorf("%q is not a Nimbus address: %s; want HOST[:PORT]", s, why)
	}
	text := strings.TrimSpace(s)
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return bad("Nimbus speaks Thrift, not " + scheme)
	}
	if strings.Count(text, ":") > 1 && text[0] != '[' {
		if net.ParseIP(text) == nil {
			return bad("an IPv6 address with a port needs brackets, as in [::1]:6627")
		}
		return Address{Host: text}, nil
	}
	host, port := text, ""
	if strings.HasPrefix(text, "[") {
		inner, rest, ok := strings.Cut(text[1:], "]")
		if !ok || rest != "" && rest[0] != ':' {
			return bad("the brackets do not match")
		}
		if net.ParseIP(inner) == nil {
			return bad(strconv.Quote(inner) + " is no IPv6 address")
		}
		if host = inner; rest != "" {
			if port = rest[1:]; port == "" {
				return bad("the port is missing")
			}
		}
	} else if h, p, ok := strings.Cut(text, ":"); ok {
		if host, port = h, p; port == "" {
			return bad("the port is missing")
		}
	}
	if host == "" {
		return bad("the host is missing")
	}
	if strings.ContainsAny(host, " \t\r\n/") {
		return bad("a host has no spaces or slashes")
	}
	if port == "" {
		return Address{Host: host}, nil
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return bad("a port is a number from 1 to 65535")
	}
	return Address{Host: host, Port: n}, nil
}
