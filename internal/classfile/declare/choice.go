package declare

// choices are the decisions of a run that depend on unknown values. A later run takes the same ones up to a point, and
// then another outcome.
type choices struct {
	made []choice
	at   int
}

type choice struct {
	taken, of int
	why       string // what the decision depends on
}

// restart begins the next run.
func (c *choices) restart() { c.at = 0 }

// next prepares the next run; false when all outcomes were tried.
func (c *choices) next() bool {
	for n := len(c.made); n > 0; n-- {
		last := &c.made[n-1]
		if last.taken+1 < last.of {
			last.taken++
			c.made = c.made[:n]
			return true
		}
	}
	return false
}

// last returns what the newest decision depends on.
func (c *choices) last() string {
	if len(c.made) == 0 {
		return "an unknown value"
	}
	return c.made[len(c.made)-1].why
}

// choose returns a number below n. Other runs get the other numbers.
func (m *machine) choose(n int, why string) int {
	if n <= 1 {
		return 0
	}
	c := m.tried
	if c.at == len(c.made) {
		if c.at == mostChoices {
			m.giveUp("it depends on " + why)
		}
		c.made = append(c.made, choice{of: n, why: why})
	}
	taken := c.made[c.at].taken
	c.at++
	return taken
}

// decide returns whether something unknown is true.
func (m *machine) decide(why string) bool { return m.choose(2, why) == 1 }

func (m *machine) giveUp(why string) { panic(giveUp{why}) }

// malformed ends a run because of a class file that a JVM would refuse.
func (m *machine) malformed(what string) { m.giveUp("the class file is malformed: " + what) }
