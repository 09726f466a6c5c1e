// Recording serves recorded posts over HTTP, as a social network would: one JSON object a line, for as long as the
// connection lasts, to those who have the token. GET /posts begins with the first post, and GET /posts?after=ID with
// the one after it. At the end, the recording begins again with new ids.
package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

//go:embed posts.txt
var recorded []byte

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "where to serve the posts; port 0 means any free port")
	rate := flag.Float64("rate", 5, "posts per second")
	once := flag.Bool("once", false, "send nothing more at the end of the recording")
	flag.Parse()
	token := os.Getenv("STREAM_TOKEN")
	if token == "" || *rate <= 0 {
		fmt.Fprintln(os.Stderr, "recording: set the environment variable STREAM_TOKEN to a token of your choice, and --rate above 0")
		os.Exit(2)
	}
	r := &recording{token: token, pause: time.Duration(float64(time.Second) / *rate), once: *once}
	for line := range bytes.Lines(recorded) {
		r.posts = append(r.posts, string(bytes.TrimSpace(line)))
	}
	if err := serve(*listen, r); err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
}

// serve runs until the program is interrupted.
func serve(listen string, r *recording) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("%d recorded posts are at http://%s/posts, for those who have the token. Start the topology now.\n", len(r.posts), listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("GET /posts", r)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type recording struct {
	token string
	pause time.Duration
	once  bool
	posts []string
}

func (r *recording) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if subtle.ConstantTimeCompare([]byte(request.Header.Get("Authorization")), []byte("Bearer "+r.token)) != 1 {
		http.Error(w, "the token is wrong", http.StatusUnauthorized)
		return
	}
	last := 0
	if after := request.URL.Query().Get("after"); after != "" {
		var err error
		if last, err = strconv.Atoi(after); err != nil || last < 0 {
			http.Error(w, "after is no id", http.StatusBadRequest)
			return
		}
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := http.NewResponseController(w)
	for {
		line, pause := []byte("\n"), time.Second // keeps the connection alive
		if !r.once || last < len(r.posts) {
			text, err := json.Marshal(map[string]any{"id": last + 1, "text": r.posts[last%len(r.posts)]})
			if err != nil {
				panic(err)
			}
			line, pause = append(text, '\n'), r.pause
			last++
		}
		if _, err := w.Write(line); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-time.After(pause):
		case <-request.Context().Done():
			return
		}
	}
}
