// Package jvmruntime holds the adapter: the Java classes that run on the workers and make a spout, bolt, custom grouping
// or worker hook from its definition (src/stormflux/runtime). The jar of a topology with JVM components contains them.
//
// It owns the Java sources, the classes compiled from them (runtime.jar, and host.jar for `run`), and the changes that older
// releases of Storm need. It does not write definitions, and it starts no JVM.
package jvmruntime

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"path"

	"github.com/stormflux/stormflux/internal/settings"
)

//go:generate go run ./build

//go:embed runtime.jar
var embedded []byte

//go:embed host.jar
var embeddedHost []byte

// Jar returns the jar with the classes of the adapter. The caller must not change it.
func Jar() []byte { return embedded }

// HostJar returns the jar with stormflux.runtime.Host, which runs JVM components for `stormflux run`. The host needs the
// adapter too. The caller must not change the jar.
func HostJar() []byte { return embeddedHost }

// Class is a class file with its name in a jar.
type Class struct {
	Name string // such as stormflux/runtime/Bolt.class
	Data []byte
}

// Classes returns the classes of the adapter for a release of Storm, sorted by name. The zero Version means the default.
// The classes are the same for all releases since 1.0.
func Classes(storm settings.Version) ([]Class, error) {
	if storm.IsZero() {
		storm = settings.DefaultVersion()
	}
	classes, err := read(embedded)
	if err != nil || storm.AtLeast(1, 0) {
		return classes, err
	}
	missing := []string{"backtype/storm/grouping/LoadAwareCustomStreamGrouping"}
	if !storm.AtLeast(0, 10) {
		missing = append(missing, "backtype/storm/ICredentialsListener")
	}
	for i := range classes {
		if classes[i].Data, err = relocate(classes[i].Data, missing); err != nil {
			return nil, fmt.Errorf("relocating %s: %w", classes[i].Name, err)
		}
	}
	return classes, nil
}

// read returns the class files of a jar that this package made.
func read(jar []byte) ([]Class, error) {
	archive, err := zip.NewReader(bytes.NewReader(jar), int64(len(jar)))
	if err != nil {
		return nil, fmt.Errorf("reading the adapter's jar: %w", err)
	}
	var classes []Class
	for _, file := range archive.File {
		if path.Ext(file.Name) != ".class" {
			continue
		}
		r, err := file.Open()
		if err != nil {
			return nil, fmt.Errorf("reading the adapter's jar: %w", err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("reading the adapter's jar: %w", err)
		}
		classes = append(classes, Class{Name: file.Name, Data: data})
	}
	return classes, nil
}
