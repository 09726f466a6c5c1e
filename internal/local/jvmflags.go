package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// words returns a setting that is a text or a list of texts, as Storm reads settings for the command of a worker.
func (c conf) words(key string, divider func(string) []string) ([]string, error) {
	text := c[key]
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	var one string
	if json.Unmarshal(text, &one) == nil {
		return divider(one), nil
	}
	var many []string
	if err := json.Unmarshal(text, &many); err != nil {
		return nil, fmt.Errorf("the setting %s is %s, not a text or a list of texts", key, text)
	}
	return many, nil
}

// workerFlags returns the flags of the JVM in topology.worker.childopts, with what a supervisor puts in for %...%
// (BasicContainer.substituteChildopts, 2.8.3). The flags for all workers of a cluster (worker.childopts) are a matter of
// its machines.
func (p *plan) workerFlags() ([]string, error) {
	const heap, port = "768", "6700" // the defaults of Storm
	fill := strings.NewReplacer("%ID%", port, "%WORKER-ID%", "local", "%TOPOLOGY-ID%", p.id, "%WORKER-PORT%", port,
		"%HEAP-MEM%", heap, "%OFF-HEAP-MEM%", "0", "%LIMIT-MEM%", heap)
	flags, err := p.conf.words("topology.worker.childopts", strings.Fields)
	for i := range flags {
		flags[i] = fill.Replace(flags[i])
	}
	return flags, err
}

// classPath returns what the topology puts before and behind its jars.
func (p *plan) classPath() (before, after []string, err error) {
	one := func(text string) []string { return []string{text} }
	before, beforeErr := p.conf.words("topology.classpath.beginning", one)
	after, afterErr := p.conf.words("topology.classpath", one)
	return before, after, errors.Join(beforeErr, afterErr)
}
