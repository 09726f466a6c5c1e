package validate

import (
	"path"
	"regexp"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

const ruleUnknownNodeClass = "unknown-node-class"

// nodeStart is the script of the Node SDK that starts a component. nodeLoad, beside it, finds the class.
const (
	nodeStart = "stormflux/start.js"
	nodeLoad  = "load.js"
)

// nodeClass checks the module and the class that a command gives to the Node SDK, as far as the resources decide it.
func (c *checker) nodeClass(k *component, words []string, place func(word int) diag.Span) {
	at, certain := scriptWord(words)
	if c.resourcesUnclear || !certain || at+1 >= len(words) || interpreterOf(words[programWord(words)]) != &nodeInterpreter || !c.isNodeStart(words[at]) {
		return
	}
	found := nodeSpec.FindStringSubmatch(words[at+1])
	if found == nil {
		return
	}
	written, class := found[1], found[2]
	file := path.Clean(written)
	switch {
	case path.IsAbs(written) || hasDrive(written) || strings.HasPrefix(file, "..") || strings.Contains(written, `\`):
	case !c.resourceNames[file]:
		c.hintScript(c.list.Errorf(ruleMissingScript, place(at+1), "%s runs %q, but that file is not among the resources", k.name(), written), file)
	case class != "":
		c.classInModule(k, file, class, place(at+1))
	}
}

// isNodeStart reports whether a file of the resources is the start script of the Node SDK.
func (c *checker) isNodeStart(word string) bool {
	name := path.Clean(word)
	return strings.HasSuffix("/"+name, "/"+nodeStart) && c.resourceNames[name] && c.resourceNames[path.Join(path.Dir(name), nodeLoad)]
}

// classInModule checks that a JavaScript file has a class. It reports only files that cannot have it: the name is nowhere in the
// text, and nothing there exports names that are not written.
func (c *checker) classInModule(k *component, file, class string, span diag.Span) {
	text, ok := c.resourceText(file)
	if !ok || strings.Contains(text, class) || dynamicExports.MatchString(text) {
		return
	}
	var classes []string
	for _, found := range nodeClasses.FindAllStringSubmatch(text, -1) {
		classes = append(classes, found[1])
	}
	d := c.list.Errorf(ruleUnknownNodeClass, span, "%s runs class %q, but %q has no such class", k.name(), class, file)
	if near, ok := c.similar.closest(class, classes); ok {
		d.WithHint("did you mean %q?", near.Name)
	} else if len(classes) > 0 {
		d.WithHint("classes of the file: %s", listed(classes))
	}
}

var (
	nodeSpec       = regexp.MustCompile(`^(.+?)(?::([\p{L}_$][\p{L}\p{N}_$]*))?$`) // as load.js of the SDK reads it
	nodeClasses    = regexp.MustCompile(`(?m)^(?:export[ \t]+(?:default[ \t]+)?)?class[ \t]+([\p{L}_$][\p{L}\p{N}_$]*)`)
	dynamicExports = regexp.MustCompile(`export\s*\*|exports\s*(?:\[|=\s*[^={\s]|=\s*\{[^}]*\.\.\.)|\b(?:eval|Reflect|Object\s*\.\s*(?:assign|definePropert))|\\u`)
)
