package exception

import (
	"strings"
	"testing"
)

var traces = []struct{ name, text, want string }{
	{"no trace", "\n  out of memory \nmore\n", "out of memory"},
	{"nothing", "\n", ""},
	{"python", `Traceback (most recent call last):
  File "/tmp/stormflux-run-1/resources/enrich.py", line 7, in <module>
    main()
  File "/tmp/stormflux-run-1/resources/enrich.py", line 4, in main
    int("x")
    ~~~^^^^^
ValueError: invalid literal for int() with base 10: 'x'
`, "ValueError: invalid literal for int() with base 10: 'x' (resources/enrich.py:4)"},
	{"python, one exception causes another", `Traceback (most recent call last):
  File "a.py", line 2, in f
    1/0
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 4, in <module>
    raise KeyError("k")
KeyError: 'k'
`, "KeyError: 'k' (a.py:4)"},
	{"python, syntax", `  File "/tmp/x/resources/enrich.py", line 1
    def x(:
          ^
SyntaxError: invalid syntax
`, "SyntaxError: invalid syntax (resources/enrich.py:1)"},
	{"python, no message", "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    assert False\nAssertionError\n", "AssertionError (a.py:1)"},
	{"python in ShellBolt's exception", "java.lang.Exception: Shell Process Exception: Traceback (most recent call last):\n" +
		"  File \"/data/stormdist/wc-1-1/resources/split.py\", line 9, in process\n    raise ValueError(\"oh\")\nValueError: oh\n\n" +
		"\tat org.apache.storm.task.ShellBolt.handleError(ShellBolt.java:178)\n\tat java.lang.Thread.run(Thread.java:1)\n",
		"ValueError: oh (resources/split.py:9)"},
	{"python in ShellSpout's exception", "java.lang.RuntimeException: pid:7, name:words exitCode:1, errorString:Traceback (most recent call last):\n" +
		"  File \"w.py\", line 1, in <module>\n    import numpyy\nModuleNotFoundError: No module named 'numpyy'\n \n\tat org.apache.storm.spout.ShellSpout.querySubprocess(ShellSpout.java:200)\n",
		"ModuleNotFoundError: No module named 'numpyy' (w.py:1)"},
	{"a component's words", "java.lang.Exception: Shell Process Exception: no such user\n\tat org.apache.storm.task.ShellBolt.handleError(ShellBolt.java:178)\n", "no such user"},
	{"go", `panic: runtime error: index out of range [3] with length 0

goroutine 1 [running]:
panic({0x1, 0x2})
	/usr/local/go/src/runtime/panic.go:787 +0x132
main.(*bolt).Process(0xc000012345, {0x1, 0x2})
	/home/me/words/bolts/count/main.go:31 +0x1d
main.main()
	/home/me/words/bolts/count/main.go:12 +0x1d
exit status 2
`, "panic: runtime error: index out of range [3] with length 0 (/home/me/words/bolts/count/main.go:31)"},
	{"go, deadlock", "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t/x/main.go:3 +0x18\n",
		"fatal error: all goroutines are asleep - deadlock! (/x/main.go:3)"},
	{"node", `/srv/resources/enrich.js:3
  throw new TypeError("oh")
  ^

TypeError: oh
    at process (/srv/resources/enrich.js:3:9)
    at Object.<anonymous> (/srv/resources/enrich.js:6:1)
    at node:internal/main/run_main_module:28:49

Node.js v20.1.0
`, "TypeError: oh (resources/enrich.js:3)"},
	{"node, module missing", "node:internal/modules/cjs/loader:1\n  throw err;\n  ^\n\nError: Cannot find module './x'\nRequire stack:\n- /srv/resources/a.js\n" +
		"    at Module._resolveFilename (node:internal/modules/cjs/loader:1:15)\n    at Object.<anonymous> (/srv/resources/a.js:1:11) {\n  code: 'MODULE_NOT_FOUND'\n}\n",
		"Error: Cannot find module './x' (resources/a.js:1)"},
	{"node, syntax", "/srv/resources/a.js:2\nfoo(\n    ^\n\nSyntaxError: missing ) after argument list\n    at wrapSafe (node:internal/modules/cjs/loader:1:18)\n",
		"SyntaxError: missing ) after argument list (resources/a.js:2)"},
	{"node, syntax of an ES module", "file:///srv/resources/a.mjs:4\n\n\n\nSyntaxError: Unexpected end of input\n", "SyntaxError: Unexpected end of input (resources/a.mjs:4)"},
	{"node, caused", `TypeError: fetch failed
    at async Fetch.process (file:///srv/resources/fetch.mjs:19:53) {
  [cause]: Error: cannot read the row
      at read (file:///srv/resources/rows.mjs:4:16) {
    [cause]: Error: connect ECONNREFUSED 127.0.0.1:1
        at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {
      errno: -111
    }
  }
}
with Tuple { component: 's', stream: 'default', task: 1, values: [ 'a b' ], id: '7' }`, "Error: connect ECONNREFUSED 127.0.0.1:1 (resources/rows.mjs:4)"},
	{"node, caused without a stack", "Error: oh\n    at f (/srv/resources/a.js:3:9) {\n  [cause]: [RangeError: too far]\n}\n", "RangeError: too far (resources/a.js:3)"},
	{"node, several causes", "AggregateError: All promises were rejected\n  [cause]: Error: one\n      at f (/srv/resources/a.js:3:9)\n  [cause]: Error: two\n      at f (/srv/resources/a.js:4:9)\n",
		"Error: one (resources/a.js:3)"},
	{"node, a cause that is no error", "Error: oh\n    at f (/srv/resources/a.js:3:9) {\n  [cause]: 'text'\n}\n", "Error: oh (resources/a.js:3)"},
	{"java", "java.lang.RuntimeException: oh\n\tat com.acme.Split.execute(Split.java:31)\n\tat org.apache.storm.X.y(X.java:1)\n", "java.lang.RuntimeException: oh (Split.java:31)"},
	{"java, caused", "java.lang.RuntimeException: outer\n\tat org.apache.storm.X.y(X.java:1)\nCaused by: java.io.IOException: disk full\n" +
		"\tat java.base/java.io.File.write(File.java:9)\n\tat com.acme.Sink.execute(Sink.java:8)\n\t... 3 more\n", "java.io.IOException: disk full (Sink.java:8)"},
	{"a process that ended before the handshake", "java.lang.RuntimeException: org.apache.storm.multilang.NoOutputException: Pipe to subprocess seems to be broken! No output read.\n" +
		"Serializer Exception:\n\nsh: 0: cannot open missing.sh: No such file\n\n\tat org.apache.storm.utils.ShellProcess.launch(ShellProcess.java:90)\n", "sh: 0: cannot open missing.sh: No such file"},
	{"a script that does not exist, from Storm 2.8.3", `java.lang.RuntimeException: java.lang.RuntimeException: Error when launching multilang subprocess
sh: 0: cannot open missing.sh: No such file

	at org.apache.storm.utils.Utils$1.run(Utils.java:413)
	at java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.RuntimeException: Error when launching multilang subprocess
sh: 0: cannot open missing.sh: No such file

	at org.apache.storm.utils.ShellProcess.launch(ShellProcess.java:88)
	... 1 more
Caused by: java.io.IOException: Stream closed
	at java.base/java.lang.ProcessBuilder$NullOutputStream.write(ProcessBuilder.java:445)
	at org.apache.storm.utils.ShellProcess.launch(ShellProcess.java:84)
	... 6 more
`, "sh: 0: cannot open missing.sh: No such file"},
	{"a program that does not exist", "java.lang.RuntimeException: java.io.IOException: Cannot run program \"nodee\" (in directory \"/x\"): error=2, No such file or directory\n" +
		"\tat org.apache.storm.X.y(X.java:1)\nCaused by: java.io.IOException: error=2, No such file or directory\n\tat java.base/java.lang.ProcessImpl.forkAndExec(Native Method)\n",
		"java.lang.RuntimeException: java.io.IOException: Cannot run program \"nodee\" (in directory \"/x\"): error=2, No such file or directory"},
	{"a mistake that the SDK finds", `Traceback (most recent call last):
  File "/tmp/s/resources/.stormflux/python/stormflux/bolt.py", line 40, in _run
    self.process(tup)
  File "/tmp/s/resources/split.py", line 7, in process
    self.emit(["a", "b"])
  File "/tmp/s/resources/.stormflux/python/stormflux/component.py", line 107, in emit
    raise ValueError(
ValueError: stream "default" has 1 field (word), not 2: ['a', 'b']
`, `ValueError: stream "default" has 1 field (word), not 2: ['a', 'b'] (resources/split.py:7)`},
	{"a mistake that the SDK in the project finds", `Traceback (most recent call last):
  File "/tmp/s/resources/stormflux/bolt.py", line 40, in _run
    self.process(tup)
  File "/tmp/s/resources/split.py", line 7, in process
    self.emit(["a", "b"])
  File "/tmp/s/resources/stormflux/component.py", line 107, in emit
    raise ValueError(
ValueError: stream "default" has 1 field (word), not 2: ['a', 'b']
`, `ValueError: stream "default" has 1 field (word), not 2: ['a', 'b'] (resources/split.py:7)`},
	{"a mistake in the SDK", `Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "/tmp/s/resources/stormflux/bolt.py", line 40, in _run
    oh()
NameError: name 'oh' is not defined
`, `NameError: name 'oh' is not defined (resources/stormflux/bolt.py:40)`},
	{"windows", "Traceback (most recent call last):\r\n  File \"C:\\x\\resources\\a.py\", line 1, in <module>\r\n    x\r\nNameError: name 'x' is not defined\r\n",
		"NameError: name 'x' is not defined (resources/a.py:1)"},
}

