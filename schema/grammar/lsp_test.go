package grammar_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// editor is a client of a language server, which it talks to as an editor does: JSON-RPC over the server's standard input
// and output (Language Server Protocol 3.17).
type editor struct {
	t        *testing.T
	dir      string
	in       io.Writer
	received chan message
	last     int // the last id of a request
	files    int
}

type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

// startEditor starts a server for a folder. It ends with the test.
func startEditor(t *testing.T, dir string, command []string) *editor {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.WaitDelay = 10 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &editor{t: t, dir: dir, in: in, received: make(chan message, 100)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(e.received)
		for r := textproto.NewReader(bufio.NewReader(out)); ; {
			m, err := readMessage(r)
			if err != nil {
				return
			}
			e.received <- m
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for range e.received { // so that the reader ends
		}
		<-read
		_ = cmd.Wait()
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("the server says: %s", stderr.String())
		}
	})
	e.request("initialize", map[string]any{"processId": nil, "rootUri": fileURI(dir), "capabilities": map[string]any{
		"textDocument": map[string]any{"hover": map[string]any{"contentFormat": []string{"markdown"}}, "publishDiagnostics": map[string]any{}},
	}})
	e.send(map[string]any{"method": "initialized", "params": map[string]any{}})
	return e
}

func readMessage(r *textproto.Reader) (m message, err error) {
	header, err := r.ReadMIMEHeader()
	if err != nil {
		return m, err
	}
	size, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return m, err
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r.R, text); err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

func (e *editor) send(m map[string]any) {
	e.t.Helper()
	m["jsonrpc"] = "2.0"
	text, err := json.Marshal(m)
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		e.t.Fatal(err)
	}
}

// await returns the next message that is wanted. It answers the server's own requests.
func (e *editor) await(wanted func(message) bool) message {
	e.t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case m, open := <-e.received:
			switch {
			case !open:
				e.t.Fatal("the server ended")
			case m.Method != "" && m.ID != nil:
				e.send(map[string]any{"id": m.ID, "result": settingsFor(m)})
			case wanted(m):
				return m
			}
		case <-limit:
			e.t.Fatal("the server does not answer")
		}
	}
}

// settingsFor answers a request of the server: it has no settings.
func settingsFor(m message) any {
	var params struct{ Items []any }
	if m.Method != "workspace/configuration" || json.Unmarshal(m.Params, &params) != nil {
		return nil
	}
	settings := make([]any, len(params.Items))
	for i := range settings {
		settings[i] = map[string]any{}
	}
	return settings
}

func (e *editor) request(method string, params any) json.RawMessage {
	e.t.Helper()
	e.last++
	id := strconv.Itoa(e.last)
	e.send(map[string]any{"id": e.last, "method": method, "params": params})
	m := e.await(func(m message) bool { return string(m.ID) == id })
	if m.Error != nil {
		e.t.Fatalf("%s: %s", method, m.Error)
	}
	return m.Result
}

// open opens a text as a new file, and returns its URI and the server's messages as line:column: text, from 1.
func (e *editor) open(text string) (uri string, messages []string) {
	e.t.Helper()
	e.files++
	uri = fileURI(filepath.Join(e.dir, fmt.Sprintf("topology%d.yaml", e.files)))
	e.send(map[string]any{"method": "textDocument/didOpen", "params": map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": text},
	}})
	var published struct {
		URI         string
		Diagnostics []struct {
			Message string
			Range   struct{ Start struct{ Line, Character int } }
		}
	}
	e.await(func(m message) bool {
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &published) == nil && published.URI == uri
	})
	for _, d := range published.Diagnostics {
		messages = append(messages, fmt.Sprintf("%d:%d: %s", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Message))
	}
	return uri, messages
}

// at asks the server about a place of an open file, counted from 0.
func (e *editor) at(method, uri string, line, character int) json.RawMessage {
	e.t.Helper()
	return e.request(method, map[string]any{
		"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": line, "character": character},
	})
}
