package multilang

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every message in docs/protocol.md is one that Storm or a component may send.
func TestProtocolPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```json\n(.*?)\n```")
	want := map[string]int{"The handshake": 2, "Storm to a spout": 5, "Storm to a bolt": 3, "Task ids": 1, "A component to Storm": 8}
	for section := range strings.SplitSeq(string(page), "\n## ") {
		title, text, _ := strings.Cut(section, "\n")
		messages := block.FindAllStringSubmatch(text, -1)
		if len(messages) != want[title] {
			t.Errorf("section %q has %d messages, want %d", title, len(messages), want[title])
			continue
		}
		for i, m := range messages {
			if err := checkExample(title, i, m[1]); err != nil {
				t.Errorf("section %q: %v", title, err)
			}
		}
		delete(want, title)
	}
	for title := range want {
		t.Errorf("no section %q", title)
	}
}

func checkExample(section string, i int, text string) error {
	switch {
	case section == "The handshake" && i == 0:
		_, err := DecodeHandshake(text)
		return err
	case section == "The handshake":
		_, err := DecodePID(text)
		return err
	case section == "A component to Storm":
		var m ShellMsg
		if err := DecodeShellMsg(text, &m); err != nil {
			return err
		}
		if m.Command == UnknownCommand {
			return badMessage(text, "unknown command")
		}
		return nil
	}
	var m StormMsg
	if err := DecodeStormMsg(text, &m); err != nil {
		return err
	}
	if m.Kind == SpoutCommandKind && m.Spout.Command == UnknownSpoutCommand {
		return badMessage(text, "unknown command")
	}
	if tick, heartbeat := i == 1, i == 2; section == "Storm to a bolt" && (m.Tuple.IsTick() != tick || m.Tuple.IsHeartbeat() != heartbeat) {
		return badMessage(text, "not the tuple that the text describes")
	}
	return nil
}
