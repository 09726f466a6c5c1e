package replace

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/stormflux/stormflux/internal/atomicfile"
)

// A Stage says how far a replacement came. The record has the stage before the step begins, so that the step may or may not
// have happened.
type Stage string

const (
	Saved        Stage = "saved"        // there is a copy of the old topology; only an [Event] has this stage
	Deactivating Stage = "deactivating" // the old topology gets, or has got, the order
	Killing      Stage = "killing"      // the same for the kill
	Submitting   Stage = "submitting"   // the new topology may be on the cluster
	Watching     Stage = "watching"     // it is there, and nobody has seen yet that it runs
	PuttingBack  Stage = "putting back" // the new topology goes, or has gone, and the old one comes
	Done         Stage = "done"         // the new topology runs, and the copy of the old one is there for a change of mind
	PutBack      Stage = "put back"     // the old topology is there again
)

// Record is what is known about the replacement of one topology on one cluster.
type Record struct {
	Topology string    `json:"topology"`
	Cluster  string    `json:"cluster"` // the Nimbus that led at the start, for people
	Stage    Stage     `json:"stage"`
	Began    time.Time `json:"began"`
	Changed  time.Time `json:"changed"`

	Old    string `json:"old"`            // the id of the topology that is replaced; the copy is of it
	Status string `json:"status"`         // ACTIVE or INACTIVE: how it was before
	New    string `json:"new,omitempty"`  // the id of the new topology, when it is known
	Back   string `json:"back,omitempty"` // the id of the old topology after it was submitted again, when it is known

	// The marks in the configurations of the two submissions, once they may have begun.
	NewMark  string `json:"new_mark,omitempty"`
	BackMark string `json:"back_mark,omitempty"`
}

// Open reports whether the replacement has not ended.
func (r *Record) Open() bool { return r != nil && r.Stage != Done && r.Stage != PutBack }

// Store is a folder with the record and the saved copy of one topology on one cluster. Each copy has a folder of its own, so that
// a copy that fails spoils no other.
type Store struct{ Dir string }

// StateDir returns the folder for what must not get lost: $STORMFLUX_STATE, or else the folder "stormflux" in the user's
// folder for states.
func StateDir() (string, error) {
	if dir := os.Getenv("STORMFLUX_STATE"); dir != "" {
		return filepath.Abs(dir)
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("finding the folder for states (set STORMFLUX_STATE): %w", err)
		}
		return filepath.Join(dir, "stormflux"), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "stormflux"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder for states (set STORMFLUX_STATE): %w", err)
	}
	return filepath.Join(home, ".local", "state", "stormflux"), nil
}

// StoreFor returns the store of a topology. nimbusConf is Nimbus's own configuration, as JSON: another leader of the same
// cluster has the same ZooKeeper. server stands for a cluster that does not name its ZooKeeper.
func StoreFor(stateDir, nimbusConf, server, topology string) Store {
	var conf struct {
		Servers json.RawMessage `json:"storm.zookeeper.servers"`
		Port    json.RawMessage `json:"storm.zookeeper.port"`
		Root    json.RawMessage `json:"storm.zookeeper.root"`
		Seeds   json.RawMessage `json:"nimbus.seeds"`
		Thrift  json.RawMessage `json:"nimbus.thrift.port"`
	}
	identity := []byte(server)
	if json.Unmarshal([]byte(nimbusConf), &conf) == nil && len(conf.Servers) > 0 {
		identity, _ = json.Marshal(conf) // it was JSON
	}
	sum := sha256.Sum256(identity)
	return Store{Dir: filepath.Join(stateDir, "topologies", hex.EncodeToString(sum[:6]), url.PathEscape(topology))}
}

func (s Store) path(names ...string) string { return filepath.Join(s.Dir, filepath.Join(names...)) }

const recordFile = "replacement.json"

// Record reads the record. It returns nil if there is none.
func (s Store) Record() (*Record, error) {
	text, err := os.ReadFile(s.path(recordFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the record of the last replacement: %w", err)
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("reading the record of the last replacement, %s: %w", s.path(recordFile), err)
	}
	return &r, nil
}

// write writes the record to disk before the step that it announces.
func (s Store) write(r *Record) error {
	r.Changed = time.Now()
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		panic(err) // it has only strings and times
	}
	return writeText(s.path(recordFile), append(text, '\n'))
}

func writeText(path string, text []byte) error {
	return writeFile(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// writeFile writes a file into a folder that only its owner may read: a configuration can hold secrets.
func writeFile(path string, content func(io.Writer) error) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.Write(path, content)
}

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of the saved topology: %w", err)
	}
	return nil
}

// Forget deletes the record and the copy.
func (s Store) Forget() error { return os.RemoveAll(s.Dir) }
