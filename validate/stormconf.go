package validate

import (
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
)

// stormSetting is a configuration key of Storm, with the checks of its value.
type stormSetting settings.Setting

// stormSettingOf returns Storm's setting of a key, or nil.
func stormSettingOf(key string) *stormSetting { return (*stormSetting)(settings.Lookup(key)) }

// misspelt returns the key of Storm that a key outside "topology." probably stands for: it has another case or other
// separators (TOPOLOGY_WORKERS), or its prefix is misspelt (topolgy.workers) or missing (max.spout.pending).
func misspelt(key string, similar *similarity) (diag.Suggestion, bool) {
	if settings.Lookup("topology."+key) != nil && strings.Contains(key, ".") {
		return diag.Suggestion{Word: key, Name: "topology." + key}, true
	}
	first, _, dotted := strings.Cut(strings.ToLower(strings.ReplaceAll(key, "_", ".")), ".")
	if !dotted || first == "" {
		return diag.Suggestion{}, false
	}
	if first != "topology" {
		if _, ok := similar.suggest(first, []string{"topology"}); !ok {
			return diag.Suggestion{}, false
		}
	}
	return similar.closest(key, settings.TopologyKeys())
}
