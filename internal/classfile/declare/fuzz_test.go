package declare

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stormflux/stormflux/internal/classfile"
)

// oneClass is a class path with one class, whatever its name is.
type oneClass struct{ class *classfile.Class }

func (o oneClass) Class(name string) (*classfile.Class, error) {
	if name == o.class.Name {
		return o.class, nil
	}
	return nil, classfile.ErrUnknown
}

// Whatever a class file holds, there is an answer, without a panic and within the limits.
func FuzzDescribe(f *testing.F) {
	files, err := filepath.Glob("testdata/classes/*.class")
	if err != nil || len(files) == 0 {
		f.Fatalf("no class files: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := classfile.Parse(data)
		if err != nil {
			return
		}
		for _, args := range [][]any{nil, {"a"}, {[]any{"a", "b"}}, {int64(1), "SECONDS"}} {
			d := Describe(oneClass{c}, define(c.Name, args...))
			if d.Unknown == "" && d.Kind == "" {
				t.Errorf("the answer has neither a kind nor a reason: %+v", d)
			}
		}
	})
}

// The committed class files are those of testdata/cases, so what they declare is known without a JVM.
func TestDescribe(t *testing.T) {
	for class, want := range map[string]string{
		"Plain$Constant": `[{"ID":"default","Fields":["a","b"],"Direct":false}]`,
		"Plain$Nothing":  `null`,
		"Plain$Basic":    `[{"ID":"zeta","Fields":["eta"],"Direct":false},{"ID":"iota"`,
	} {
		data, err := os.ReadFile("testdata/classes/" + class + ".class")
		if err != nil {
			t.Fatal(err)
		}
		c, err := classfile.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		got := Describe(committed{}, define(c.Name))
		if text := show(got.Streams); got.Unknown != "" || len(text) < len(want) || text[:len(want)] != want {
			t.Errorf("%s: %s %s, want %s", class, got.Unknown, text, want)
		}
	}
}

// committed is the class path of testdata/classes.
type committed struct{}

func (committed) Class(name string) (*classfile.Class, error) {
	if len(name) < 7 || name[:6] != "cases." {
		return nil, classfile.ErrUnknown
	}
	data, err := os.ReadFile("testdata/classes/" + name[6:] + ".class")
	if err != nil {
		return nil, classfile.ErrUnknown
	}
	return classfile.Parse(data)
}
