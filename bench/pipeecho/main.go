// Command pipeecho is the minimum that can replace the engine in bench: it copies framed messages from process to
// process and does not understand them. Its children write messages with the same text and number as the components of
// a word count, so its CPU time is the cost of the copying alone.
//
// The children form a ring. The first writes sentences; the second reads them and writes ten emits and an ack for each;
// the third reads these and writes an ack for each emit; the first reads those, and keeps a thousand sentences on their
// way.
//
//	pipeecho [-pending N] FILE
//
// It runs until its standard input ends. From time to time, it writes a line to FILE: the time in nanoseconds since
// 1970, and how many words the third child has got.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

var end = []byte("\nend\n")

// The messages as components of the SDK write them; ids have the length of real ones.
var (
	sentence = []byte(`{"command":"emit","id":"1234567","need_task_ids":false,"tuple":["the quick brown fox jumps over the lazy dog today"]}` + "\nend\n")
	word     = []byte(`{"command":"emit","anchors":["-1234567890123456789"],"need_task_ids":false,"tuple":["brown"]}` + "\nend\n")
	ack      = []byte(`{"command":"ack","id":"-1234567890123456789"}` + "\nend\n")
	emit     = []byte(`{"command":"emit"`)
)

const words = 10 // of a sentence

func main() {
	pending := flag.Int("pending", 1000, "`N` sentences are on their way")
	child := flag.String("child", "", "be this child")
	flag.Parse()
	var err error
	switch *child {
	case "":
		err = echo(*pending, flag.Arg(0))
	case "sentences":
		err = sentences(*pending)
	case "split":
		err = split()
	case "count":
		err = count(flag.Arg(0))
	default:
		err = fmt.Errorf("there is no child %q", *child)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, "pipeecho:", err)
		os.Exit(1)
	}
}

// echo is the process in the middle.
func echo(pending int, file string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	names := []string{"sentences", "split", "count"}
	var in []io.WriteCloser
	var out []io.Reader
	var children []*exec.Cmd
	for _, name := range names {
		c := exec.Command(program, fmt.Sprintf("-pending=%d", pending), "-child", name, file)
		c.Stderr = os.Stderr
		stdin, err := c.StdinPipe()
		if err != nil {
			return err
		}
		stdout, err := c.StdoutPipe()
		if err != nil {
			return err
		}
		if err := c.Start(); err != nil {
			return err
		}
		in, out, children = append(in, stdin), append(out, stdout), append(children, c)
	}
	ended := make(chan error, len(names))
	for i := range names {
		go func() { ended <- copyMessages(in[(i+1)%len(in)], out[i]) }()
	}
	// The parent ends this process by closing its standard input.
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	err = <-ended
	for _, c := range children {
		c.Process.Kill()
		c.Wait() // we killed it, so the error does not matter
	}
	return err
}

// copyMessages copies whole messages, as many at a time as have arrived.
func copyMessages(dst io.Writer, src io.Reader) error {
	buf := make([]byte, 64<<10)
	have := 0
	for {
		n, err := src.Read(buf[have:])
		if err != nil {
			return err
		}
		have += n
		whole := bytes.LastIndex(buf[:have], end)
		if whole < 0 {
			continue // no message is as long as the buffer
		}
		whole += len(end)
		if _, err := dst.Write(buf[:whole]); err != nil {
			return err
		}
		have = copy(buf, buf[whole:have])
	}
}

// A conversation of a child writes its buffered messages before it waits for input, as the SDK does.
type conversation struct {
	in  *bufio.Reader
	out *bufio.Writer
}

func newConversation() conversation {
	return conversation{bufio.NewReaderSize(os.Stdin, 64<<10), bufio.NewWriterSize(os.Stdout, 64<<10)}
}

// read returns the next message without its end. It is valid until the next call.
func (c conversation) read() (message []byte, err error) {
	if c.in.Buffered() == 0 {
		if err := c.out.Flush(); err != nil {
			return nil, err
		}
	}
	if message, err = c.in.ReadSlice('\n'); err != nil {
		return nil, err
	}
	_, err = c.in.Discard(len(end) - 1)
	return message, err
}

func sentences(pending int) error {
	c := newConversation()
	for range pending {
		if _, err := c.out.Write(sentence); err != nil {
			return err
		}
	}
	for n := 1; ; n++ {
		if _, err := c.read(); err != nil {
			return err
		}
		if n%words == 0 {
			if _, err := c.out.Write(sentence); err != nil {
				return err
			}
		}
	}
}

func split() error {
	c := newConversation()
	for {
		if _, err := c.read(); err != nil {
			return err
		}
		for range words {
			if _, err := c.out.Write(word); err != nil {
				return err
			}
		}
		if _, err := c.out.Write(ack); err != nil {
			return err
		}
	}
}

func count(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	c := newConversation()
	next := time.Now()
	for n := 0; ; {
		message, err := c.read()
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(message, emit) {
			continue
		}
		n++
		if _, err := c.out.Write(ack); err != nil {
			return err
		}
		if n%256 == 0 && time.Now().After(next) {
			next = time.Now().Add(50 * time.Millisecond)
			if _, err := fmt.Fprintf(file, "%d %d\n", time.Now().UnixNano(), n); err != nil {
				return err
			}
		}
	}
}
