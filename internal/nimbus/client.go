package nimbus

import (
	"context"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

// Client talks to the leader of a cluster. Several goroutines may use it; their calls wait for each other. After a call
// that broke the connection, the next call looks for the leader again. The error of every method is an [*Error], except
// for Submit.
type Client struct {
	config  Config
	turn    chan struct{} // has one token; its holder may use session
	session *session      // nil if there is no connection

	lookUpTime time.Duration // instead of the usual one, in tests
}

// Connect finds the leader of the seeds' cluster and connects to it.
func Connect(ctx context.Context, config Config) (*Client, error) {
	c := &Client{config: config.withDefaults(), turn: make(chan struct{}, 1)}
	if c.config.Transport == nil {
		transport, err := c.config.Security.transport(c.config.AsUser)
		if err != nil {
			return nil, &Error{Kind: NotAuthenticated, Reason: "cannot log in to Nimbus: " + err.Error(), Err: err}
		}
		c.config.Transport = transport
	}
	if as := c.config.AsUser; as != "" {
		if _, plain := c.config.Transport.(Plain); plain {
			c.config.Notify(fmt.Sprintf("storm.doAsUser %q has no effect: this connection has no authentication", as))
		}
	}
	if remark := c.config.SeedsRemark; remark != "" && c.config.LeaderOverride == (Address{}) {
		c.config.Notify(remark)
	}
	s, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	c.session = s
	c.turn <- struct{}{}
	return c, nil
}

// Close ends the connection. It waits for a running call; cancel the context of that call to end it quickly.
func (c *Client) Close() error {
	<-c.turn
	defer c.release()
	if c.session != nil {
		c.session.close()
		c.session = nil
	}
	return nil
}

// Server returns the Nimbus that the client is connected to, and its Storm release ("" for old servers, which do not
// report it).
func (c *Client) Server() (addr Address, version string) {
	<-c.turn
	defer c.release()
	if c.session == nil {
		return Address{}, ""
	}
	return c.session.addr, c.session.version
}

// acquire takes the turn and returns a session that is not broken.
func (c *Client) acquire(ctx context.Context, call string) (*session, error) {
	select {
	case <-c.turn:
	case <-ctx.Done():
		return nil, &Error{Kind: Canceled, Call: call, Err: context.Cause(ctx), Reason: fmt.Sprintf("stopped before %s: %v", call, context.Cause(ctx))}
	}
	s, err := c.whole(ctx)
	if err != nil {
		c.release()
	}
	return s, err
}

// release gives the turn back. It closes a broken connection, so that Nimbus knows at once that nothing more comes.
func (c *Client) release() {
	if c.session != nil && c.session.broken() {
		c.session.close()
		c.session = nil
	}
	c.turn <- struct{}{}
}

// whole returns the session. If it is broken or missing, whole makes a new one. The caller has the turn.
func (c *Client) whole(ctx context.Context) (*session, error) {
	if c.session != nil && !c.session.broken() {
		return c.session, nil
	}
	if c.session != nil {
		c.session.close()
		c.session = nil
	}
	s, err := c.connect(ctx)
	c.session = s
	return s, err
}

// ask makes one call on the current connection.
func ask[T any](ctx context.Context, c *Client, name string, call func(context.Context, *storm.NimbusClient) (T, error)) (T, error) {
	s, err := c.acquire(ctx, name)
	if err != nil {
		var none T
		return none, err
	}
	defer c.release()
	return invoke(ctx, s, c.config.CallTimeout, name, func(ctx context.Context) (T, error) { return call(ctx, s.calls) })
}

// tell makes one call without an answer.
func tell(ctx context.Context, c *Client, name string, call func(context.Context, *storm.NimbusClient) error) error {
	_, err := ask(ctx, c, name, func(ctx context.Context, n *storm.NimbusClient) (struct{}, error) {
		return struct{}{}, call(ctx, n)
	})
	return err
}

// ---- The cluster ----

// Cluster returns the state of the whole cluster: Nimbuses, supervisors, topologies.
func (c *Client) Cluster(ctx context.Context) (*storm.ClusterSummary, error) {
	return ask(ctx, c, "getClusterInfo", func(ctx context.Context, n *storm.NimbusClient) (*storm.ClusterSummary, error) {
		return n.GetClusterInfo(ctx)
	})
}

// NimbusConf returns Nimbus's own configuration, including Storm's defaults, as JSON.
func (c *Client) NimbusConf(ctx context.Context) (string, error) {
	return ask(ctx, c, "getNimbusConf", func(ctx context.Context, n *storm.NimbusClient) (string, error) {
		return n.GetNimbusConf(ctx)
	})
}

// SupervisorPage returns one supervisor, or all supervisors of a host, with their workers. Give either id or host.
func (c *Client) SupervisorPage(ctx context.Context, id, host string, system bool) (*storm.SupervisorPageInfo, error) {
	return ask(ctx, c, "getSupervisorPageInfo", func(ctx context.Context, n *storm.NimbusClient) (*storm.SupervisorPageInfo, error) {
		return n.GetSupervisorPageInfo(ctx, id, host, system)
	})
}

// ---- Topologies ----

// List returns all topologies of the cluster, sorted by name. Killed topologies are listed until they are gone. For
// servers before 2.3, it asks for the whole cluster.
func (c *Client) List(ctx context.Context) ([]*storm.TopologySummary, error) {
	topologies, err := ask(ctx, c, "getTopologySummaries", func(ctx context.Context, n *storm.NimbusClient) ([]*storm.TopologySummary, error) {
		return n.GetTopologySummaries(ctx)
	})
	if KindOf(err) == Unsupported {
		var cluster *storm.ClusterSummary
		if cluster, err = c.Cluster(ctx); err == nil {
			topologies = cluster.Topologies
		}
	}
	if err != nil {
		return nil, err
	}
	sortByName(topologies)
	return topologies, nil
}

// Find returns the topology with that name, or a NotAlive error.
func (c *Client) Find(ctx context.Context, name string) (*storm.TopologySummary, error) {
	summary, err := ask(ctx, c, "getTopologySummaryByName", func(ctx context.Context, n *storm.NimbusClient) (*storm.TopologySummary, error) {
		return n.GetTopologySummaryByName(ctx, name)
	})
	if KindOf(err) != Unsupported {
		return summary, c.byName(ctx, name, err)
	}
	topologies, err := c.List(ctx)
	if err != nil {
		return nil, err
	}
	if t := named(topologies, name); t != nil {
		return t, nil
	}
	return nil, refused(&Error{Call: "getTopologySummaryByName", Addr: c.addr(), Next: notThere(name, topologies)}, NotAlive, name+" is not alive")
}

// byName checks the answer that no topology has a name. A Nimbus that has just started gives it for every name until it
// leads and has read the names again, which it keeps in memory (StormClusterStateImpl.stormId). But it lists the topologies.
func (c *Client) byName(ctx context.Context, name string, err error) error {
	failed, ok := err.(*Error)
	if !ok || failed.Kind != NotAlive {
		return err
	}
	topologies, listErr := c.List(ctx)
	if listErr != nil {
		return err
	}
	if named(topologies, name) == nil {
		failed.Next = notThere(name, topologies)
		return err
	}
	failed.Kind = Starting
	failed.Reason = fmt.Sprintf("Nimbus at %s has just started: it lists the topology %q, but does not know it by its name yet", failed.Addr, name)
	failed.Advice, failed.Next = []string{"try again in a few seconds"}, Next{}
	return failed
}

func (c *Client) addr() string {
	a, _ := c.Server()
	return a.String()
}

// NameAllowed reports whether a topology may be submitted under name: the form of the name is right and no topology has
// it. A killed topology keeps its name until it is gone.
func (c *Client) NameAllowed(ctx context.Context, name string) (bool, error) {
	s, err := c.acquire(ctx, "isTopologyNameAllowed")
	if err != nil {
		return false, err
	}
	defer c.release()
	return s.nameAllowed(ctx, c.config.CallTimeout, name)
}

func (s *session) nameAllowed(ctx context.Context, timeout time.Duration, name string) (bool, error) {
	allowed, err := invoke(ctx, s, timeout, "isTopologyNameAllowed", func(ctx context.Context) (bool, error) {
		return s.calls.IsTopologyNameAllowed(ctx, name)
	})
	if KindOf(err) != Unsupported {
		if err != nil || !allowed {
			return false, err
		}
		// A Nimbus that has just started allows every name: see byName.
		topologies, err := invoke(ctx, s, timeout, "getTopologySummaries", s.calls.GetTopologySummaries)
		if err == nil {
			return named(topologies, name) == nil, nil
		}
		if KindOf(err) != Unsupported {
			return false, err
		}
	}
	cluster, err := invoke(ctx, s, timeout, "getClusterInfo", s.calls.GetClusterInfo)
	if err != nil {
		return false, err
	}
	return named(cluster.Topologies, name) == nil, nil
}

// TopologyInfo returns a running topology's executors and reported errors. Its data about executors is as old as their
// last heartbeat with statistics, up to a minute; see [Client.Watch].
func (c *Client) TopologyInfo(ctx context.Context, name string) (*storm.TopologyInfo, error) {
	info, err := ask(ctx, c, "getTopologyInfoByName", func(ctx context.Context, n *storm.NimbusClient) (*storm.TopologyInfo, error) {
		return n.GetTopologyInfoByName(ctx, name)
	})
	if KindOf(err) != Unsupported {
		return info, c.byName(ctx, name, err)
	}
	summary, err := c.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	return c.topologyInfoByID(ctx, summary.ID)
}

func (c *Client) topologyInfoByID(ctx context.Context, id string) (*storm.TopologyInfo, error) {
	return ask(ctx, c, "getTopologyInfo", func(ctx context.Context, n *storm.NimbusClient) (*storm.TopologyInfo, error) {
		return n.GetTopologyInfo(ctx, id)
	})
}

// TopologyPage returns a topology's statistics by component over a window of seconds ("600", "10800", "86400", or
// ":all-time"), with system components if wanted.
func (c *Client) TopologyPage(ctx context.Context, id, window string, system bool) (*storm.TopologyPageInfo, error) {
	return ask(ctx, c, "getTopologyPageInfo", func(ctx context.Context, n *storm.NimbusClient) (*storm.TopologyPageInfo, error) {
		return n.GetTopologyPageInfo(ctx, id, window, system)
	})
}

// ComponentPage returns one component's statistics by stream and executor. For an unknown component, the error is an
// Internal error.
func (c *Client) ComponentPage(ctx context.Context, id, component, window string, system bool) (*storm.ComponentPageInfo, error) {
	return ask(ctx, c, "getComponentPageInfo", func(ctx context.Context, n *storm.NimbusClient) (*storm.ComponentPageInfo, error) {
		return n.GetComponentPageInfo(ctx, id, component, window, system)
	})
}

// TopologyConf returns a topology's saved configuration, merged over the defaults on Nimbus's classpath, as JSON. It
// works for some minutes after the topology has gone.
func (c *Client) TopologyConf(ctx context.Context, id string) (string, error) {
	return ask(ctx, c, "getTopologyConf", func(ctx context.Context, n *storm.NimbusClient) (string, error) {
		return n.GetTopologyConf(ctx, id)
	})
}

// Topology returns the topology that runs, with Storm's system components and streams.
func (c *Client) Topology(ctx context.Context, id string) (*storm.StormTopology, error) {
	return ask(ctx, c, "getTopology", func(ctx context.Context, n *storm.NimbusClient) (*storm.StormTopology, error) {
		return n.GetTopology(ctx, id)
	})
}

// UserTopology returns the submitted topology, plus topology.tasks in each component's configuration and the dependency
// lists.
func (c *Client) UserTopology(ctx context.Context, id string) (*storm.StormTopology, error) {
	return ask(ctx, c, "getUserTopology", func(ctx context.Context, n *storm.NimbusClient) (*storm.StormTopology, error) {
		return n.GetUserTopology(ctx, id)
	})
}

// ---- Lifecycle ----

// DefaultWait means that Storm chooses the wait: the topology's message timeout (topology.message.timeout.secs, 30 by
// default).
const DefaultWait = -time.Second

func waitSeconds(wait time.Duration) *int32 {
	if wait < 0 {
		return nil
	}
	seconds := int32(min((wait+time.Second-1)/time.Second, 1<<31-1))
	return &seconds
}

// Kill stops a topology: its spouts at once, its workers after wait (whole seconds, rounded up; see [DefaultWait]).
// Nimbus only accepts the order; the name stays taken until the topology is gone. Killing a killed topology is not an
// error.
func (c *Client) Kill(ctx context.Context, name string, wait time.Duration) error {
	return c.byName(ctx, name, tell(ctx, c, "killTopologyWithOpts", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.KillTopologyWithOpts(ctx, name, &storm.KillOptions{WaitSecs: waitSeconds(wait)})
	}))
}

