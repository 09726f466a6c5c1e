// Package jaas reads login configurations of Java (sun.security.provider.ConfigFile), where Storm's clients find their
// credentials:
//
//	StormClient {
//	   org.apache.zookeeper.server.auth.DigestLoginModule required
//	   username="bob"
//	   password="it's \"secret\"";
//	};
package jaas

import (
	"fmt"
	"os"
	"strings"
)

// Config has the modules of a file by the name of their section.
type Config map[string][]Module

// Module is one login module of a section.
type Module struct {
	Class   string
	Flag    string // required, requisite, sufficient or optional
	Options map[string]string
}

// Option returns the option of the last module that has it: Storm's callback handlers go through all modules.
func (c Config) Option(section, name string) (value string, ok bool) {
	for _, m := range c[section] {
		if v, has := m.Options[name]; has {
			value, ok = v, true
		}
	}
	return value, ok
}

// Load reads a file. property returns Java's system properties, which values can name as ${user.home}; nil: none but
// user.home, user.name and "/".
func Load(file string, property func(name string) (string, bool)) (Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the login configuration: %w", err)
	}
	config, err := Parse(string(text), property)
	if err != nil {
		return nil, fmt.Errorf("reading the login configuration %s: %w", file, err)
	}
	return config, nil
}

// Parse reads a text. See [Load].
func Parse(text string, property func(name string) (string, bool)) (Config, error) {
	if property == nil {
		property = systemProperty
	}
	p := &parser{text: text, line: 1, property: property}
	p.next()
	config := Config{}
	for p.token.kind != end {
		name, err := p.take(word, "the name of a section")
		if err != nil {
			return nil, err
		}
		if err := p.expect("{"); err != nil {
			return nil, err
		}
		var modules []Module
		for !p.at("}") {
			m, err := p.module()
			if err != nil {
				return nil, err
			}
			modules = append(modules, m)
		}
		p.next()
		if err := p.expect(";"); err != nil {
			return nil, err
		}
		if _, twice := config[name]; twice {
			return nil, p.errorf("there are two sections %q", name)
		}
		config[name] = modules
	}
	return config, nil
}

func (p *parser) module() (m Module, err error) {
	if m.Class, err = p.take(word, "the class of a login module"); err != nil {
		return m, err
	}
	if m.Flag, err = p.take(word, "required, requisite, sufficient or optional"); err != nil {
		return m, err
	}
	switch m.Flag = strings.ToLower(m.Flag); m.Flag {
	case "required", "requisite", "sufficient", "optional":
	default:
		return m, p.errorf("want required, requisite, sufficient or optional, not %q", m.Flag)
	}
	m.Options = map[string]string{}
	for !p.at(";") {
		name, err := p.take(word, "the name of an option")
		if err != nil {
			return m, err
		}
		if err := p.expect("="); err != nil {
			return m, err
		}
		if p.token.kind != word && p.token.kind != quoted {
			return m, p.errorf("want the value of %q, not %s", name, p.token)
		}
		value, err := p.expand(p.token.text)
		if err != nil {
			return m, err
		}
		m.Options[name] = value
		p.next()
	}
	p.next()
	return m, nil
}

// expand replaces ${name} by a system property (sun.security.util.PropertyExpander). ${{...}} stays.
func (p *parser) expand(text string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "${")
		b.WriteString(before)
		name, rest, closed := strings.Cut(after, "}")
		switch {
		case !found:
			return b.String(), nil
		case !closed:
			b.WriteString("${" + after)
			return b.String(), nil
		case strings.HasPrefix(name, "{"):
			b.WriteString("${" + name + "}")
		default:
			value, ok := p.property(name)
			if !ok {
				return "", p.errorf("there is no system property %q here", name)
			}
			b.WriteString(value)
		}
		text = rest
	}
}

func systemProperty(name string) (string, bool) {
	switch name {
	case "/", "file.separator":
		return string(os.PathSeparator), true
	case "user.home":
		home, err := os.UserHomeDir()
		return home, err == nil
	case "user.name":
		for _, key := range []string{"USER", "LOGNAME", "USERNAME"} {
			if user := os.Getenv(key); user != "" {
				return user, true
			}
		}
	}
	return "", false
}
