package nimbus

import (
	"context"

	"github.com/stormflux/stormflux/internal/storm"
)

// UploadCredentials gives the workers of a running topology new credentials. Nimbus merges them into those that the topology
// has, and the workers hand them to the components that listen (ICredentialsListener).
//
// On a cluster with logins, Nimbus refuses them unless the owner has submitted the topology. The owner "" is the user of the
// client, who may administer the topology without being its owner.
func (c *Client) UploadCredentials(ctx context.Context, name string, credentials map[string]string, owner string) error {
	sent := &storm.Credentials{Creds: credentials}
	if owner != "" {
		sent.TopoOwner = &owner
	}
	return c.byName(ctx, name, tell(ctx, c, "uploadNewCredentials", func(ctx context.Context, n *storm.NimbusClient) error {
		return n.UploadNewCredentials(ctx, name, sent)
	}))
}
