// Record is a bolt that tells the server of every number, and acks it afterwards.
package main

import (
	"flag"
	"net"

	"github.com/stormflux/stormflux/component"
)

func main() {
	b := &record{}
	flag.StringVar(&b.feed, "feed", "", "the address of the server")
	flag.StringVar(&b.version, "version", "", "the version of this topology")
	flag.Parse()
	component.RunBasicBolt(b)
}

type record struct {
	feed, version string
	conn          net.Conn
}

var _ component.BasicPreparer = (*record)(nil)

func (b *record) Prepare(*component.Context) (err error) {
	if b.conn, err = net.Dial("tcp", b.feed); err != nil {
		return err
	}
	_, err = b.conn.Write([]byte("record " + b.version + "\n"))
	return err
}

func (b *record) Execute(t *component.Tuple, _ *component.BasicCollector) error {
	_, err := b.conn.Write([]byte(t.String(0) + "\n"))
	return err
}
