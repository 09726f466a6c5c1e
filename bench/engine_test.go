package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRateBetween(t *testing.T) {
	at := func(seconds float64) time.Time {
		return time.Unix(1000, 0).Add(time.Duration(seconds * float64(time.Second)))
	}
	steady := []count{{at(0), 5}, {at(1), 105}, {at(2), 205}, {at(3), 405}, {at(4), 505}, {at(5), 9999}}
	for _, test := range []struct {
		name     string
		counts   []count
		from, to float64
		want     float64 // 0: an error
	}{
		{"what was counted in between only", steady, 0.5, 4.5, 400. / 3},
		{"both ends belong to it", steady, 0, 2, 100},
		{"nothing was written", nil, 0, 5, 0},
		{"it came to a halt", []count{{at(0), 5}, {at(1), 5}, {at(4), 5}}, 0, 5, 0},
		{"it was counted for a moment only", steady[:2], 0, 5, 0},
		{"the component was restarted", []count{{at(0), 500}, {at(2), 700}, {at(4), 100}}, 0, 5, 0},
	} {
		got, err := rateBetween(test.counts, at(test.from), at(test.to))
		if got != test.want || (err == nil) != (test.want != 0) {
			t.Errorf("%s: %v, %v, want %v", test.name, got, err, test.want)
		}
	}
}

func TestReadCounter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter")
	if counts, err := readCounter(path); len(counts) != 0 || err != nil {
		t.Errorf("without a file: %v, %v", counts, err)
	}
	if err := os.WriteFile(path, []byte("1000 1\n2000 20\n3000 3"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The last line is still being written: 3 may become 300.
	counts, err := readCounter(path)
	if err != nil || len(counts) != 2 || counts[1] != (count{time.Unix(0, 2000), 20}) {
		t.Errorf("%v, %v", counts, err)
	}
	if err := os.WriteFile(path, []byte("nonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readCounter(path); err == nil {
		t.Error("nonsense is no error")
	}
}
