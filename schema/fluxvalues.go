package schema

import (
	"slices"

	"github.com/stormflux/stormflux/schema/yaml"
)

// readAsFlux changes values of JVM objects to what Flux understands. SnakeYAML looks at the type of a property, so quotes do
// not matter where Flux wants a number or a boolean. Some keys may stand without a value.
func readAsFlux(f *yaml.File) {
	dropEmpty(f.Root, "topologySource")
	for _, section := range []string{"components", "workerHooks", "spouts", "bolts"} {
		list := f.Root.Get(section)
		for _, o := range list.Elements() {
			readObjectAsFlux(f, o)
		}
		for _, e := range list.Members() {
			readObjectAsFlux(f, e.Value)
		}
	}
	for _, stream := range f.Root.Get("streams").Elements() {
		dropEmpty(stream.Get("grouping"), "streamId", "customClass")
	}
	for _, include := range f.Root.Get("includes").Elements() {
		unquote(f, include, yaml.Bool, "resource", "override")
	}
}

func readObjectAsFlux(f *yaml.File, o *yaml.Value) {
	if o.Get("className") != nil {
		dropEmpty(o, "factory")
		unquote(f, o, yaml.Int, "parallelism", "numTasks", "tasks", "onHeapMemoryLoad", "offHeapMemoryLoad", "cpuLoad")
	}
}

// dropEmpty removes keys without a value. It is safe on nil and on other kinds than maps.
func dropEmpty(of *yaml.Value, keys ...string) {
	for _, key := range keys {
		if v := of.Get(key); v != nil && v.Kind == yaml.Null {
			of.Remove(key)
		}
	}
}

func unquote(f *yaml.File, of *yaml.Value, kind yaml.Kind, keys ...string) {
	for _, e := range of.Members() {
		if e.Value.Kind == yaml.String && slices.Contains(keys, e.Key.Text) {
			f.RetypeAs(e.Value, kind)
		}
	}
}
