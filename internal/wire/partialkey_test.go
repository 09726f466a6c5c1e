package wire

import (
	"bytes"
	"os"
	"testing"
)

// Java 17 wrote the file from Storm 2.8.3's own class: `new PartialKeyGrouping(new Fields("word"))`.
func TestPartialKeyHasTheBytesOfJava(t *testing.T) {
	want, err := os.ReadFile("testdata/partialkeygrouping_word_2.8.3.ser")
	if err != nil {
		t.Fatal(err)
	}
	if got := serializePartialKey([]string{"word"}); !bytes.Equal(got, want) {
		t.Errorf("got %d bytes:\n%x\nJava writes %d bytes:\n%x", len(got), got, len(want), want)
	}
}
