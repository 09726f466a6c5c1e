package validate

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/diag"
)

//go:embed stormconf.tsv
var stormconfTSV string

// stormSetting is one of Storm's configuration keys.
type stormSetting struct {
	key, constant string
	checks        []string // in the order in which Storm applies them

	component   bool    // a component may set it
	daemon      bool    // only the cluster's daemons read it
	deprecated  bool    //
	overwritten bool    // Nimbus replaces or removes it
	removed     Version // gone since; the zero Version when it is not
}

// settingTable is Storm's keys, of 2.8.3.
type settingTable struct {
	byKey        map[string]*stormSetting
	topologyKeys []string // those that begin with "topology.", for suggestions
}

// stormSettings reads the table once.
var stormSettings = sync.OnceValue(func() *settingTable {
	t := &settingTable{byKey: make(map[string]*stormSetting, 512)}
	for line := range strings.Lines(stormconfTSV) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		s := &stormSetting{key: columns[0]}
		if columns[1] != "-" {
			s.constant = columns[1]
		}
		if columns[2] != "-" {
			s.checks = strings.Fields(columns[2])
		}
		for flag := range strings.SplitSeq(columns[3], ",") {
			name, value, _ := strings.Cut(flag, "=")
			switch name {
			case "-":
			case "component":
				s.component = true
			case "daemon":
				s.daemon = true
			case "deprecated":
				s.deprecated = true
			case "overwritten":
				s.overwritten = true
			case "removed":
				v, err := ParseVersion(value)
				if err != nil {
					panic("validate: stormconf.tsv: " + err.Error())
				}
				s.removed = v
			default:
				panic("validate: stormconf.tsv: unknown flag " + flag)
			}
		}
		t.byKey[s.key] = s
		if strings.HasPrefix(s.key, "topology.") {
			t.topologyKeys = append(t.topologyKeys, s.key)
		}
	}
	return t
})

// ConfigKeys returns the configuration keys of Storm 2.8.3, sorted: those of topologies, clients and daemons.
func ConfigKeys() []string {
	t := stormSettings()
	keys := make([]string, 0, len(t.byKey))
	for key, s := range t.byKey {
		if s.removed.IsZero() {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// misspelt returns the key of Storm's that a key outside "topology." was probably meant to be: another case or other
// separators (TOPOLOGY_WORKERS), the prefix misspelt (topolgy.workers) or left out (max.spout.pending).
func (t *settingTable) misspelt(key string, similar *similarity) (diag.Suggestion, bool) {
	if t.byKey["topology."+key] != nil && strings.Contains(key, ".") {
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
	return similar.closest(key, t.topologyKeys)
}
