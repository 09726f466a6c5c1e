// Numbers is a reliable spout of numbers. It gets them from a server on this machine, and tells it which of them are acked. The
// server gives numbers again that failed, or whose spout has gone.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/stormflux/stormflux/component"
)

func main() {
	s := &numbers{}
	flag.StringVar(&s.feed, "feed", "", "the address of the server")
	version := flag.String("version", "", "the version of this topology; \"crash\" ends at once")
	flag.Parse()
	if *version == "crash" {
		fmt.Fprintln(os.Stderr, "this version crashes")
		os.Exit(1)
	}
	component.RunSpout(s)
}

type numbers struct {
	feed string
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
	next []string
}

var (
	_ component.Opener = (*numbers)(nil)
	_ component.Acker  = (*numbers)(nil)
	_ component.Failer = (*numbers)(nil)
)

func (s *numbers) Open(*component.Context, *component.SpoutCollector) (err error) {
	if s.conn, err = net.Dial("tcp", s.feed); err != nil {
		return err
	}
	s.in, s.out = bufio.NewReader(s.conn), bufio.NewWriter(s.conn)
	_, err = s.out.WriteString("spout\n")
	return err
}

func (s *numbers) NextTuple(out *component.SpoutCollector) error {
	if len(s.next) == 0 {
		if _, err := s.out.WriteString("get\n"); err != nil {
			return err
		}
		if err := s.out.Flush(); err != nil {
			return err
		}
		line, err := s.in.ReadString('\n')
		if err != nil {
			return err
		}
		s.next = strings.Fields(line)
	}
	for range min(len(s.next), 20) {
		out.EmitID(s.next[0], s.next[0])
		s.next = s.next[1:]
	}
	return nil
}

func (s *numbers) Ack(id string) { s.report("ack ", id) }

func (s *numbers) Fail(id string) { s.report("fail ", id) }

// report writes into the buffer. NextTuple sends it; when the spout ends before, the server gives the number again.
func (s *numbers) report(what, id string) {
	_, _ = s.out.WriteString(what + id + "\n")
	if s.out.Buffered() > 3000 {
		_ = s.out.Flush()
	}
}
