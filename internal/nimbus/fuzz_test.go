package nimbus_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
)

// FuzzAnswer has a server answer anything: no panic, no hang, an error of ours.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "HTTP/1.1 200 OK\r\n\r\n", "\x00\x00\x00\x00", "\xff\xff\xff\xff",
		"\x00\x00\x00\x1d\x80\x01\x00\x02\x00\x00\x00\x09getLeader\x00\x00\x00\x01\x00",
		"\x00\x00\x00\x30\x80\x01\x00\x02\x00\x00\x00\x09getLeader\x00\x00\x00\x01\x0c\x00\x00\x0b\x00\x01\x7f\xff\xff\xff",
		"\x00\x00\x00\x3a\x80\x01\x00\x03\x00\x00\x00\x09getLeader\x00\x00\x00\x01\x0b\x00\x01\x00\x00\x00\x01x\x08\x00\x02\x00\x00\x00\x01\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		config := noRetry("nimbus:1")
		config.ConnectTimeout = 5 * time.Second
		config.Transport = opener(func(context.Context, nimbus.Address) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				theirs.Read(make([]byte, 4096))
				go io.Copy(io.Discard, theirs) // should it go on to ask
				theirs.Write(answer)
			}()
			return ours, nil
		})
		client, err := nimbus.Connect(t.Context(), config)
		if err == nil {
			client.Close() // a real answer was found
			return
		}
		if nimbus.KindOf(err) == 0 || nimbus.KindOf(err) == nimbus.NoAnswer {
			t.Fatalf("%q: %v", answer, err)
		}
	})
}
