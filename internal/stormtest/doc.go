// Package stormtest runs a real Apache Storm, fetched from Maven Central, on this machine: a cluster (ZooKeeper,
// Nimbus, Supervisors) on free loopback ports, and a [Judge]. The judge uses Storm's own Java classes to answer how
// Storm reads a topology, whether it accepts a configuration, or what Flux makes of a YAML file.
//
// It owns the jars that only tests need, the end of the processes with the test, and the Java programs of the judge
// (java/). What a cluster consists of is in internal/devcluster. It also keeps the YAML language server of editors
// ([LanguageServer]), because the cache is here. It does not own a Nimbus client: it only asks a Nimbus whether it is
// ready and what runs there.
//
// In tests, every test binary has at most one cluster and one judge:
//
//	var storm stormtest.Shared
//
//	func TestMain(m *testing.M) { os.Exit(storm.Main(m)) }
//
//	func TestSubmit(t *testing.T) {
//		cluster := storm.Cluster(t) // started by the first test that asks; skips if Java or Maven is absent
//		submit(t, "--nimbus", cluster.NimbusAddr())
//		...
//	}
//
//	func TestBytes(t *testing.T) {
//		topology, err := storm.Judge(t).ReadTopology(t.Context(), bytes, stormtest.Binary)
//		...
//	}
//
// A test that needs a separate cluster calls [New]. Environment variables control everything else:
//
//	STORMFLUX_REQUIRE_STORM=1  a missing Java, Maven, Node or npm is a failure, not a skip
//	STORMFLUX_CACHE=DIR        the folder for what is fetched, instead of the user's cache folder
//	STORMFLUX_MAVEN_REPO=DIR   Maven's local repository instead of ~/.m2/repository
//
// Clusters run on Linux and macOS; a judge runs wherever Java does.
package stormtest
