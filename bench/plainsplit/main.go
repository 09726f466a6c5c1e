// Command plainsplit is a bolt that emits the words of sentences, written without the SDK in the obvious way: read
// lines up to "end", encoding/json, print. bench compares the SDK with it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

type handshake struct {
	PIDDir string `json:"pidDir"`
}

type tuple struct {
	ID     string `json:"id"`
	Stream string `json:"stream"`
	Tuple  []any  `json:"tuple"`
}

type message struct {
	Command string   `json:"command,omitempty"`
	PID     int      `json:"pid,omitempty"`
	ID      string   `json:"id,omitempty"`
	Anchors []string `json:"anchors,omitempty"`
	Tuple   []any    `json:"tuple,omitempty"`
	// NeedTaskIDs false keeps Storm from answering every emit.
	NeedTaskIDs *bool `json:"need_task_ids,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	var hello handshake
	if !receive(in, &hello) {
		return
	}
	pid := os.Getpid()
	if hello.PIDDir != "" {
		if err := os.WriteFile(filepath.Join(hello.PIDDir, strconv.Itoa(pid)), nil, 0o644); err != nil {
			fail(err)
		}
	}
	send(message{PID: pid})
	no := false
	for {
		var t tuple
		if !receive(in, &t) {
			return
		}
		if t.Stream == "__heartbeat" {
			send(message{Command: "sync"})
			continue
		}
		for _, word := range strings.Fields(t.Tuple[0].(string)) {
			send(message{Command: "emit", Anchors: []string{t.ID}, Tuple: []any{word}, NeedTaskIDs: &no})
		}
		send(message{Command: "ack", ID: t.ID})
	}
}

// receive reads a message into v. It returns false at the end.
func receive(in *bufio.Scanner, v any) bool {
	text := ""
	for in.Scan() {
		if in.Text() == "end" {
			if err := json.Unmarshal([]byte(text), v); err != nil {
				fail(err)
			}
			return true
		}
		text += in.Text() + "\n"
	}
	if err := in.Err(); err != nil {
		fail(err)
	}
	return false
}

func send(m message) {
	text, err := json.Marshal(m)
	if err == nil {
		_, err = fmt.Printf("%s\nend\n", text)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "plainsplit:", err)
	os.Exit(1)
}
