package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// After the end of a connection, an error of the server and a refusal, the stream goes on behind the last post.
func TestFollow(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery+" "+r.Header.Get("Authorization"))
		switch len(asked) {
		case 1:
			fmt.Fprint(w, "{\"id\": 1, \"text\": \"one\"}\n\n{\"id\": 2, \"text\": \"two\"}\n{\"id\": 3, \"te")
		case 2:
			http.Error(w, "busy", http.StatusServiceUnavailable)
		case 3:
			http.Error(w, "no", http.StatusForbidden)
		default:
			fmt.Fprint(w, "{\"id\": 3, \"text\": \"three\"}\n")
		}
	}))
	defer server.Close()
	address, err := url.Parse(server.URL + "/posts?lang=en")
	if err != nil {
		t.Fatal(err)
	}
	var reported []error
	s := &stream{address: address, token: "secret", log: slog.New(slog.DiscardHandler), pause: time.Millisecond,
		report: func(err error) { reported = append(reported, err) }}
	ctx, cancel := context.WithCancel(t.Context())
	posts, done := make(chan post), make(chan struct{})
	go func() {
		defer close(done)
		body, err := s.connect(ctx)
		s.follow(ctx, body, err, posts)
	}()
	var got []post
	for range 3 {
		got = append(got, <-posts)
	}
	cancel()
	<-done
	server.Close() // waits for the last request
	if want := []post{{1, "one"}, {2, "two"}, {3, "three"}}; !slices.Equal(got, want) {
		t.Errorf("posts %v", got)
	}
	want := []string{"lang=en Bearer secret", "after=2&lang=en Bearer secret", "after=2&lang=en Bearer secret", "after=2&lang=en Bearer secret"}
	if len(asked) < 4 || !slices.Equal(asked[:4], want) {
		t.Errorf("requests %q", asked)
	}
	if refused := new(refusal); len(reported) != 1 || !errors.As(reported[0], &refused) || refused.status != "403 Forbidden" {
		t.Errorf("reported %v", reported)
	}
}

func TestToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(" from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TEST_TOKEN", "from the environment")
	for _, c := range []struct {
		source     tokenSource
		token, err string
	}{
		{tokenSource{Env: "TEST_TOKEN"}, "from the environment", ""},
		{tokenSource{File: path}, "from the file", ""},
		{tokenSource{Env: "TEST_TOKEN_2"}, "", "the environment variable TEST_TOKEN_2 is empty"},
		{tokenSource{File: path + "x"}, "", "reading the token"},
		{tokenSource{File: path, Env: "TEST_TOKEN"}, "", "either {env: NAME} or {file: PATH}"},
		{tokenSource{}, "", "either {env: NAME} or {file: PATH}"},
	} {
		token, err := c.source.read()
		if token != c.token || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%+v: %q, %v", c.source, token, err)
		}
	}
}
