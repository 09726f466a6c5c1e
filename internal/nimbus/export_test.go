package nimbus

import (
	"context"
	"time"
)

// SubmitAnyName is Submit without the check of the name.
func (c *Client) SubmitAnyName(ctx context.Context, r SubmitRequest) (SubmitResult, error) {
	return (&submission{SubmitRequest: r, client: c, timeout: c.config.CallTimeout, started: time.Now()}).run(ctx)
}

// SetLookUpTime shortens how long an interrupted submission is looked for.
func (c *Client) SetLookUpTime(d time.Duration) { c.lookUpTime = d }
