package nimbus

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Placement says where a topology runs.
type Placement struct {
	ID        string // of the topology
	Executors []PlacedExecutor
}

// PlacedExecutor is an executor that Nimbus has assigned to a worker.
type PlacedExecutor struct {
	Component   string
	First, Last int // tasks
	Worker      Address
}

// Placement asks where a topology runs. There are no executors while Nimbus has not scheduled it.
func (c *Client) Placement(ctx context.Context, name string) (*Placement, error) {
	info, err := c.TopologyInfo(ctx, name)
	if err != nil {
		return nil, err
	}
	p := &Placement{ID: info.ID}
	for _, e := range info.Executors {
		p.Executors = append(p.Executors, PlacedExecutor{
			Component: e.ComponentID, First: int(e.ExecutorInfo.GetTaskStart()), Last: int(e.ExecutorInfo.GetTaskEnd()),
			Worker: Address{Host: e.Host, Port: int(e.Port)},
		})
	}
	slices.SortFunc(p.Executors, func(a, b PlacedExecutor) int {
		return cmp.Or(strings.Compare(a.Component, b.Component), a.First-b.First)
	})
	return p, nil
}

// Components returns the ids of the components that run, sorted.
func (p *Placement) Components() []string {
	var ids []string
	for _, e := range p.Executors {
		ids = append(ids, e.Component)
	}
	return slices.Compact(ids)
}

// LogviewerConf is what Nimbus's configuration says about the logviewers. Like Storm's UI, it assumes that they have the same
// configuration.
type LogviewerConf struct {
	Scheme string // http or https
	Port   int
	Filter string // the class that checks who asks, or ""
}

// LogviewerConf asks for the ports of the logviewers.
func (c *Client) LogviewerConf(ctx context.Context) (LogviewerConf, error) {
	text, err := c.NimbusConf(ctx)
	if err != nil {
		return LogviewerConf{}, err
	}
	var conf map[string]any
	if err := json.Unmarshal([]byte(text), &conf); err != nil {
		return LogviewerConf{}, fmt.Errorf("reading Nimbus's configuration: %w", err)
	}
	port := func(key string, otherwise int) int {
		n, err := strconv.Atoi(fmt.Sprint(conf[key]))
		if err != nil {
			return otherwise
		}
		return n
	}
	v := LogviewerConf{Scheme: "http", Port: port("logviewer.port", 8000)}
	if secure := port("logviewer.https.port", -1); secure > 0 { // as UIHelpers.java of 2.8.3 decides
		v.Scheme, v.Port = "https", secure
	}
	filter, _ := conf["logviewer.filter"].(string)
	common, _ := conf["ui.filter"].(string)
	v.Filter = cmp.Or(filter, common)
	return v, nil
}

// Certificates returns the certificates with which this client trusts Nimbus, for other servers of the cluster. It is nil if
// the connection has no TLS.
func (c *Client) Certificates() *tls.Config {
	secured, ok := c.config.Transport.(TLS)
	if !ok {
		return nil
	}
	config := secured.Config.Clone()
	config.ServerName = ""
	return config
}
