package stormtest

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/devcluster"
)

// Redis starts a redis-server on loopback that keeps nothing on disk, and returns its port. The server ends with the test.
// A test is skipped as by [Require] if there is no redis-server.
func Redis(t testing.TB) (port int) {
	t.Helper()
	program := RequireProgram(t, "redis-server")
	dir := t.TempDir()
	port = freePort(t)
	serve(t, "redis", filepath.Join(dir, "redis.log"), port, exec.Command(program, "--bind", "127.0.0.1", "--port", fmt.Sprint(port),
		"--save", "", "--appendonly", "no", "--dir", dir, "--daemonize", "no"))
	return port
}

// Kafka starts a broker on loopback that is its own controller (KRaft mode), and returns its address. Topics are made when
// they are first used, with one partition. The broker ends with the test.
func Kafka(t testing.TB) (address string) {
	t.Helper()
	Require(t)
	jars, err := Jars(t.Context(), KafkaJars)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	broker, controller := freePort(t), freePort(t)
	address = devcluster.Loopback(broker)
	properties := filepath.Join(dir, "server.properties")
	settings := map[string]string{
		"process.roles": "broker,controller", "node.id": "1", "controller.quorum.voters": "1@" + devcluster.Loopback(controller),
		"listeners":                 "PLAINTEXT://" + address + ",CONTROLLER://" + devcluster.Loopback(controller),
		"advertised.listeners":      "PLAINTEXT://" + address,
		"controller.listener.names": "CONTROLLER", "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
		"log.dirs": filepath.ToSlash(filepath.Join(dir, "data")), "num.partitions": "1",
		"offsets.topic.replication.factor": "1", "offsets.topic.num.partitions": "1", "group.initial.rebalance.delay.ms": "0",
		"transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
	}
	var text strings.Builder
	for key, value := range settings {
		fmt.Fprintf(&text, "%s=%s\n", key, value)
	}
	if err := os.WriteFile(properties, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	java := func(class string, args ...string) *exec.Cmd {
		return exec.Command("java", append([]string{"-Xmx256m", "-cp", filepath.Join(jars, "*"), class}, args...)...)
	}
	var id [16]byte
	rand.Read(id[:])
	format := java("kafka.tools.StorageTool", "format", "-t", base64.RawURLEncoding.EncodeToString(id[:]), "-c", properties)
	if out, err := format.CombinedOutput(); err != nil {
		t.Fatalf("formatting the broker's storage: %v\n%s", err, out)
	}
	serve(t, "kafka", filepath.Join(dir, "kafka.log"), broker, java("kafka.Kafka", properties))
	return address
}

//go:embed mongodb/*.java
var mongoDBSources embed.FS

// MongoDB starts a server on loopback that speaks the protocol of MongoDB 5 and keeps everything in memory. It returns the URL. The
// server ends with the test.
func MongoDB(t testing.TB) (url string) {
	t.Helper()
	Require(t)
	jars, err := Classpath(t.Context(), MongoDBJars)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := CompileJava(t.Context(), "mongodb", mongoDBSources, "mongodb", jars)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	serve(t, "mongodb", filepath.Join(t.TempDir(), "mongodb.log"), port,
		exec.Command("java", "-Xmx128m", "-cp", joinClasspath(classes, jars), "MongoDB", fmt.Sprint(port)))
	return "mongodb://" + devcluster.Loopback(port)
}

//go:embed kafka/*.java
var kafkaSources embed.FS

// Produce sends texts to a topic of a broker, and returns when the broker has them.
func Produce(t testing.TB, address, topic string, texts ...string) {
	t.Helper()
	jars, err := Classpath(t.Context(), KafkaJars)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := CompileJava(t.Context(), "kafka-produce", kafkaSources, "kafka", jars)
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-cp", joinClasspath(classes, jars), "Produce", address, topic}, texts...)
	out, err := exec.CommandContext(t.Context(), "java", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("producing: %v\n%s", err, out)
	}
	if got := strings.Count(string(out), "\n"); got < len(texts) {
		t.Fatalf("the broker has %d of %d records:\n%s", got, len(texts), out)
	}
}

// RequireProgram returns the path of a program. Without it, the test is skipped as [Require] does.
func RequireProgram(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("STORMFLUX_REQUIRE_STORM") == "1":
		t.Fatalf("%s is missing", name)
	default:
		t.Skipf("%s is missing", name)
	}
	return ""
}

// serve starts a server, waits until it listens on a port, and ends it with the test.
func serve(t testing.TB, name, log string, port int, cmd *exec.Cmd) {
	t.Helper()
	d, err := startDaemon(name, log, cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.kill()
		if t.Failed() {
			t.Logf("the log of %s ends with\n%s", name, tail(log, 40))
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := d.await(ctx, func(ctx context.Context) error { return devcluster.Reachable(ctx, devcluster.Loopback(port)) }); err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
