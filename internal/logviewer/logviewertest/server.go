// Package logviewertest is a logviewer in the test's process. It answers as the one of Storm 2.8.3 does; a test of
// internal/logviewer compares both.
package logviewertest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// New starts a logviewer for the files in dir, which is Storm's workers-artifacts. It ends with the test.
func New(t testing.TB, dir string) *httptest.Server {
	s := httptest.NewServer(Handler(dir))
	t.Cleanup(s.Close)
	return s
}

// Handler returns the handler of a logviewer.
func Handler(dir string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/log", func(w http.ResponseWriter, r *http.Request) { logPage(w, r, dir) })
	mux.HandleFunc("GET /api/v1/listLogs", func(w http.ResponseWriter, r *http.Request) { listLogs(w, r, dir) })
	mux.HandleFunc("GET /api/v1/search", func(w http.ResponseWriter, r *http.Request) { search(w, r, dir) })
	mux.HandleFunc("GET /api/v1/download", func(w http.ResponseWriter, r *http.Request) { download(w, r, dir) })
	return mux
}

func content(r *http.Request, dir string) ([]byte, error) {
	return os.ReadFile(filepath.Join(dir, filepath.FromSlash(path.Clean("/"+r.FormValue("file")))))
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusNotFound)
	io.WriteString(w, "Page not found")
}

func logPage(w http.ResponseWriter, r *http.Request, dir string) {
	data, err := content(r, dir)
	if err != nil {
		notFound(w)
		return
	}
	file := r.FormValue("file")
	if strings.HasSuffix(file, ".gz") {
		unpacked, err := gzip.NewReader(bytes.NewReader(data))
		if err == nil {
			data, err = io.ReadAll(unpacked)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	length := 51200
	if text := r.FormValue("length"); text != "" {
		length, _ = strconv.Atoi(text)
	}
	length = min(length, 10<<20)
	start := len(data) - length
	if text := r.FormValue("start"); text != "" {
		start, _ = strconv.Atoi(text)
	}
	if start >= len(data) && start > 0 {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, "Cannot start past the end of the file")
		return
	}
	from := max(0, start)
	text := strings.ToValidUTF8(string(data[from:min(len(data), from+length)]), "\ufffd")
	next := min(max(0, len(data)-length), start+length)
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, `<html><body><h3>%s</h3><div><a href="/api/v1/log?file=%s&amp;start=%d&amp;length=%d" class="btn btn-default enabled">Prev</a>`+
		`<a href="/api/v1/log?file=%[2]s&amp;start=%[5]d&amp;length=%[4]d" class="btn btn-default enabled">Next</a></div><pre class="logContent">%[6]s</pre></body></html>`,
		html.EscapeString(file), html.EscapeString(strings.ReplaceAll(file, "/", "%2F")), max(0, start-length), length, next, html.EscapeString(escape(text)))
}

// escape escapes text as Storm does, which writes a character beyond the basic plane as its two halves in UTF-16.
func escape(text string) string {
	var b strings.Builder
	for _, r := range html.EscapeString(text) {
		switch {
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, "&#%d;&#%d;", high, low)
		case r > 0x7f:
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func listLogs(w http.ResponseWriter, r *http.Request, dir string) {
	topology, port := r.FormValue("topoId"), r.FormValue("port")
	entries, _ := os.ReadDir(filepath.Join(dir, filepath.Base(topology), filepath.Base(port))) // none are an empty list
	names := []string{}
	for _, e := range entries {
		names = append(names, path.Join(topology, port, e.Name()))
	}
	answer(w, names)
}

func search(w http.ResponseWriter, r *http.Request, dir string) {
	data, err := content(r, dir)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		answer(w, map[string]string{"error": "Not Found", "errorMessage": "The file was not found on this node."})
		return
	}
	const around = 128 // bytes
	text, wanted := string(data), r.FormValue("search-string")
	matches := []map[string]any{}
	for at := 0; ; {
		i := strings.Index(text[at:], wanted)
		if i < 0 {
			break
		}
		i += at
		at = i + len(wanted)
		matches = append(matches, map[string]any{
			"beforeString": text[max(0, i-around):i], "matchString": wanted, "afterString": text[at:min(len(text), at+around)], "byteOffset": i,
		})
	}
	answer(w, map[string]any{"searchString": wanted, "isDaemon": "no", "startByteOffset": 0, "matches": matches})
}

func download(w http.ResponseWriter, r *http.Request, dir string) {
	data, err := content(r, dir)
	if err != nil {
		notFound(w)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(data)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	json.NewEncoder(w).Encode(v)
}
