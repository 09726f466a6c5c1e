// Page shows the ranking that the topology keeps in Redis, as a small web page that renews itself every second.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gomodule/redigo/redis"
)

//go:embed index.html
var index []byte

func main() {
	address := flag.String("redis", "redis://127.0.0.1:6379/0", "the Redis of the topology")
	key := flag.String("key", "top-n", "what the names of its keys begin with")
	listen := flag.String("listen", "127.0.0.1:8080", "where to serve the page; port 0 means any free port")
	flag.Parse()
	if err := serve(*address, *key, *listen); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

// serve runs until the program is interrupted.
func serve(address, key, listen string) error {
	where, err := url.Parse(address)
	if err != nil {
		return errors.New("--redis needs a URL such as redis://127.0.0.1:6379/0") // it may hold a password
	}
	pool := &redis.Pool{MaxIdle: 2, Dial: func() (redis.Conn, error) {
		const timeout = 5 * time.Second
		return redis.DialURL(address, redis.DialConnectTimeout(timeout), redis.DialReadTimeout(timeout), redis.DialWriteTimeout(timeout))
	}}
	defer pool.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("%w; --listen names another place for the page", err)
	}
	fmt.Printf("The page is at http://%s/\nIt shows the top words as soon as the topology has written some to Redis at %s.\n",
		listener.Addr(), where.Host)
	server := &http.Server{Handler: handler(pool, key), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func handler(pool *redis.Pool, key string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
		_, _ = w.Write(index)
	})
	mux.HandleFunc("GET /top", func(w http.ResponseWriter, _ *http.Request) {
		answer, err := read(pool, key)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if err != nil {
			fmt.Fprintln(os.Stderr, "page: reading from Redis:", err)
			w.WriteHeader(http.StatusBadGateway)
			answer = ranking{}
		}
		_ = json.NewEncoder(w).Encode(answer)
	})
	return mux
}

// A ranking is what the page gets.
type ranking struct {
	Words   []word `json:"words"`
	Seconds int    `json:"seconds"` // the length of the window; 0 if the topology has written nothing for so long
	Age     int64  `json:"age"`     // of the ranking, in milliseconds
}

type word struct {
	Word  string `json:"word"`
	Count int64  `json:"count"`
}

// read reads the ranking and what describes it, at one moment.
func read(pool *redis.Pool, key string) (ranking, error) {
	conn := pool.Get()
	defer conn.Close()
	for _, command := range [][]any{{"MULTI"}, {"ZREVRANGE", key + ":top", 0, -1, "WITHSCORES"}, {"HMGET", key + ":about", "seconds", "updated"}} {
		if err := conn.Send(command[0].(string), command[1:]...); err != nil {
			return ranking{}, err
		}
	}
	replies, err := redis.Values(conn.Do("EXEC"))
	if err != nil {
		return ranking{}, err
	}
	answer := ranking{Words: []word{}}
	var words, about []any
	var updated int64
	if _, err := redis.Scan(replies, &words, &about); err != nil {
		return ranking{}, err
	}
	if err := redis.ScanSlice(words, &answer.Words); err != nil {
		return ranking{}, err
	}
	if _, err := redis.Scan(about, &answer.Seconds, &updated); err != nil {
		return ranking{}, err
	}
	if answer.Seconds > 0 {
		answer.Age = max(time.Now().UnixMilli()-updated, 0)
	}
	return answer, nil
}
