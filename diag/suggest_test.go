package diag

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	for _, c := range []struct {
		word       string
		candidates string
		want       string // "" for none
	}{
		{"paralelism", "id parallelism command", "parallelism"},
		{"topology.ticks.tuple.freq.secs", "topology.workers topology.tick.tuple.freq.secs", "topology.tick.tuple.freq.secs"},
		{"spliter", "words split count", "split"},
		{"kafak", "kafka", "kafka"},
		{"Workers", "worker workers", "workers"},
		{"numTasks", "num-tsks num-tasks", "num-tasks"},
		{"num_task", "num-tasks", "num-tasks"},
		{"topology-workers", "topology.workers", "topology.workers"},
		{"workers", "topology.workers", "topology.workers"},
		{"message.timeout.secs", "topology.message.timeout.secs", "topology.message.timeout.secs"},
		{"parallelism_hint", "parallelism", "parallelism"},
		{"para", "id parallelism", "parallelism"},
		{"outputFileds", "outputFields output", "outputFields"},
		{"ab", "abc ac cd", ""},
		{"a", "b ab", ""},
		{"idd", "id", "id"},
		{"", "a b", ""},
		{"-", "a b", ""},
		{"cat", "bat hat", ""},
		{"cat", "bat act", "act"},
		{"cat", "cut", "cut"},
		{"split", "spout", ""},
		{"bolt", "spouts", ""},
		{"count", "words sentences", ""},
		{"same", "same", ""},
		{"same", "same sane", "sane"},
		{"bald", "bold balk", "bold"},
		{"bald", "balk bold", "balk"},
		{"größe", "GRÖSSE Größe", "Größe"},
		{"GROßE", "große", "große"},
		{strings.Repeat("x", 1000), strings.Repeat("x", 999), ""},
		{"ackers", "topology.acker.executors topology.backpressure.enable", ""},
	} {
		got, ok := Suggest(c.word, strings.Fields(c.candidates))
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Suggest(%q, %s) = %q, %v, want %q", c.word, c.candidates, got, ok, c.want)
		}
		all := Nearest(c.word, strings.Fields(c.candidates), 10)
		if c.want == "" && len(all) > 0 || c.want != "" && (len(all) == 0 || all[0] != c.want) {
			t.Errorf("Nearest(%q, %s) = %q, want %q first", c.word, c.candidates, all, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	candidates := strings.Fields("topology.worker workr works worker workers Workers work-ers worker elsewhere")
	for n, want := range map[int]string{
		0:  "",
		1:  "Workers",
		3:  "Workers work-ers worker",
		99: "Workers work-ers worker workr works",
	} {
		if got := strings.Join(Nearest("workers", candidates, n), " "); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

// The banded table must agree with the whole one.
func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"ab", "ba", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3}, {"abcdef", "badcfe", 3}} {
		if got := wholeDistance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("the judge says %d for %q and %q, want %d", got, c.a, c.b, c.want)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	word := func() []rune {
		w := make([]rune, random.IntN(9))
		for i := range w {
			w[i] = rune('a' + random.IntN(3))
		}
		return w
	}
	var s speller
	for range 200_000 {
		a, b, limit := word(), word(), random.IntN(5)
		want := wholeDistance(a, b)
		if d := len(a) - len(b); max(d, -d) > limit {
			continue // the caller's business
		}
		got, ok := s.distance(a, b, limit)
		if ok != (want <= limit) || ok && got != want {
			t.Fatalf("%q, %q within %d: got %d, %v, want %d", string(a), string(b), limit, got, ok, want)
		}
		if ok && lettersOf(a).apart(lettersOf(b)) > 2*got {
			t.Fatalf("%q, %q: the letters differ more than the words", string(a), string(b))
		}
	}
}

// wholeDistance is the textbook's optimal string alignment.
func wholeDistance(a, b []rune) int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
				continue
			}
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			table[i][j] = min(table[i-1][j-1]+cost, table[i-1][j]+1, table[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				table[i][j] = min(table[i][j], table[i-2][j-2]+1)
			}
		}
	}
	return table[len(a)][len(b)]
}

func TestEnumerate(t *testing.T) {
	names := strings.Fields("a b c d e")
	for _, c := range []struct {
		n, most      int
		want, quoted string
	}{
		{0, 3, "", ""},
		{1, 3, "a", `"a"`},
		{2, 3, "a and b", `"a" and "b"`},
		{3, 3, "a, b and c", `"a", "b" and "c"`},
		{4, 3, "a, b, c and d", `"a", "b", "c" and "d"`},
		{5, 3, "a, b, c and 2 more", `"a", "b", "c" and 2 more`},
		{5, 1, "a and 4 more", `"a" and 4 more`},
		{5, 0, "a, b, c, d and e", `"a", "b", "c", "d" and "e"`},
	} {
		if got := Enumerate(names[:c.n], c.most); got != c.want {
			t.Errorf("%d, %d: got %s, want %s", c.n, c.most, got, c.want)
		}
		if got := Quoted(names[:c.n], c.most); got != c.quoted {
			t.Errorf("%d, %d: got %s, want %s", c.n, c.most, got, c.quoted)
		}
	}
	if !slices.Equal(names, strings.Fields("a b c d e")) {
		t.Error("the names were changed")
	}
}

func BenchmarkSuggest(b *testing.B) {
	var alike, unlike []string
	for i := range 10_000 {
		alike = append(alike, fmt.Sprintf("bolt-%05d", i))
		unlike = append(unlike, fmt.Sprintf("%x-component", i*7919))
	}
	for _, c := range []struct {
		name, word string
		candidates []string
	}{{"alike", "bolt-x99z9y", alike}, {"unlike", "topology.tick", unlike}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				Suggest(c.word, c.candidates)
			}
		})
	}
}

func TestClosestIsSure(t *testing.T) {
	for _, c := range []struct {
		word, candidates, want string
		sure                   bool
	}{
		{"comand", "command go className", "command", true},
		{"Command", "command", "command", true},
		{"num_tasks", "numTasks", "numTasks", true},
		{"spliter", "words split count", "split", true},
		{"cuont", "count", "count", true},
		{"coutn", "count", "count", true},
		{"wrod", "word", "word", true},
		{"splat", "split splut", "split", false},      // two as near
		{"Split", "SPLIT split", "SPLIT", false},      // two as near
		{"splat", "split split", "split", true},       // one, given twice
		{"splat", "splut plat split", "splut", false}, // three
		{"para", "parallelism", "parallelism", false}, // a part
		{"workers", "topology.workers", "topology.workers", false},
		{"split2", "split1", "split1", false},                   // another number
		{"node10", "node1", "node1", false},                     // another number
		{"word-counter", "word-printer", "word-printer", false}, // another word
		{"cat", "cut", "cut", true},
	} {
		got, ok := Closest(c.word, strings.Fields(c.candidates))
		if !ok || got != (Suggestion{c.word, c.want, c.sure}) {
			t.Errorf("Closest(%q, %s) = %+v, %v, want %q, %v", c.word, c.candidates, got, ok, c.want, c.sure)
		}
	}
}
