package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A constant is the declaration of a key in Config.java or DaemonConfig.java.
type constant struct {
	name        string
	key         string
	annotations []annotation
	unchecked   bool   // not final, so Storm overlooks its annotations
	schema      string // before 1.0: the value of NAME_SCHEMA
}

// An annotation is one of Storm's, as "IsInteger" and what stands in its parentheses.
type annotation struct{ name, args string }

var (
	comments    = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|/\*.*?\*/|//[^\n]*`)
	declaration = regexp.MustCompile(`((?:@[\w.]+(?:\s*\((?:[^()]|\([^()]*\))*\))?\s+)*)public static (final )?(String|Object) (\w+)\s*=\s*([^;]+);`)
	annotated   = regexp.MustCompile(`@([\w.]+)(?:\s*\(((?:[^()]|\([^()]*\))*)\))?`)
	joined      = regexp.MustCompile(`"\s*\+\s*"`)
)

// withoutComments returns Java's text without its comments.
func withoutComments(text string) string {
	return comments.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "/") {
			return " "
		}
		return s
	})
}

// constants returns the keys that a class declares.
func constants(path, text string) ([]constant, error) {
	var list []constant
	byName := make(map[string]int)
	for _, m := range declaration.FindAllStringSubmatch(withoutComments(text), -1) {
		name, value := m[4], strings.TrimSpace(m[5])
		if m[3] == "Object" {
			if i, ok := byName[strings.TrimSuffix(name, "_SCHEMA")]; ok {
				list[i].schema = value
			}
			continue
		}
		value = joined.ReplaceAllString(value, "")
		if strings.HasPrefix(value, "Config.") {
			continue // DaemonConfig checks a key of Config once more
		}
		if len(value) < 3 || value[0] != '"' || strings.ContainsAny(value[1:len(value)-1], "\"\\") {
			return nil, fmt.Errorf("%s: %s is %s, not a string", path, name, value)
		}
		c := constant{name: name, key: value[1 : len(value)-1], unchecked: m[2] == ""}
		for _, a := range annotated.FindAllStringSubmatch(m[1], -1) {
			c.annotations = append(c.annotations, annotation{strings.TrimPrefix(a[1], "ConfigValidationAnnotations."), a[2]})
		}
		byName[name] = len(list)
		list = append(list, c)
	}
	return list, nil
}

// deprecated reports whether Storm marks the key as deprecated.
func (c constant) deprecated() bool {
	for _, a := range c.annotations {
		if a.name == "Deprecated" {
			return true
		}
	}
	return false
}
