package nimbustest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

func (h *handler) GetLogConfig(_ context.Context, id string) (*storm.LogConfig, error) {
	t, unlock, err := h.topology(id)
	defer unlock()
	switch {
	case h.fail != nil:
		return nil, h.fail
	case err != nil:
		return nil, errInternal // the call declares no exception
	case t.LogConfig == nil:
		return &storm.LogConfig{}, nil
	}
	return t.LogConfig, nil
}

// SetLogConfig merges levels as Nimbus does: it sets the time at which a timeout is over.
func (h *handler) SetLogConfig(_ context.Context, id string, config *storm.LogConfig) error {
	t, unlock, err := h.topology(id)
	defer unlock()
	switch {
	case h.fail != nil:
		return h.fail
	case err != nil:
		return errInternal
	case t.LogConfig == nil:
		t.LogConfig = &storm.LogConfig{NamedLoggerLevel: map[string]*storm.LogLevel{}}
	}
	for _, l := range t.LogConfig.NamedLoggerLevel {
		l.Action = storm.LogLevelAction_UNCHANGED
	}
	for logger, l := range config.NamedLoggerLevel {
		if l.Action == storm.LogLevelAction_REMOVE {
			delete(t.LogConfig.NamedLoggerLevel, logger)
			continue
		}
		if seconds := l.GetResetLogLevelTimeoutSecs(); seconds > 0 {
			at := time.Now().Add(time.Duration(seconds) * time.Second).UnixMilli()
			l.ResetLogLevelTimeoutEpoch = &at
		}
		t.LogConfig.NamedLoggerLevel[logger] = l
	}
	return nil
}

// Debug adds a percentage to the one that is there, as StormClusterStateImpl.updateStorm of 2.8.3 does.
func (h *handler) Debug(_ context.Context, name, component string, enable bool, percentage float64) error {
	t, unlock, err := h.topology(name)
	defer unlock()
	if err != nil {
		return err
	}
	key, now := cmp.Or(component, t.ID), maps.Clone(t.Debugged) // an answer may still be on its way with the old one
	if now == nil {
		now = map[string]*storm.DebugOptions{}
	}
	sum := cmp.Or(now[key], &storm.DebugOptions{}).GetSamplingpct()
	if enable {
		sum += percentage
	}
	now[key] = &storm.DebugOptions{Enable: &enable, Samplingpct: &sum}
	t.Debugged = now
	return nil
}

func (h *handler) SetWorkerProfiler(_ context.Context, id string, request *storm.ProfileRequest) error {
	t, unlock, err := h.topology(id)
	defer unlock()
	if h.fail != nil {
		return h.fail
	}
	if err != nil {
		return errInternal
	}
	t.Profiles = append(t.Profiles, request)
	return nil
}

// GetComponentPendingProfileActions returns the requests for a component's workers.
func (h *handler) GetComponentPendingProfileActions(ctx context.Context, id, component string, action storm.ProfileAction) ([]*storm.ProfileRequest, error) {
	info, err := h.GetTopologyInfo(ctx, id)
	if err != nil {
		return nil, errInternal
	}
	t, unlock, err := h.topology(id)
	defer unlock()
	if err != nil {
		return nil, errInternal
	}
	pending := []*storm.ProfileRequest{}
	for _, r := range t.Profiles {
		runs := slices.ContainsFunc(info.Executors, func(e *storm.ExecutorSummary) bool {
			return e.ComponentID == component && e.Host == r.NodeInfo.Node && slices.Contains(r.NodeInfo.Port, int64(e.Port))
		})
		if runs && r.Action == action {
			pending = append(pending, r)
		}
	}
	return pending, nil
}

// FinishProfiles ends the profile requests of a topology, as its Supervisors do.
func (s *Server) FinishProfiles(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.state.topologies[name]; t != nil {
		t.Profiles = nil
	}
}
