// Package jvm starts Java on the user's machine to find out what only classes themselves can say: what a component
// declares, and which topology a class builds.
//
// It owns the search for java, the conversation with stormflux.runtime.Describe, and the cache of its answers. It does
// not resolve coordinates of jars, and it knows no YAML. Its answers come from foreign code: the text in them may be
// anything.
package jvm

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNoJava is the cause of an error when there is no java.
var ErrNoJava = errors.New("java is not installed, or not on PATH, and JAVA_HOME is not set")

// Find returns the path of java: the one in JAVA_HOME, else the first on PATH.
func Find() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		name := "java"
		if runtime.GOOS == "windows" {
			name = "java.exe"
		}
		path := filepath.Join(home, "bin", name)
		if _, err := exec.LookPath(path); err != nil {
			return "", fmt.Errorf("finding java in JAVA_HOME: %w", err)
		}
		return path, nil
	}
	path, err := exec.LookPath("java")
	if err != nil {
		return "", ErrNoJava
	}
	return filepath.Abs(path)
}
