package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	stormthrift "github.com/stormflux/stormflux/internal/storm"
)

// A failing topology is reported with the exception, the script and the component's place in the YAML file.
func TestWaitNamesPlaces(t *testing.T) {
	const text = "java.lang.Exception: Shell Process Exception: Traceback (most recent call last):\n" +
		"  File \"/data/stormdist/wc-1-1/resources/split.py\", line 9, in process\n    raise ValueError(\"oh\")\nValueError: oh\n\n" +
		"\tat org.apache.storm.task.ShellBolt.handleError(ShellBolt.java:178)\n"
	server := nimbustest.New(t, nimbustest.Options{})
	server.Add(nimbustest.Topology{Name: "wc", Info: func(info *stormthrift.TopologyInfo) {
		info.Errors = map[string][]*stormthrift.ErrorInfo{"split": {{Error: text, ErrorTimeSecs: 9}, {Error: text, ErrorTimeSecs: 8}}}
	}})
	address, err := nimbus.ParseAddress(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	client, err := nimbus.Connect(t.Context(), nimbus.Config{Seeds: []nimbus.Address{address}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var out, errs bytes.Buffer
	a := &app{stdout: &out, stderr: &errs}
	err = a.waitFor(t.Context(), client, "wc", time.Minute,
		map[string]string{"split": "wc.yaml:5:3"}, map[string]string{"resources/split.py": "lib/split.py"})
	if err == nil || err.Error() != "wc is submitted, but failing" {
		t.Errorf("the error is %v", err)
	}
	for _, want := range []string{
		"stormflux: component \"split\" reports: ValueError: oh (resources/split.py:9)\n",
		"  split (wc.yaml:5:3)  ValueError: oh (lib/split.py:9) ×2\n",
		`"stormflux status wc --errors" prints the whole text`,
	} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("no %q in\n%s", want, errs.String())
		}
	}
}
