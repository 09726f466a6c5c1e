package nimbus

import "time"

// SetLookUpTime shortens how long an interrupted submission is looked for.
func (c *Client) SetLookUpTime(d time.Duration) { c.lookUpTime = d }
