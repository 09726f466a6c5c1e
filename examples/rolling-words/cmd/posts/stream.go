package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A post is what the stream sends.
type post struct {
	ID   int64  `json:"id"` // grows
	Text string `json:"text"`
}

// client waits long for posts, but not for the beginning of an answer.
var client = &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: 10 * time.Second}}

// A stream is the connection to a stream of posts, again and again.
type stream struct {
	address *url.URL
	token   string
	log     *slog.Logger
	report  func(error)
	pause   time.Duration // after the first failure; it doubles with each further one
	last    int64         // the last post that has arrived
}

const longestPause = 30 * time.Second

// follow sends posts until the context is done. It begins with what the first call of connect returned.
func (s *stream) follow(ctx context.Context, body io.ReadCloser, err error, to chan<- post) {
	pause := s.pause
	for {
		if err == nil {
			s.log.Info("reading posts from " + s.address.Redacted())
			before := s.last
			if err = s.read(ctx, body, to); s.last > before {
				pause = s.pause
			}
		}
		if ctx.Err() != nil {
			return
		}
		if refused := new(refusal); errors.As(err, &refused) {
			s.report(err)
		}
		s.log.Warn(fmt.Sprintf("%v; the next attempt is in %v", err, pause))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		pause = min(2*pause, longestPause)
		body, err = s.connect(ctx)
	}
}

// A refusal is an answer that another attempt does not change.
type refusal struct{ address, status string }

func (r *refusal) Error() string { return fmt.Sprintf("%s answers %q", r.address, r.status) }

// connect asks for the posts after the last one.
func (s *stream) connect(ctx context.Context) (io.ReadCloser, error) {
	address := *s.address
	if s.last > 0 {
		query := address.Query()
		query.Set("after", strconv.FormatInt(s.last, 10))
		address.RawQuery = query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := client.Do(request)
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusOK:
		return response.Body, nil
	}
	response.Body.Close()
	if response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests {
		return nil, &refusal{s.address.Redacted(), response.Status}
	}
	return nil, fmt.Errorf("%s answers %q", s.address.Redacted(), response.Status)
}

// read sends the posts of a connection until it ends. An empty line keeps the connection alive.
func (s *stream) read(ctx context.Context, body io.ReadCloser, to chan<- post) error {
	defer body.Close()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("the stream has ended: %w", err)
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		var p post
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			return fmt.Errorf("reading a post: %w", err)
		}
		select {
		case to <- p:
			s.last = p.ID
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
