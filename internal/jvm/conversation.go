package jvm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/jar"
	jvmruntime "github.com/stormflux/stormflux/runtime"
)

const (
	defaultTimeout = time.Minute
	maxAnswer      = 256 << 20
)

// flags make a JVM start fast. They exist since Java 8.
var flags = []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Dfile.encoding=UTF-8", "-Djava.awt.headless=true"}

// conversation is one question to a JVM, or to the cache.
type conversation struct {
	opts    Options
	path    []string // the class path, without wildcards
	adapter []jvmruntime.Class
	content string // a digest of the adapter and of the class path
	cache   string // "" if there is none
}

func newConversation(opts Options) (*conversation, error) {
	c := &conversation{opts: opts, cache: cacheDir(opts)}
	if c.opts.Timeout == 0 {
		c.opts.Timeout = defaultTimeout
	}
	var err error
	if c.adapter, err = jvmruntime.Classes(opts.Storm); err != nil {
		return nil, err
	}
	if c.path, err = expand(opts.ClassPath); err != nil {
		return nil, err
	}
	c.content, err = digest(c.adapter, c.path)
	return c, err
}

// expand replaces "folder/*" by the jars of the folder, in the order of their names, and makes paths absolute.
func expand(classpath []string) ([]string, error) {
	var out []string
	for _, element := range classpath {
		element, err := filepath.Abs(element)
		if err != nil {
			return nil, err
		}
		if filepath.Base(element) != "*" {
			out = append(out, element)
			continue
		}
		entries, err := os.ReadDir(filepath.Dir(element))
		if err != nil {
			return nil, fmt.Errorf("reading the class path: %w", err)
		}
		for _, e := range entries {
			if !e.IsDir() && strings.EqualFold(filepath.Ext(e.Name()), ".jar") {
				out = append(out, filepath.Join(filepath.Dir(element), e.Name()))
			}
		}
	}
	return out, nil
}

// ask starts a JVM, which ends after its answer.
func (c *conversation) ask(ctx context.Context, question request) (*response, error) {
	java := c.opts.Java
	if java == "" {
		var err error
		if java, err = Find(); err != nil {
			return nil, err
		}
	}
	input, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	adapter, err := c.writeAdapter(ctx)
	if err != nil {
		return nil, err
	}
	defer os.Remove(adapter)
	timeout := fmt.Errorf("no answer after %v", c.opts.Timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, timeout)
	defer cancel()
	classpath := strings.Join(append([]string{adapter}, c.path...), string(os.PathListSeparator))
	cmd := exec.CommandContext(ctx, java, slices.Concat(flags, []string{"-cp", classpath, "stormflux.runtime.Describe"})...)
	cmd.WaitDelay = time.Second // a process that a class has started may keep the pipes open
	stdout, stderr := &limited{most: maxAnswer}, &tail{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), stdout, stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, withOutput(context.Cause(ctx), stderr)
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, withOutput(err, stderr)
	}
	if stdout.Len() == 0 {
		return nil, withOutput(errors.New("the JVM ended without an answer"), stderr)
	}
	r, err := parseResponse(stdout.Bytes())
	if err != nil {
		return nil, withOutput(err, stderr)
	}
	return r, nil
}

// writeAdapter writes the adapter to a temporary jar, which the caller removes.
func (c *conversation) writeAdapter(ctx context.Context) (string, error) {
	archive := &jar.Archive{}
	for _, class := range c.adapter {
		archive.Entries = append(archive.Entries, jar.Entry{Name: class.Name, Data: class.Data})
	}
	file, err := os.CreateTemp("", "stormflux-adapter-*.jar")
	if err != nil {
		return "", fmt.Errorf("writing the adapter for Java: %w", err)
	}
	err = errors.Join(archive.Write(ctx, file), file.Close())
	if err != nil {
		os.Remove(file.Name())
		return "", fmt.Errorf("writing the adapter for Java: %w", err)
	}
	return file.Name(), nil
}

// withOutput adds what the JVM printed last.
func withOutput(err error, stderr *tail) error {
	if text := stderr.String(); text != "" {
		return fmt.Errorf("%w; it printed:\n%s", err, text)
	}
	return err
}

// limited keeps what is written to it, up to a limit.
type limited struct {
	bytes.Buffer
	most int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.most {
		return 0, fmt.Errorf("the answer is longer than %d bytes", l.most)
	}
	return l.Buffer.Write(p)
}

// tail keeps the last lines that are written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	const keep = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if len(t.text) > 2*keep {
		t.text = slices.Clone(t.text[len(t.text)-keep:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
