package host

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	sent := []frame{{0, ready, nil}, {7, messages, []byte("{}\nend\n")}, {-1, log, bytes.Repeat([]byte("x"), 1<<17)}, {3, credit, number(1 << 16)}}
	var text []byte
	for _, f := range sent {
		text = appendFrame(text, f)
	}
	r := bufio.NewReader(bytes.NewReader(text))
	var buf []byte
	for _, want := range sent {
		var got frame
		var err error
		if got, buf, err = readFrame(r, buf); err != nil {
			t.Fatal(err)
		}
		if got.task != want.task || got.kind != want.kind || !bytes.Equal(got.content, want.content) {
			t.Errorf("task %d, kind %q, %d bytes; want %d, %q, %d", got.task, got.kind, len(got.content), want.task, want.kind, len(want.content))
		}
	}
	if _, _, err := readFrame(r, buf); !errors.Is(err, io.EOF) {
		t.Errorf("after the last frame: %v", err)
	}
}

// What something else writes to standard output is no frame, and takes no memory.
func TestFramesOfSomethingElse(t *testing.T) {
	for text, want := range map[string]string{
		"Hello, world":                      "a frame of 1214606439 bytes", // "Hell" as a number, without the rest of the head
		"\x00\x00\x00\x01\x00\x00\x00\x00R": "a frame of -4 bytes",
		"\x00\x00\x00\x09\x00\x00\x00\x00R": "unexpected EOF",
		"\x00\x00":                          "unexpected EOF",
	} {
		_, _, err := readFrame(bufio.NewReader(strings.NewReader(text)), nil)
		if err == nil || !strings.Contains(err.Error(), want) && !(want == "unexpected EOF" && errors.Is(err, io.EOF)) {
			t.Errorf("%q: the error is %v, want %s", text, err, want)
		}
	}
}
