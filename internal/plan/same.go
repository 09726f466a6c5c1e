package plan

import (
	"encoding/json"
	"fmt"
)

// Decode reads a saved plan.
func Decode(text []byte) (*Plan, error) {
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("this is not a saved plan: %w", err)
	}
	if p.Format != Format || p.Name == "" || p.State == "" || p.Program == "" {
		return nil, fmt.Errorf("this is not a saved plan of format %d", Format)
	}
	return &p, nil
}

// Outdated says why a saved plan does not hold any more, given a plan that was made just now. It returns "" if it holds.
func (p *Plan) Outdated(now *Plan) string {
	switch {
	case p.Name != now.Name:
		return fmt.Sprintf("the plan is for topology %q, not for %q", p.Name, now.Name)
	case p.Program != now.Program:
		return "what would be submitted is not what was planned: repeat the options of the plan (-e, -c, --set ...); if they are the same, the topology's file, or what it needs, has changed"
	case p.ID != now.ID && now.ID == "":
		return fmt.Sprintf("the topology %s is not on the cluster any more", p.ID)
	case p.ID != now.ID && p.ID == "":
		return fmt.Sprintf("somebody submitted %s after the plan was made", now.ID)
	case p.ID != now.ID:
		return fmt.Sprintf("somebody submitted the topology again after the plan was made: it is %s now, not %s", now.ID, p.ID)
	case p.Status != now.Status:
		return fmt.Sprintf("the topology was %s when the plan was made, and is %s now", p.Status, now.Status)
	case p.State != now.State:
		return "somebody changed the running topology after the plan was made"
	}
	return ""
}
