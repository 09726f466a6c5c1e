//go:build unix

package local

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// runComponent is the main function of a child process.
func runComponent(name string) {
	if sdkComponent(name) {
		return
	}
	w := newWire()
	switch name {
	case "sentences":
		sentences(w)
	case "split":
		w.bolt(func(m map[string]any) {
			for _, word := range strings.Fields(m["tuple"].([]any)[0].(string)) {
				w.emit(m, map[string]any{}, word)
			}
			w.ack(m)
		})
	case "count":
		counts := map[string]int{}
		w.bolt(func(m map[string]any) {
			if m["stream"] == "__tick" {
				w.ack(m)
				return
			}
			word := m["tuple"].([]any)[0].(string)
			counts[word]++
			w.emit(m, map[string]any{}, word, counts[word])
			w.ack(m)
		})
	case "sink":
		w.bolt(func(m map[string]any) { w.ack(m) })
	case "task": // logs which task got what
		w.bolt(func(m map[string]any) {
			w.log("%v %v %d", m["comp"], m["tuple"], w.task())
			w.ack(m)
		})
	case "setup":
		context, _ := json.Marshal(w.setup.Context)
		conf, _ := json.Marshal(w.setup.Conf)
		w.log("context %s", context)
		w.log("conf %s", conf)
		w.log("env %s", os.Getenv("FROM_THE_TOPOLOGY"))
		dir, _ := os.Getwd()
		w.log("cwd %s", dir)
		w.spout(func() {}, func(bool, any) {})
	case "lifecycle": // a spout that logs its commands
		for {
			m := w.next()
			if m["command"] != "next" {
				w.log("%v", m["command"])
			}
			w.write(map[string]any{"command": "sync"})
		}
	case "say": // writes the text of test.say instead of handling the first tuple, or at the first next
		say := strings.Split(w.setting("test.say"), "|")
		speak := func(id any) {
			for _, text := range say {
				text = strings.ReplaceAll(text, "$ID", fmt.Sprint(id))
				w.out.WriteString(text + "\n")
				if strings.HasPrefix(text, "{") {
					w.out.WriteString("end\n")
				}
			}
			say = nil
			w.flush()
		}
		if len(w.setup.Context["source->stream->grouping"].(map[string]any)) == 0 {
			w.spout(func() { speak("") }, func(bool, any) {})
		}
		w.bolt(func(m map[string]any) { speak(m["id"]) })
	case "emit": // a spout that emits each tuple of test.tuples once, with an id, and logs the task ids and the outcome
		tuples, _ := w.setup.Conf["test.tuples"].([]any)
		stream := w.setting("test.stream")
		if stream == "" {
			stream = "default"
		}
		w.spout(func() {
			if len(tuples) == 0 {
				return
			}
			w.write(map[string]any{"command": "emit", "tuple": tuples[0], "id": len(tuples), "stream": stream})
			w.log("emitted %v to %v", tuples[0], w.taskIDs())
			tuples = tuples[1:]
		}, func(ok bool, id any) { w.log("answered %v %v", id, ok) })
	case "echo": // a bolt that logs and acks what it receives
		w.bolt(func(m map[string]any) {
			w.log("received %v from %v %v %v", m["tuple"], m["comp"], m["stream"], m["task"])
			w.ack(m)
		})
	case "hold": // a bolt that keeps what it receives
		w.bolt(func(m map[string]any) { w.log("holds %v", m["tuple"]) })
	case "refuse":
		w.bolt(func(m map[string]any) { w.write(map[string]any{"command": "fail", "id": m["id"]}) })
	case "flood": // a spout that emits as fast as it can, a thousand tuples each time
		n := 0
		w.spout(func() {
			for range 1000 {
				w.emit(nil, map[string]any{"id": n}, strings.Repeat("x", 100), n)
				n++
			}
		}, func(bool, any) {})
	case "slow":
		w.bolt(func(m map[string]any) {
			time.Sleep(time.Millisecond)
			w.ack(m)
		})
	case "crash": // dies of the third tuple it receives
		n := 0
		w.bolt(func(m map[string]any) {
			if n++; n == 3 {
				w.flush()
				fmt.Fprintln(os.Stderr, "Traceback: something is wrong")
				os.Exit(3)
			}
			w.ack(m)
		})
	case "exit":
		fmt.Fprintln(os.Stderr, "I do not like it here")
		os.Exit(7)
	case "deep": // dies of an exception below many frames
		fmt.Fprintln(os.Stderr, "Traceback (most recent call last):")
		fmt.Fprintf(os.Stderr, "  File \"/tmp/s/resources/words.py\", line 26, in process\n    self.emit([word, 1])\n")
		for line := range 20 {
			fmt.Fprintf(os.Stderr, "  File \"/tmp/s/resources/stormflux/component.py\", line %d, in emit\n    deeper()\n", line)
		}
		fmt.Fprintln(os.Stderr, "ValueError: oh")
		os.Exit(1)
	case "mute": // neither answers nor ends
		w.read()
		select {}
	case "nested": // answers the ack during its emit, and logs what it reads
		w.read() // activate
		w.write(map[string]any{"command": "sync"})
		w.flush()
		w.read() // next
		w.write(map[string]any{"command": "emit", "tuple": []any{"x"}, "id": 7})
		w.flush()
		nested := strings.TrimSpace(string(w.read()))
		w.write(map[string]any{"command": "sync"})
		w.flush()
		ids := strings.TrimSpace(string(w.read()))
		w.write(map[string]any{"command": "sync"})
		w.flush()
		w.log("then %s then %s then %s", nested, ids, strings.TrimSpace(string(w.read())))
		w.write(map[string]any{"command": "sync"})
		w.spout(func() {}, func(bool, any) {})
	case "chaos": // a bolt that does everything wrong from time to time
		w.bolt(func(m map[string]any) {
			switch n := rand.IntN(4000); {
			case n == 0:
				os.Exit(1)
			case n == 1:
				w.out.WriteString("Segmentation fault\n")
				w.ack(m)
			case n == 2:
				w.flush()
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
			case n == 3:
				w.ack(m)
				w.ack(m)
			case n < 10:
				return // forgets it
			case n < 50:
				w.write(map[string]any{"command": "fail", "id": m["id"]})
				return
			case n == 51:
				time.Sleep(100 * time.Millisecond)
			case n < 60:
				fmt.Fprintln(os.Stderr, "warning: something looks odd")
			case n < 70:
				w.log("a log line")
			}
			w.emit(m, map[string]any{}, m["tuple"].([]any)[0])
			w.ack(m)
		})
	case "strict": // a spout that logs a complaint if a command comes before it has answered the last one
		for {
			m := w.next()
			if m["command"] == "next" {
				w.write(map[string]any{"command": "emit", "tuple": []any{"x"}, "id": 1, "need_task_ids": false})
			}
			if n, _ := unix.Poll([]unix.PollFd{{Fd: 0, Events: unix.POLLIN}}, 2); n > 0 || w.in.Buffered() > 0 {
				w.log("too early")
			}
			w.write(map[string]any{"command": "sync"})
			w.flush()
		}
	case "silent": // reads and says nothing
		for {
			w.next()
		}
	case "blocking": // a spout whose nextTuple waits
		w.spout(func() {
			time.Sleep(300 * time.Millisecond)
			w.emit(nil, map[string]any{}, "late")
		}, func(bool, any) {})
	case "child": // starts a child that would outlive it
		cmd := exec.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		w.log("child %d", cmd.Process.Pid)
		w.spout(func() {}, func(bool, any) {})
	case "stubborn": // ends neither with its input nor on SIGTERM
		signal.Ignore(syscall.SIGTERM)
		w.log("here")
		w.spout(func() { w.flush(); select {} }, func(bool, any) {})
	default:
		fmt.Fprintf(os.Stderr, "no component %q\n", name)
		os.Exit(2)
	}
}

// sentences emits "test.sentences" sentences, replays what fails, and then waits.
func sentences(w *pipeEnd) {
	total := w.number("test.sentences")
	if total == 0 {
		total = 1000
	}
	start, limit := time.Now(), time.Duration(w.number("test.seconds"))*time.Second
	var replay []any
	next := 0
	text := func(id any) string {
		n := int(id.(float64))
		return fmt.Sprintf("the quick brown fox %d", n%10)
	}
	w.spout(func() {
		var id any
		switch {
		case len(replay) > 0:
			id, replay = replay[0], replay[1:]
		case limit == 0 && next < total, limit > 0 && time.Since(start) < limit:
			id = float64(next)
			next++
		default:
			time.Sleep(time.Millisecond)
			return
		}
		w.emit(nil, map[string]any{"id": id}, text(id))
	}, func(ok bool, id any) {
		if !ok {
			replay = append(replay, id)
		}
	})
}
