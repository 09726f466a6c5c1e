// Posts is the spout of the rolling words. It follows a stream of posts over HTTP: one JSON object a line, for as long
// as the connection lasts. When the connection ends, the spout asks again for what came after the last post that it has
// seen.
//
// The setting stream.url is the address. The setting stream.token says where the worker finds the token for it: {"env":
// NAME}, an environment variable, or {"file": PATH}. So neither the topology's file nor the cluster's copy of it has
// the token.
//
// Every post is emitted at least once: a post that fails or times out is emitted again. A restarted spout begins anew.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/component"
)

func main() { component.RunSpout(&posts{}) }

type posts struct {
	arrived chan post
	failed  []string
	sent    map[string]string // texts that are neither acked nor failed, by message id
}

var (
	_ component.Opener = (*posts)(nil)
	_ component.Acker  = (*posts)(nil)
	_ component.Failer = (*posts)(nil)
)

func (p *posts) Open(ctx *component.Context, _ *component.SpoutCollector) error {
	text, err := component.Setting(ctx, "stream.url", "http://127.0.0.1:8090/posts")
	if err != nil {
		return err
	}
	address, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("reading the setting %q: %w", "stream.url", err)
	}
	source, err := component.Setting(ctx, "stream.token", tokenSource{Env: "STREAM_TOKEN"})
	if err != nil {
		return err
	}
	token, err := source.read()
	if err != nil {
		return err
	}
	p.arrived, p.sent = make(chan post, 100), map[string]string{}
	s := &stream{address: address, token: token, log: ctx.Logger(), report: ctx.ReportError, pause: time.Second}
	until, end := context.WithCancel(context.Background())
	body, err := s.connect(until)
	if refused := new(refusal); errors.As(err, &refused) {
		end()
		return fmt.Errorf("%w, with the token of %s", err, source)
	}
	go func() {
		<-ctx.Done()
		end()
	}()
	go s.follow(until, body, err, p.arrived)
	return nil
}

func (p *posts) NextTuple(out *component.SpoutCollector) error {
	for len(p.failed) > 0 {
		id := p.failed[0]
		p.failed = p.failed[1:]
		if text, known := p.sent[id]; known {
			out.EmitID(id, text)
			return nil
		}
	}
	select {
	case arrived := <-p.arrived:
		id := strconv.FormatInt(arrived.ID, 10)
		p.sent[id] = arrived.Text
		out.EmitID(id, arrived.Text)
	default: // Storm waits a little before it asks again
	}
	return nil
}

func (p *posts) Ack(id string) { delete(p.sent, id) }

func (p *posts) Fail(id string) { p.failed = append(p.failed, id) }

// A tokenSource says where a token is.
type tokenSource struct{ Env, File string }

func (s tokenSource) String() string {
	if s.File != "" {
		return "the file " + s.File
	}
	return "the environment variable " + s.Env
}

func (s tokenSource) read() (string, error) {
	if (s.Env == "") == (s.File == "") {
		return "", errors.New(`setting "stream.token" needs either {env: NAME} or {file: PATH}`)
	}
	token := os.Getenv(s.Env)
	if s.File != "" {
		text, err := os.ReadFile(s.File)
		if err != nil {
			return "", fmt.Errorf("reading the token of the stream: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	if token == "" {
		return "", fmt.Errorf(`the token of the stream is missing: %s is empty (the setting "stream.token" chooses another source)`, s)
	}
	return token, nil
}
