package settings

// SystemComponent is the id of Storm's own component that every topology has (Constants.SYSTEM_COMPONENT_ID).
const SystemComponent = "__system"

// SystemStream is a stream that Storm adds to a topology.
type SystemStream struct {
	ID     string
	Fields []string
	// Timer is set if Storm sends nothing on it to subscribers: each executor gives these tuples to itself
	// (Executor.setupTicks, 2.8.3).
	Timer bool
}

// SystemStreams returns the streams of [SystemComponent], in the order of their ids (StormCommon.addSystemComponents
// and addMetricStreams, 2.8.3).
func SystemStreams(v Version) []SystemStream {
	streams := []SystemStream{
		{ID: "__metrics", Fields: []string{"task-info", "data-points"}},
		{ID: "__metrics_tick", Fields: []string{"interval"}, Timer: true},
		{ID: "__system", Fields: []string{"event"}},
		{ID: "__tick", Fields: []string{"rate_secs"}, Timer: true},
	}
	if v.AtLeast(2, 0) {
		streams = append([]SystemStream{{ID: "__flush", Timer: true}}, streams...)
	}
	return streams
}

// CommonStream returns a stream that Storm adds to every component
// (StormCommon.addMetricStreams and addSystemStreams, 2.8.3).
func CommonStream(id string) (SystemStream, bool) {
	if id != "__metrics" && id != "__system" {
		return SystemStream{}, false
	}
	for _, s := range SystemStreams(Version{}) {
		if s.ID == id {
			return s, true
		}
	}
	panic("settings: no system stream " + id)
}