// Activate lets a topology's spouts emit. An active topology does not change.
func (c *Client) Activate(ctx context.Context, name string) error {
	return c.explain(ctx, name, tell(ctx, c, "activate", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.Activate(ctx, name)
	}))
}

// Deactivate stops a topology's spouts from emitting. Bolts keep running.
func (c *Client) Deactivate(ctx context.Context, name string) error {
	return c.explain(ctx, name, tell(ctx, c, "deactivate", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.Deactivate(ctx, name)
	}))
}

// RebalanceOptions describe what a rebalance changes. With zero values, it only changes where executors run, and it
// starts at once.
type RebalanceOptions struct {
	Wait      time.Duration    // with the spouts off, before workers move; see [DefaultWait]
	Workers   int              // 0: no change
	Executors map[string]int32 // by component; never more than the component has tasks
	Conf      string           // a JSON object to merge into the stored configuration; nobody checks it [2.0]
}

// Rebalance distributes a topology over the cluster again. Nimbus only accepts the order: the topology is REBALANCING
// until the wait is over.
func (c *Client) Rebalance(ctx context.Context, name string, o RebalanceOptions) error {
	options := &storm.RebalanceOptions{WaitSecs: waitSeconds(o.Wait), NumExecutors: o.Executors}
	if o.Workers != 0 {
		workers := int32(o.Workers)
		options.NumWorkers = &workers
	}
	if o.Conf != "" {
		options.TopologyConfOverrides = &o.Conf
	}
	return c.explain(ctx, name, tell(ctx, c, "rebalance", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.Rebalance(ctx, name, options)
	}))
}

// explain looks up the topology's status if a change of status failed inside Nimbus. In KILLED and REBALANCING, no
// change is possible.
func (c *Client) explain(ctx context.Context, name string, err error) error {
	failed, ok := err.(*Error)
	if !ok || failed.Kind != Internal {
		return c.byName(ctx, name, err)
	}
	t, lookup := c.Find(ctx, name)
	if lookup != nil || t.Status != "KILLED" && t.Status != "REBALANCING" {
		return err
	}
	failed.Reason = fmt.Sprintf("Nimbus at %s failed (%q) because the topology %q is %s, in which state it can only be killed", failed.Addr, failed.Said, name, t.Status)
	failed.Advice, failed.Next = []string{"wait until that is over"}, Next{Step: LookAtTopologies}
	if t.Status == "KILLED" {
		failed.Reason = fmt.Sprintf("Nimbus at %s failed (%q) because the topology %q is being killed", failed.Addr, failed.Said, name)
		failed.Advice = []string{"it ends soon, and nothing about it can be changed any more"}
	}
	return failed
}
