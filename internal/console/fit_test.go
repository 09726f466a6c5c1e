package console_test

import (
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/console"
)

func TestFit(t *testing.T) {
	table := console.NewTable("BOLT", "TASKS", "EMITTED", "ACKED", "FAILED", "WAIT", "PROCESS", "ACK", "BUSY")
	table.Row("split-sentences", 4, 1234567, 1234567, 0, console.Quantity("12.3 ms"), console.Quantity("0.123 ms"), console.Quantity("0.1 ms"), console.Quantity("100%"))
	if got := table.Fit(0); got != table.String() {
		t.Errorf("without a limit:\n%s", got)
	}
	got := table.Fit(60)
	for line := range strings.Lines(got) {
		if len(line) > 61 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
	for _, word := range []string{"BOLT", "split-sentences"} {
		if n := strings.Count(got, word); n != 2 {
			t.Errorf("%s is there %d times, want 2:\n%s", word, n, got)
		}
	}
	for _, word := range []string{"TASKS", "FAILED", "WAIT", "BUSY", "100%"} {
		if n := strings.Count(got, word); n != 1 {
			t.Errorf("%s is there %d times, want once:\n%s", word, n, got)
		}
	}
}
