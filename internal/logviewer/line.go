package logviewer

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Line is a line of a log.
type Line struct {
	Worker  Worker
	Time    time.Time // without a zone: the worker's clock
	Level   string    // lower case, such as "info"; "stderr" is what a component's process wrote there, "tuple" a sampled tuple
	Logger  string    // "" for what a component wrote itself
	Thread  string
	Text    string
	Message string // the id of a sampled tuple's message

	// Component is "" if the line is not of one, and First and Last are 0 if its tasks are not known.
	Component   string
	First, Last int

	// Continues reports that the line belongs to the one before it, as those of a stack trace do. It has the same time,
	// level and component.
	Continues bool
}

// Executor is a thread of a worker that runs some tasks of a component.
type Executor struct {
	Component   string
	First, Last int // tasks
}

var (
	// executorForm is the name of an executor's thread (Executor.java, 2.8.3): the tasks are the first and the last one.
	executorForm = regexp.MustCompile(`^(?:Thread-\d+-)?(.+)-executor\[(\d+),? (\d+)\]$`)
	launchForm   = regexp.MustCompile(`^` + launched + ` (\d+)`)
	// processForm is how Storm names the process of a component (ShellProcess.java, 2.8.3).
	processForm = regexp.MustCompile(`pid:(\d+), name:(\S+)`)
	// tupleForm is a line of events.log (IEventLogger.java, 2.8.3): time, component, task, id of the message and values.
	tupleForm = regexp.MustCompile(`^([A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \S+ \d{4}),(.*?),(-?\d+),(.*?),(\[.*\])$`)
)

const (
	stampForm = "2006-01-02 15:04:05.000"
	launched  = "Launched subprocess with pid"
	shellLog  = "ShellLog "
)

// parser reads the lines of one worker's file in their order.
type parser struct {
	worker    Worker
	executors []Executor // of the worker; nil if they are not known

	pids     map[string]Executor
	seen     map[string]bool // components that lines have named
	last     Line
	homeless bool // a process has appeared whose tasks are not known
}

func newParser(w Worker, executors []Executor) *parser {
	return &parser{worker: w, executors: executors, pids: map[string]Executor{}, seen: map[string]bool{}}
}

// lines reads whole lines.
func (p *parser) lines(text string) []Line {
	var lines []Line
	for raw := range strings.Lines(text) {
		lines = append(lines, p.line(strings.TrimRight(raw, "\r\n")))
	}
	return lines
}

func (p *parser) line(raw string) Line {
	line, ok := p.head(raw)
	if !ok {
		line, ok = p.tuple(raw)
	}
	if !ok {
		line = p.last
		line.Worker, line.Text, line.Continues = p.worker, raw, true
		return line
	}
	p.last = line
	return line
}

// head reads a line that begins with a time.
func (p *parser) head(raw string) (Line, bool) {
	if len(raw) <= len(stampForm) || raw[len(stampForm)] != ' ' {
		return Line{}, false
	}
	at, err := time.Parse(stampForm, raw[:len(stampForm)])
	if err != nil {
		return Line{}, false
	}
	line := Line{Worker: p.worker, Time: at}
	origin, ok := line.split(raw[len(stampForm)+1:])
	if !ok {
		return Line{}, false
	}
	line.Logger, line.Thread = p.origin(origin)
	p.assign(&line)
	return line, true
}

// split takes what follows the time apart, which has the form "logger thread [LEVEL] message" (log4j2/worker.xml, 2.8.3). It
// returns logger and thread.
func (l *Line) split(rest string) (origin string, ok bool) {
	for from := 0; ; {
		open := strings.Index(rest[from:], " [")
		if open < 0 {
			return "", false
		}
		open += from
		level, text, _ := strings.Cut(rest[open+len(" ["):], "]")
		switch level {
		case "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL":
			l.Level, l.Text = strings.ToLower(level), strings.TrimPrefix(text, " ")
			return rest[:open], true
		}
		from = open + 1
	}
}

