package diag

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
)

// Topic explains something that is no fault. Its source is topics/NAME.md: a heading, and text without headings.
type Topic struct {
	Name  string
	Title string
	Text  string // Markdown without headings
}

//go:embed topics
var topicFiles embed.FS

var topics = sync.OnceValue(func() []Topic {
	entries, err := fs.ReadDir(topicFiles, "topics")
	if err != nil {
		panic(fmt.Sprintf("diag: %v", err))
	}
	var all []Topic
	for _, entry := range entries { // sorted by name
		text, err := fs.ReadFile(topicFiles, "topics/"+entry.Name())
		if err != nil {
			panic(fmt.Sprintf("diag: %v", err))
		}
		heading, body, _ := strings.Cut(string(text), "\n\n")
		title, ok := strings.CutPrefix(heading, "# ")
		if !ok || body == "" {
			panic("diag: topics/" + entry.Name() + " needs a heading and a text")
		}
		all = append(all, Topic{strings.TrimSuffix(entry.Name(), ".md"), title, strings.TrimSpace(body)})
	}
	return all
})

// Topics returns all topics, sorted by name. The caller must not change them.
func Topics() []Topic { return topics() }

// LookupTopic returns the topic with a name.
func LookupTopic(name string) (Topic, bool) {
	for _, t := range topics() {
		if t.Name == name {
			return t, true
		}
	}
	return Topic{}, false
}

// ExplainTopic writes a topic for a terminal, with ANSI colours if color is set. The error is that of w.
func ExplainTopic(w io.Writer, t Topic, color bool) error {
	p := painter(color)
	_, err := io.WriteString(w, p.paint(ansiBold, t.Name)+"\n"+t.Title+"\n\n"+wrapMarkdown(t.Text, explainWidth))
	return err
}
