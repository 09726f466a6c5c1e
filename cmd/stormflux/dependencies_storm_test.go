//go:build unix

package main

import (
	"archive/zip"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// markerSpout writes its word into a file, to show that a worker found the class.
const markerSpout = `package example;
import java.nio.file.*;
import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
public class Marker extends BaseRichSpout {
    private final String path;
    public Marker(String path) { this.path = path; }
    @Override public void open(Map<String, Object> conf, TopologyContext context, SpoutOutputCollector collector) {
        try {
            Files.write(Paths.get(path), "found".getBytes());
        } catch (java.io.IOException e) {
            throw new RuntimeException(e);
        }
    }
    @Override public void nextTuple() { }
    @Override public void declareOutputFields(OutputFieldsDeclarer declarer) { declarer.declare(new Fields("word")); }
}
`

// compiledJar compiles a Java source against Storm and returns a jar with its classes.
func compiledJar(t *testing.T, name, source string) string {
	t.Helper()
	classPath, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := stormtest.CompileJava(t.Context(), "cmd-"+name, fstest.MapFS{"java/" + name + ".java": {Data: []byte(source)}}, "java", classPath)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name+".jar")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	if err := z.AddFS(os.DirFS(classes)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A worker finds a class that is only in a dependency. The blobs are in the cluster's store, under Storm's names.
func TestDependenciesOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	binary := buildStormflux(t)
	dir := t.TempDir()
	marker := filepath.Join(dir, "marker")
	file := filepath.Join(dir, "depends.yaml")
	text := "name: depends\nspouts: {s: {className: example.Marker, constructorArgs: [" + marker + "], outputs: [word]}}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	artifact := "org.apache.storm:storm-redis:" + stormtest.StormVersion
	stormflux(ctx, t, binary, "submit", file, "--nimbus", cluster.NimbusAddr(), "--jars", compiledJar(t, "Marker", markerSpout), "--artifacts", artifact)
	for {
		if text, err := os.ReadFile(marker); err == nil && string(text) == "found" {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatal("the spout did not start")
		case <-time.After(100 * time.Millisecond):
		}
	}
	var blobs []string
	err := filepath.WalkDir(cluster.Home(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(path, "blobs") {
			blobs = append(blobs, path)
		}
		return nil // a running cluster moves files
	})
	all := strings.Join(blobs, "\n")
	if err != nil || !strings.Contains(all, "dep-Marker-") || !strings.Contains(all, "dep-org.apache.storm-storm-redis-"+stormtest.StormVersion+".jar") {
		t.Errorf("blobs %v\n%s", err, all)
	}
	stormflux(ctx, t, binary, "kill", "depends", "--grace", "0", "--nimbus", cluster.NimbusAddr())
	if err := cluster.AwaitTopology(ctx, "depends", ""); err != nil {
		t.Fatal(err)
	}
}
