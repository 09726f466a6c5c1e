package replace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// The files of a copy. The topology is as Storm keeps it, and the configuration as Nimbus returns it.
const (
	topologyFile = "topology.thrift"
	confFile     = "topology.conf.json"
	jarFile      = "topology.jar"
	idFile       = "topology.id" // written last: a copy without it is not whole
)

// dependencyFile is the name of the copy of dependency number i.
func dependencyFile(i int) string { return "dependency-" + strconv.Itoa(i) + ".jar" }

// A topologyCopy is the folder of a saved topology.
type topologyCopy struct{ dir string }

const copiesFolder = "copies"

// copyOf returns the place for the copy of the topology with an id.
func (s Store) copyOf(id string) topologyCopy {
	return topologyCopy{filepath.Join(s.Dir, copiesFolder, url.PathEscape(id))}
}

// prune deletes the copies that the record does not name: of a topology that was not replaced in the end, and of the one before
// the last. To keep one costs only space, so it reports no error.
func (s Store) prune() {
	record, err := s.Record()
	if err != nil {
		return
	}
	copies, _ := os.ReadDir(s.path(copiesFolder))
	for _, c := range copies {
		if dir := s.path(copiesFolder, c.Name()); record == nil || dir != s.copyOf(record.Old).dir {
			_ = os.RemoveAll(dir)
		}
	}
}

func (c topologyCopy) path(name string) string { return filepath.Join(c.dir, name) }

// save copies the topology that runs: structure, configuration, jar, and the dependencies that are its own. Nimbus deletes
// all of them some minutes after a kill. status has the numbers that a rebalance can have changed: Nimbus keeps them elsewhere.
func (c topologyCopy) save(ctx context.Context, client *nimbus.Client, status *nimbus.Status, freeSlots int) error {
	if err := os.Remove(c.path(idFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	top, err := client.UserTopology(ctx, status.ID)
	if err != nil {
		return err
	}
	text, err := client.TopologyConf(ctx, status.ID)
	if err != nil {
		return err
	}
	conf, err := readConf(text)
	if err != nil {
		return err
	}
	asItRuns(top, conf, status, freeSlots)
	data, err := nimbus.FormatTopology(ctx, top)
	if err != nil {
		return err
	}
	line, err := java.AppendJSON(nil, conf)
	if err != nil {
		return fmt.Errorf("writing the configuration of %s: %w", status.ID, err)
	}
	blob := func(what, name, key string) error {
		return writeFile(c.path(name), func(w io.Writer) error {
			out := &checkedWriter{w: w}
			if err := client.ReadBlob(ctx, key, out); err != nil && !out.failed {
				return fmt.Errorf("%s of %s cannot be read: %w", what, status.ID, err)
			}
			return nil // writeFile reports a failed write, with the name of the file
		})
	}
	if err := writeText(c.path(topologyFile), data); err != nil {
		return err
	}
	if err := writeText(c.path(confFile), line); err != nil {
		return err
	}
	if err := blob("the jar", jarFile, nimbus.JarKey(status.ID)); err != nil {
		return err
	}
	for i, key := range top.DependencyJars {
		if err := blob("the dependency "+key, dependencyFile(i), key); err != nil {
			return err
		}
	}
	return writeText(c.path(idFile), []byte(status.ID+"\n"))
}

// checkedWriter remembers whether a write has failed, so that a full disk is not taken for a cluster that does not answer.
type checkedWriter struct {
	w      io.Writer
	failed bool
}

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.failed = w.failed || err != nil
	return n, err
}

// Has reports whether the store has a whole copy of the topology with an id.
func (s Store) Has(id string) bool {
	text, err := os.ReadFile(s.copyOf(id).path(idFile))
	return err == nil && string(text) == id+"\n"
}

// Request returns the saved topology, ready to submit.
func (s Store) Request(ctx context.Context, r *Record) (nimbus.SubmitRequest, error) {
	c := s.copyOf(r.Old)
	request := nimbus.SubmitRequest{Name: r.Topology, JarPath: c.path(jarFile), Inactive: r.Status == "INACTIVE"}
	if !s.Has(r.Old) {
		return request, fmt.Errorf("there is no whole copy of %s in %s", r.Old, filepath.ToSlash(c.dir))
	}
	data, err := os.ReadFile(c.path(topologyFile))
	if err != nil {
		return request, fmt.Errorf("reading the saved topology: %w", err)
	}
	if request.Topology, err = nimbus.ParseTopology(ctx, data); err != nil {
		return request, err
	}
	text, err := os.ReadFile(c.path(confFile))
	if err != nil {
		return request, fmt.Errorf("reading the saved topology: %w", err)
	}
	conf, err := readConf(string(text))
	if err != nil {
		return request, err
	}
	request.Conf = submittable(conf)
	// The dependencies get new keys: Nimbus deletes the old ones some minutes after the old topology has gone.
	for i := range request.Topology.DependencyJars {
		request.Dependencies = append(request.Dependencies, nimbus.Dependency{Path: c.path(dependencyFile(i))})
	}
	request.Topology.DependencyJars = nil
	return request, nil
}

func readConf(text string) (map[string]any, error) {
	v, err := java.ParseJSON(text)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of the topology that runs: %w", err)
	}
	conf, ok := java.Plain(v).(map[string]any)
	if !ok {
		return nil, errors.New("reading the configuration of the topology that runs: it is not a JSON object")
	}
	return conf, nil
}

// asItRuns puts the numbers of executors and workers into the topology. A rebalance changes them on the cluster only (Nimbus
// 2.8.3, doRebalance). When the cluster has no free slots, fewer workers mean nothing.
func asItRuns(top *storm.StormTopology, conf map[string]any, status *nimbus.Status, freeSlots int) {
	for _, c := range status.Components {
		hint := int32(c.Executors)
		if b := top.Bolts[c.ID]; b != nil && b.Common != nil {
			b.Common.ParallelismHint = &hint
		}
		if s := top.Spouts[c.ID]; s != nil && s.Common != nil {
			s.Common.ParallelismHint = &hint
		}
	}
	if n := len(status.Workers); n > 0 && freeSlots > 0 {
		conf["topology.workers"] = int64(n)
	}
}

// submittable returns a configuration that Nimbus accepts, from one that Nimbus returned. Nimbus saves two keys in a form that
// it refuses (normalizeConf and submitTopologyWithOpts in 2.8.3), and sets others itself.
func submittable(conf map[string]any) map[string]any {
	if serializers, ok := conf["topology.kryo.register"].(map[string]any); ok {
		conf["topology.kryo.register"] = kryoList(serializers)
	}
	if users, ok := conf["topology.users"].([]any); ok { // without a login, the submitter is null
		conf["topology.users"] = slices.DeleteFunc(slices.Clone(users), func(u any) bool { return u == nil })
	}
	for _, key := range []string{"storm.id", "topology.submitter.user", "topology.submitter.principal", "storm.zookeeper.superACL"} {
		delete(conf, key)
	}
	return conf
}

// kryoList turns classes and their serializers into the list that a configuration has. Workers sort it by class.
func kryoList(serializers map[string]any) []any {
	classes := make([]string, 0, len(serializers))
	for class := range serializers {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	list := []any{}
	for _, class := range classes {
		if serializer := serializers[class]; serializer != nil {
			list = append(list, map[string]any{class: serializer})
		} else {
			list = append(list, class)
		}
	}
	return list
}