func TestRead(t *testing.T) {
	for _, c := range traces {
		if got := Read(c.text).String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Of a trace on standard error, the lines that are no frames are few, and the cause is known afterwards.
func TestFilter(t *testing.T) {
	for _, c := range traces {
		var f Filter
		var shown []string
		for line := range strings.Lines(c.text) {
			if line = strings.TrimRight(line, "\r\n"); !f.Frame(line) && line != "" {
				shown = append(shown, line)
			}
		}
		if cause, ok := f.Cause(); ok && cause.String() != c.want {
			t.Errorf("%s: the cause is %q, want %q", c.name, cause, c.want)
		}
		if len(shown) > 8 || c.name == "go" && len(shown) != 1 || c.name == "python" && len(shown) != 1 {
			t.Errorf("%s: shown are %q", c.name, shown)
		}
	}
}

// A long panic keeps its beginning, and a long log its end.
func TestFilterIsBounded(t *testing.T) {
	var f Filter
	for range 3 * maxLines {
		f.Frame("log")
	}
	f.Frame("panic: oh")
	for range 3 * maxLines {
		f.Frame("goroutine 7 [running]:")
	}
	if e, _ := f.Cause(); e.Message != "panic: oh" || len(f.lines) > maxLines {
		t.Errorf("%v of %d lines", e, len(f.lines))
	}
}

func TestTally(t *testing.T) {
	var tally Tally
	oh := Exception{Message: "oh"}
	for range 3 {
		tally.Add("a", oh)
	}
	tally.Add("b", oh)
	if n := tally.Count("a", oh); n != 3 {
		t.Errorf("%d", n)
	}
	if kinds := tally.Kinds("a"); len(kinds) != 1 || kinds[0].String() != "oh ×3" || tally.Kinds("b")[0].String() != "oh" {
		t.Errorf("%v", tally)
	}
}
