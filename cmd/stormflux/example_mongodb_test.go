//go:build unix

package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

const mongoDBCities = "examples/mongodb-cities/topology.yaml"

// A cityReport runs the report of the example with the driver that the example asks for.
type cityReport struct {
	t           *testing.T
	url, wheels string
}

func newCityReport(t *testing.T) cityReport {
	t.Helper()
	r := cityReport{t, stormtest.MongoDB(t), t.TempDir()}
	python := stormtest.RequireProgram(t, "python3")
	output(t, filepath.Join(root, "examples/mongodb-cities"), python, "-m", "pip", "install", "-q", "--target", r.wheels, "-r", "requirements.txt")
	return r
}

func (r cityReport) text() string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "python3", filepath.Join(root, "examples/mongodb-cities/report.py"), r.url)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+r.wheels, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// visitsReport returns what the report says of all visits of the example.
func visitsReport(t *testing.T) string {
	t.Helper()
	file, err := os.Open(filepath.Join(root, "examples/mongodb-cities/resources/visits.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	visits, people := map[string]int{}, map[string]map[string]bool{}
	for _, row := range rows {
		person, city := row[0], row[1]
		visits[city]++
		if people[city] == nil {
			people[city] = map[string]bool{}
		}
		people[city][person] = true
	}
	report := fmt.Sprintf("%-12s %6s %6s\n", "CITY", "VISITS", "PEOPLE")
	for _, city := range slices.SortedFunc(maps.Keys(visits), func(a, b string) int {
		return cmp.Or(cmp.Compare(visits[b], visits[a]), strings.Compare(a, b))
	}) {
		report += fmt.Sprintf("%-12s %6d %6d\n", city, visits[city], len(people[city]))
	}
	return report
}

// The example stores all visits in a MongoDB, with the real driver. A second run stores them again, and no visit counts
// twice. Without a MongoDB, it says what is missing.
func TestMongoDBCities(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, mongoDBCities)
	report := newCityReport(t)
	checkExample(t, file)
	if text := report.text(); !strings.Contains(text, "no visits yet") {
		t.Errorf("before the start: %s", text)
	}
	want := visitsReport(t)
	for range 2 {
		r := start(t, ".", "run", file, "--until-idle", "--format", "json", "--set", "mongodb="+report.url, "--set", "rate=0")
		for _, line := range []string{`emits 212 visits`, `stores visits in MongoDB at mongodb://127\.0\.0\.1:\d+; to count them: python3 examples/mongodb-cities/report.py`} {
			r.until(0, `"event":"log".*`+line)
		}
		r.ends(exitFine)
		if text := report.text(); text != want {
			t.Errorf("the report is\n%s\nwant\n%s", text, want)
		}
	}

	r := start(t, ".", "run", file, "--set", "mongodb=mongodb://u:secret@127.0.0.1:1", "-c", "mongodb.timeout.ms=100")
	_, at := r.until(0, `no MongoDB at 127\.0\.0\.1:1: start one, or change the setting mongodb\.url`)
	r.until(at, `store:\d +died `)
	r.signal(syscall.SIGINT) // it would try again four times
	r.ends(exitFindings)
	if strings.Contains(r.text(), "gave up") {
		t.Error("visits are lost while there is no MongoDB")
	}
	if strings.Contains(r.text(), "secret") {
		t.Error("the password is in the output")
	}
}

// The same on a real Storm.
func TestMongoDBCitiesOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	report := newCityReport(t)
	want := visitsReport(t)
	onStorm(t, cluster, "mongodb-cities", ".", "", func() bool { return report.text() == want },
		filepath.Join(root, mongoDBCities), "--set", "mongodb="+report.url, "--set", "rate=0")
}
