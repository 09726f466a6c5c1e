package multilang

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func readAll(r *Reader) (texts []string, err error) {
	for {
		text, err := r.Read()
		if err != nil {
			return texts, err
		}
		texts = append(texts, text)
	}
}

var frameCases = []struct {
	name, in string
	want     []string
	err      error
	partial  string
}{
	{"nothing", "", nil, io.EOF, ""},
	{"one", "{}\nend\n", []string{"{}"}, io.EOF, ""},
	{"two", "[1]\nend\n{\"a\":2}\nend\n", []string{"[1]", `{"a":2}`}, io.EOF, ""},
	{"empty message", "end\n{}\nend\n", []string{"", "{}"}, io.EOF, ""},
	{"several lines", "{\n\"a\":\n1}\nend\n", []string{"{\n\"a\":\n1}"}, io.EOF, ""},
	{"end inside a line", "\"end\"\n the end\nending\nend\n", []string{"\"end\"\n the end\nending"}, io.EOF, ""},
	{"carriage returns", "{\r\n}\r\nend\r\n[]\r\nend\r\n", []string{"{\n}", "[]"}, io.EOF, ""},
	{"no end", "{}\nend\n{\"a\"", []string{"{}"}, io.ErrUnexpectedEOF, `{"a"`},
	{"end without a newline", "{}\nend", nil, io.ErrUnexpectedEOF, "{}\nend"},
	{"malformed UTF-8", "\"\xff\"\nend\n", []string{"\"\uFFFD\""}, io.EOF, ""},
}

func TestReader(t *testing.T) {
	for _, c := range frameCases {
		for how, src := range map[string]io.Reader{
			"whole":    strings.NewReader(c.in),
			"bytewise": iotest.OneByteReader(strings.NewReader(c.in)),
			"data+err": iotest.DataErrReader(strings.NewReader(c.in)),
		} {
			t.Run(c.name+"/"+how, func(t *testing.T) {
				r := NewReader(src, 0)
				got, err := readAll(r)
				if !slices.Equal(got, c.want) {
					t.Errorf("messages %q, want %q", got, c.want)
				}
				if err != c.err {
					t.Errorf("error %v, want %v", err, c.err)
				}
				if r.Partial() != c.partial {
					t.Errorf("left over %q, want %q", r.Partial(), c.partial)
				}
				if _, again := r.Read(); again != err {
					t.Errorf("the second error is %v, the first was %v", again, err)
				}
			})
		}
	}
}

func TestReaderLimit(t *testing.T) {
	fits := strings.Repeat("x", 1<<20)
	r := NewReader(strings.NewReader(fits+"\nend\n[]\nend\n"), 1<<20)
	for _, want := range []string{fits, "[]"} {
		if got, err := r.Read(); err != nil || got != want {
			t.Fatalf("%d bytes, error %v; want %d bytes", len(got), err, len(want))
		}
	}
	r = NewReader(strings.NewReader(strings.Repeat("x", 3<<20)), 1<<20)
	if _, err := r.Read(); !errors.Is(err, ErrTooLong) {
		t.Fatalf("error %v, want %v", err, ErrTooLong)
	}
	if len(r.buf) > 4<<20 {
		t.Errorf("the buffer grew to %d bytes", len(r.buf))
	}
}

// chunks is a source that returns one chunk per call.
type chunks []string

func (c *chunks) Read(p []byte) (int, error) {
	if len(*c) == 0 {
		return 0, io.EOF
	}
	n := copy(p, (*c)[0])
	*c = (*c)[1:]
	return n, nil
}

func TestReaderBuffered(t *testing.T) {
	r := NewReader(&chunks{"1\nend\n2\nend\n3\nen", "d\n"}, 0)
	for i, want := range []bool{true, false, true} {
		if i == 0 && r.Buffered() {
			t.Fatal("something is buffered before the first read")
		}
		if _, err := r.Read(); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			// The source has not reported its end yet.
			want = false
		}
		if got := r.Buffered(); got != want {
			t.Errorf("after message %d Buffered is %v", i+1, got)
		}
	}
	if _, err := r.Read(); err != io.EOF {
		t.Fatal(err)
	}
	if !r.Buffered() {
		t.Error("the end of the stream is known, a read would not block")
	}
}

func FuzzReader(f *testing.F) {
	for _, c := range frameCases {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, wholeErr := readAll(NewReader(strings.NewReader(string(in)), 1<<16))
		split, splitErr := readAll(NewReader(iotest.OneByteReader(strings.NewReader(string(in))), 1<<16))
		if !slices.Equal(whole, split) || !errors.Is(splitErr, wholeErr) && !errors.Is(wholeErr, ErrTooLong) {
			t.Fatalf("read whole: %q, %v\nread bytewise: %q, %v", whole, wholeErr, split, splitErr)
		}
	})
}
