package replace

import (
	"context"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// AwaitRebalance waits until Nimbus has done a rebalance. While it waits, a Nimbus may restart: the new one goes on.
func AwaitRebalance(ctx context.Context, client *nimbus.Client, name string, o Options) error {
	r := newRun(client, Store{}, name, o)
	deadline := time.Now().Add(r.options.Patience + o.Drain)
	for {
		var t *storm.TopologySummary
		err := r.persist(ctx, func(ctx context.Context) (err error) {
			t, err = client.Find(ctx, name)
			return err
		})
		switch {
		case err != nil:
			return err
		case t.Status != "REBALANCING":
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("%s is REBALANCING still", t.ID)
		}
		if err := pause(ctx, r.options.Interval); err != nil {
			return fmt.Errorf("stopped waiting for the rebalance of %s, which Nimbus goes on with: %w", t.ID, err)
		}
	}
}
