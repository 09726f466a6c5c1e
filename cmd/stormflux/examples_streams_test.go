//go:build unix

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// floorAlarm matches what the tasks of the bolt "floors" log.
var floorAlarm = regexp.MustCompile(`floor (\d): room (\d)\d+ has 31\.0 degrees \(task (\d)\)`)

// On a real Storm, the spout of named-streams chooses the task of each alarm, and the batches of all rooms come to the report.
func TestNamedStreamsOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	const path = "examples/named-streams/topology.yaml"
	file := exampleRuns[path].stage(t, path)
	onStorm(t, cluster, "named-streams", ".", "", func() bool {
		logs, err := cluster.WorkerLogs()
		if err != nil {
			t.Fatal(err)
		}
		floors, reported := map[string]bool{}, false
		for log, text := range logs {
			if !strings.HasPrefix(log, "named-streams-") || filepath.Base(log) != "worker.log" {
				continue
			}
			reported = reported || strings.Contains(text, "12 rooms: coldest ")
			for _, m := range floorAlarm.FindAllStringSubmatch(text, -1) {
				// The first task has the first floor.
				if floors[m[1]] = true; m[1] != m[2] || m[1][0] != m[3][0]+1 {
					t.Fatalf("an alarm came to the wrong task: %s", m[0])
				}
			}
		}
		return reported && len(floors) == 3
	}, file)
}
