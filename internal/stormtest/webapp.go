package stormtest

import (
	"context"

	"github.com/stormflux/stormflux/internal/devcluster"
)

// StartLogviewer starts a logviewer for the cluster's workers, and returns the address of its HTTP server when that
// answers. Nimbus's configuration has its port. The first call on a machine compiles it, see [devcluster.WebappLibrary].
func (c *Cluster) StartLogviewer(ctx context.Context) (address string, err error) {
	return c.startWeb(ctx, devcluster.Logviewer, c.home.Ports.Logviewer)
}

// StartUI starts Storm's UI, and returns the address of its HTTP server when that answers.
func (c *Cluster) StartUI(ctx context.Context) (address string, err error) {
	return c.startWeb(ctx, devcluster.UI, c.home.Ports.UI)
}

func (c *Cluster) startWeb(ctx context.Context, program devcluster.Daemon, port int) (address string, err error) {
	webapp, err := libraryJars(ctx, devcluster.WebappLibrary)
	if err != nil {
		return "", err
	}
	if err := c.home.Link(devcluster.WebappLibrary, webapp); err != nil {
		return "", err
	}
	d, err := c.run(string(program), c.home.Command(program, devcluster.Java{}))
	if err != nil {
		return "", err
	}
	address = devcluster.Loopback(port)
	return address, d.await(ctx, func(ctx context.Context) error { return devcluster.Reachable(ctx, address) })
}
