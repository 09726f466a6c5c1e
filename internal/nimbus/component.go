package nimbus

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/settings"
)

// ComponentDetails are the numbers of one component by executor and by stream, as its page in Storm's UI shows them.
type ComponentDetails struct {
	Executors []ExecutorStatistics // by their tasks
	Inputs    []StreamStatistics   // of a bolt, by component and stream
	Outputs   []StreamStatistics   // by stream
	Errors    []ReportedError      // the latest first
}

// ExecutorStatistics are the numbers of one executor.
type ExecutorStatistics struct {
	First, Last int // its tasks
	Host        string
	Port        int
	Uptime      time.Duration // at its last report; 0 before the first one
	Numbers
}

// StreamStatistics are the numbers of one stream into or out of a component.
type StreamStatistics struct {
	Component string // that the stream comes from; "" for an output
	Stream    string
	Numbers
}

// ComponentDetails asks for the details of a component of the topology with an id. For an unknown component, the error
// is an Internal error. Storm's own streams count only for its own components.
func (c *Client) ComponentDetails(ctx context.Context, id, component string, window Window) (*ComponentDetails, error) {
	system := settings.IsReserved(component)
	page, err := c.ComponentPage(ctx, id, component, window.key(), system)
	if escaped := url.QueryEscape(component); KindOf(err) == Internal && escaped != component {
		// Nimbus 2.8 and later decode the name, as if it came from the UI's address (Nimbus.getComponentPageInfo).
		page, err = c.ComponentPage(ctx, id, escaped, window.key(), system)
	}
	if err != nil {
		return nil, err
	}
	d := &ComponentDetails{Errors: reportedErrors(component, page.Errors)}
	sortErrors(d.Errors)
	for _, e := range page.ExecStats {
		if e.ExecSummary == nil || e.ExecSummary.ExecutorInfo == nil || e.Stats == nil {
			continue // Storm sets them all
		}
		s := e.ExecSummary
		d.Executors = append(d.Executors, ExecutorStatistics{
			First: int(s.ExecutorInfo.TaskStart), Last: int(s.ExecutorInfo.TaskEnd),
			Host: s.Host, Port: int(s.Port), Uptime: time.Duration(s.UptimeSecs) * time.Second, Numbers: numbersOf(e.Stats),
		})
	}
	slices.SortFunc(d.Executors, func(a, b ExecutorStatistics) int { return cmp.Compare(a.First, b.First) })
	for stream, stats := range page.GsidToInputStats {
		d.Inputs = append(d.Inputs, StreamStatistics{Component: stream.GetComponentId(), Stream: stream.GetStreamId(), Numbers: numbersOf(stats)})
	}
	slices.SortFunc(d.Inputs, func(a, b StreamStatistics) int {
		return cmp.Or(strings.Compare(a.Component, b.Component), strings.Compare(a.Stream, b.Stream))
	})
	for _, stream := range slices.Sorted(maps.Keys(page.SidToOutputStats)) {
		d.Outputs = append(d.Outputs, StreamStatistics{Stream: stream, Numbers: numbersOf(page.SidToOutputStats[stream])})
	}
	return d, nil
}