// origin takes logger and thread apart. The logger of what a process writes to its standard error is its component, whose id
// may have spaces.
func (p *parser) origin(text string) (logger, thread string) {
	for _, e := range p.executors {
		short := abbreviated(e.Component)
		if thread, ok := strings.CutPrefix(text, short+" "); ok {
			return short, thread
		}
	}
	logger, thread, _ = strings.Cut(text, " ")
	return logger, thread
}

// assign finds out which component and which tasks a line belongs to.
func (p *parser) assign(line *Line) {
	if m := executorForm.FindStringSubmatch(line.Thread); m != nil {
		line.Component = m[1]
		line.First, _ = strconv.Atoi(m[2])
		line.Last, _ = strconv.Atoi(m[3])
		if launch := launchForm.FindStringSubmatch(line.Text); launch != nil {
			p.pids[launch[1]] = Executor{line.Component, line.First, line.Last}
		}
	}
	if pid, component, ok := p.process(line.Text); ok {
		p.own(line, component, pid)
		if text, ok := strings.CutPrefix(line.Text, shellLog+"pid:"+pid+", name:"+component); ok {
			line.Logger, line.Text = "", strings.TrimPrefix(text, " ")
		}
	} else if component, ok := p.stderr(line.Logger); ok {
		p.own(line, component, "")
		line.Logger, line.Level = "", "stderr"
	}
	if line.Component != "" {
		p.seen[line.Component] = true
	}
}

// own gives a line to a component. The thread of an executor has already said which tasks they are.
func (p *parser) own(line *Line, component, pid string) {
	if line.Component == component && line.First > 0 {
		return
	}
	line.Component = component
	if e, ok := p.pids[pid]; ok && e.Component == component {
		line.First, line.Last = e.First, e.Last
		return
	}
	of := slices.DeleteFunc(slices.Clone(p.executors), func(e Executor) bool { return e.Component != component })
	if len(of) == 1 {
		line.First, line.Last = of[0].First, of[0].Last
	} else if pid != "" {
		p.homeless = true
	}
}

// process finds the process of a component that a message names.
func (p *parser) process(text string) (pid, component string, ok bool) {
	if !strings.Contains(text, "pid:") { // most lines
		return "", "", false
	}
	at := processForm.FindStringSubmatchIndex(text)
	if at == nil {
		return "", "", false
	}
	pid, component = text[at[2]:at[3]], text[at[4]:at[5]]
	for _, e := range p.executors {
		rest, ok := strings.CutPrefix(text[at[4]:], e.Component)
		if ok && (rest == "" || rest[0] == ' ') && len(e.Component) > len(component) {
			component = e.Component
		}
	}
	return pid, component, true
}

// stderr finds the component whose process wrote a line to its standard error: the logger has the component's name
// (ShellProcess.java, 2.8.3).
func (p *parser) stderr(logger string) (component string, ok bool) {
	for _, e := range p.executors {
		if abbreviated(e.Component) == logger {
			return e.Component, true
		}
	}
	return logger, p.executors == nil && p.seen[logger]
}

// abbreviated returns a logger's name as the form "%c{1.}" of Log4j shows it.
func abbreviated(logger string) string {
	parts := strings.Split(logger, ".")
	for i, part := range parts[:len(parts)-1] {
		for _, first := range part {
			parts[i] = string(first)
			break
		}
	}
	return strings.Join(parts, ".")
}

// tuple reads a line of events.log.
func (p *parser) tuple(raw string) (Line, bool) {
	if !strings.HasSuffix(raw, "]") {
		return Line{}, false
	}
	m := tupleForm.FindStringSubmatch(raw)
	if m == nil {
		return Line{}, false
	}
	at, err := time.Parse("Mon Jan 02 15:04:05 MST 2006", m[1])
	if err != nil {
		return Line{}, false
	}
	at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	line := Line{Worker: p.worker, Time: at, Level: "tuple", Component: m[2], Text: m[5], Message: m[4]}
	line.First, _ = strconv.Atoi(m[3])
	line.Last = line.First
	p.seen[line.Component] = true
	return line, true
}

// inOrder sorts lines of several workers by their times. The lines of a worker stay in their order.
func inOrder(lines []Line) {
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Worker.String(), b.Worker.String()))
	})
}
