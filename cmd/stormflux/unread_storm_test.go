//go:build unix

package main

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// unread are components that emit 100,000 tuples and read the answers after that: a spout, and a bolt.
var unread = map[string]string{
	"spout.yaml": `
name: unread-spout
resources: [lib]
config: {topology.subprocess.timeout.secs: 5}
spouts: {eager: {command: [python3, eager.py], outputs: [n]}}
bolts: {sink: {command: [python3, eager.py], inputs: [{from: eager}]}}
`,
	"bolt.yaml": `
name: unread-bolt
resources: [lib]
config: {topology.subprocess.timeout.secs: 5}
spouts: {one: {command: [python3, eager.py], outputs: [n]}}
bolts:
  eager: {command: [python3, eager.py], inputs: [{from: one}], outputs: [n]}
  sink: {command: [python3, eager.py], inputs: [{from: eager}]}
`,
	"lib/eager.py": `
import json, os, sys

def read():
    lines = []
    while True:
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        if line == "end\n":
            return json.loads("".join(lines))
        lines.append(line)

def write(message):
    sys.stdout.write(json.dumps(message) + "\nend\n")
    sys.stdout.flush()

hello = read()
context, conf = hello["context"], hello["conf"]
me = context["task->component"][str(context["taskid"])]
open(os.path.join(hello["pidDir"], str(os.getpid())), "w").close()
write({"pid": os.getpid()})

# A worker that dies kills this process at any time, so the file is there as a whole or not at all.
def report(name, number):
    new = os.path.join(os.path.dirname(conf["unread.out"]), name + ".new")
    with open(new, "w") as f:
        f.write(str(number))
    os.replace(new, os.path.join(conf["unread.out"], name))

def emit_many():
    for i in range(100000):
        write({"command": "emit", "anchors": [], "tuple": [i]})
        if i % 100 == 99:
            report("written-%d" % os.getpid(), i + 1)
    answers = 0
    while answers < 100000:
        message = read()
        if isinstance(message, list):
            answers += 1
    report("done", 100000)

first = True
while True:
    message = read()
    if isinstance(message, list):
        continue
    if "command" in message:
        if message["command"] == "next" and first:
            first = False
            if me == "eager":
                emit_many()
            else:
                write({"command": "emit", "id": "1", "tuple": [0]})
        write({"command": "sync"})
    elif message["stream"] == "__heartbeat":
        write({"command": "sync"})
    else:
        if me == "eager":
            emit_many()
        write({"command": "ack", "id": message["id"]})
`,
}

// written returns how many emits the first component of unread got rid of before it was killed: the one after it may get
// rid of more, when the run ends and nothing limits it.
func written(t *testing.T, dir string) int {
	t.Helper()
	least := math.MaxInt
	for name, text := range contents(t, dir) {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		least = min(least, n)
	}
	return least
}

// A spout that reads the answers to 100,000 emits only after the last one stalls on Storm after about 9,000, and costs the
// worker. The same happens here. A bolt that does so works in both.
func TestUnreadAnswersLikeStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	dir := folder(t, unread)
	ours, theirs := t.TempDir(), t.TempDir()

	r := start(t, dir, "run", "spout.yaml", "--for", "9s", "-c", "unread.out="+ours)
	r.ends(exitFindings)
	r.until(0, `it has not read the answers to its emits for 5s, and the pipe to it is full`)
	r.until(0, `subprocess heartbeat timeout; Storm writes the task ids of each emit and reads nothing more from a spout until it can`)
	onStorm(t, cluster, "unread-spout", dir, "", func() bool {
		logs, err := cluster.WorkerLogs()
		if err != nil {
			t.Fatal(err)
		}
		for name, log := range logs {
			if strings.Contains(name, "unread-spout") && strings.Contains(log, "Halting process: ShellSpout died") &&
				strings.Contains(log, "subprocess heartbeat timeout") {
				return true
			}
		}
		return false
	}, "spout.yaml", "-c", "unread.out="+theirs)
	for who, dir := range map[string]string{"stormflux": ours, "Storm": theirs} {
		if n := written(t, dir); n < 5_000 || n > 14_000 {
			t.Errorf("%s: the spout wrote %d emits before it stalled", who, n)
		} else {
			t.Logf("%s: the spout wrote %d emits before it stalled", who, n)
		}
	}

	ours, theirs = t.TempDir(), t.TempDir()
	r = start(t, dir, "run", "bolt.yaml", "--until-idle", "-c", "unread.out="+ours)
	r.ends(exitFine)
	isDone := func(dir string) bool { return contents(t, dir)["done"] == "100000" }
	if !isDone(ours) {
		t.Error("the bolt did not read all answers here")
	}
	onStorm(t, cluster, "unread-bolt", dir, "", func() bool { return isDone(theirs) }, "bolt.yaml", "-c", "unread.out="+theirs)
}
