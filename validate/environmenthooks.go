package validate

import (
	"fmt"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/hooks"
	"github.com/stormflux/stormflux/schema"
)

// Hooks returns the commands of an environment's hooks, each split into words, and what is wrong with them. Check reports the
// same. A nil environment has no hooks.
func Hooks(env *schema.Environment) (map[hooks.Moment][][]string, diag.List) {
	if env == nil {
		return nil, nil
	}
	c := &checker{}
	commands := map[hooks.Moment][][]string{}
	for _, moment := range hooks.Moments() {
		for _, v := range env.Hooks.Get(string(moment)).Elements() {
			who := fmt.Sprintf("the %s hook of environment %q", moment, env.Name)
			if words := c.command(who, v); len(words) > 0 {
				commands[moment] = append(commands[moment], words)
			}
		}
	}
	return commands, c.list
}

// environmentHooks checks the commands of the hooks of the chosen environment.
func (c *checker) environmentHooks() {
	_, faults := Hooks(c.doc.Environment)
	c.list = append(c.list, faults...)
}
