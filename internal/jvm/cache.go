package jvm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/cachedir"
)

// cacheDir returns the folder of the answers, or "" if this user has no cache: then every question starts a JVM.
func cacheDir(opts Options) string {
	if opts.Cache != "" {
		return opts.Cache
	}
	dir, err := cachedir.Path()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "describe")
}

// key returns the name of an answer. It depends on the content of the class path and on the question.
func (c *conversation) key(question ...string) string {
	hash := sha256.New()
	for _, part := range append([]string{c.content}, question...) {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func (c *conversation) file(key string) string {
	return filepath.Join(c.cache, key[:2], key[2:]+".json")
}

// load returns a kept answer. A damaged one counts as absent.
func load[T any](c *conversation, key string) *T {
	if c.cache == "" {
		return nil
	}
	text, err := os.ReadFile(c.file(key))
	if err != nil {
		return nil
	}
	answer := new(T)
	if json.Unmarshal(text, answer) != nil {
		return nil
	}
	return answer
}

// save keeps an answer. Nothing depends on it: on a full or read-only disk, the next question starts a JVM again.
func (c *conversation) save(key string, answer any) {
	text, err := json.Marshal(answer)
	if err != nil || c.cache == "" {
		return
	}
	path := c.file(key)
	if os.MkdirAll(filepath.Dir(path), 0o755) == nil {
		_ = atomicfile.Write(path, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
}
