// Package running reads a topology back from a cluster: what was submitted, in the words of the model, and what became of
// it since.
package running

import (
	"context"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Read returns the topology with a name, or nil if no topology has it. Of a killed topology, which only keeps the name until
// it is gone, it reads nothing more.
func Read(ctx context.Context, client *nimbus.Client, name string) (*plan.Running, error) {
	summary, err := client.Find(ctx, name)
	switch {
	case nimbus.KindOf(err) == nimbus.NotAlive:
		return nil, nil
	case err != nil:
		return nil, err
	}
	r := &plan.Running{ID: summary.ID, Status: summary.Status, Owner: summary.GetOwner()}
	if r.Status == "KILLED" {
		r.Topology = &topology.Topology{Name: name}
		return r, nil
	}
	for _, read := range []func(context.Context, *nimbus.Client, *plan.Running) error{
		readTopology, readExecutors, readLogLevels, readCluster,
	} {
		if err := read(ctx, client, r); nimbus.KindOf(err) == nimbus.NotAlive {
			return nil, nil // it went away meanwhile
		} else if err != nil {
			return nil, err
		}
	}
	r.Topology.Name = name
	return r, nil
}

// Structure returns the components and streams of the topology with an id. Its name and configuration are not in them.
func Structure(ctx context.Context, client *nimbus.Client, id string) (*topology.Topology, error) {
	submitted, err := client.UserTopology(ctx, id)
	if err != nil {
		return nil, err
	}
	model, err := wire.Decode(submitted)
	if err != nil {
		return nil, fmt.Errorf("reading topology %s: %w", id, err)
	}
	return model, nil
}

func readTopology(ctx context.Context, client *nimbus.Client, r *plan.Running) error {
	var err error
	if r.Topology, err = Structure(ctx, client, r.ID); err != nil {
		return err
	}
	conf, err := client.TopologyConf(ctx, r.ID)
	if err != nil {
		return err
	}
	if r.Topology.Conf, err = wire.ParseConf([]byte(conf)); err != nil {
		return fmt.Errorf("reading topology %s: %w", r.ID, err)
	}
	return nil
}

func readExecutors(ctx context.Context, client *nimbus.Client, r *plan.Running) error {
	status, err := client.StatusOf(ctx, r.ID)
	if err != nil {
		return err
	}
	r.Executors, r.Workers = map[string]int{}, len(status.Workers)
	for _, c := range status.Components {
		r.Executors[c.ID] = c.Executors
	}
	return nil
}

func readLogLevels(ctx context.Context, client *nimbus.Client, r *plan.Running) error {
	levels, err := client.LogLevels(ctx, r.ID)
	switch nimbus.KindOf(err) {
	case nimbus.Unsupported, nimbus.Internal: // the call declares no exception, so a refusal looks like a failure of Nimbus
		return nil
	}
	if err != nil {
		return err
	}
	r.LogLevels = map[string]string{}
	for _, level := range levels {
		if !level.Until.IsZero() && time.Now().After(level.Until) {
			continue // the level is over
		}
		r.LogLevels[level.Logger] = level.Level
	}
	return nil
}

// readCluster reads what the cluster adds to every topology. A cluster that does not say that to this user is taken for one
// that adds nothing.
func readCluster(ctx context.Context, client *nimbus.Client, r *plan.Running) error {
	_, r.Cluster.Version = client.Server()
	text, err := client.NimbusConf(ctx)
	if err == nil {
		if r.Cluster.Conf, err = wire.ParseConf([]byte(text)); err != nil {
			return fmt.Errorf("reading the cluster's configuration: %w", err)
		}
	}
	if err != nil && nimbus.KindOf(err) != nimbus.NotAuthorized {
		return err
	}
	status, err := client.ClusterStatus(ctx)
	if nimbus.KindOf(err) == nimbus.NotAuthorized {
		return nil
	}
	if err != nil {
		return err
	}
	slots, used := status.Slots()
	r.Cluster.FreeSlots = max(slots-used, 0)
	return nil
}
