package validate_test

import (
	"encoding/binary"
	"slices"
	"strings"
)

// classFile returns the class file that a text describes; any other text as it is. A line is a class, a field or a method:
//
//	public abstract class com.example.Count extends com.example.Base implements java.lang.Runnable
//	private static field size I
//	public method <init> (Ljava/lang/String;)V
//
// "interface" and "enum" can stand for "class".
func classFile(text []byte) []byte {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	flags, words := javaFlags(strings.Fields(lines[0]))
	if len(words) < 2 || !slices.Contains([]string{"class", "interface", "enum"}, words[0]) {
		return text
	}
	switch words[0] {
	case "interface":
		flags |= 0x600
	case "enum":
		flags |= 0x4000
	}
	p := &pool{count: 1}
	name, super, rest := words[1], "java.lang.Object", words[2:]
	if len(rest) > 1 && rest[0] == "extends" {
		super, rest = rest[1], rest[2:]
	}
	if len(rest) > 0 {
		rest = rest[1:] // implements
	}
	body := numbers(flags, p.class(name), p.class(super), len(rest))
	for _, i := range rest {
		body = append(body, numbers(p.class(i))...)
	}
	var members [2][]byte // fields, methods
	var counts [2]int
	for _, line := range lines[1:] {
		flags, words := javaFlags(strings.Fields(line))
		kind := slices.Index([]string{"field", "method"}, words[0])
		members[kind] = append(members[kind], numbers(flags, p.utf8(words[1]), p.utf8(words[2]), 0)...)
		counts[kind]++
	}
	for kind := range members {
		body = append(append(body, numbers(counts[kind])...), members[kind]...)
	}
	body = append(body, numbers(0)...)
	head := append([]byte{0xca, 0xfe, 0xba, 0xbe}, numbers(0, 52, p.count)...)
	return slices.Concat(head, p.constants, body)
}

// javaFlags takes the modifiers from the beginning of a line.
func javaFlags(words []string) (flags int, rest []string) {
	for len(words) > 0 {
		flag, ok := map[string]int{"public": 1, "private": 2, "static": 8, "final": 0x10, "abstract": 0x400, "constant": 0x4019}[words[0]]
		if !ok {
			break
		}
		flags, words = flags|flag, words[1:]
	}
	return flags, words
}

// pool is a constant pool that has constants several times.
type pool struct {
	constants []byte
	count     int
}

func (p *pool) add(constant []byte) int {
	p.constants = append(p.constants, constant...)
	p.count++
	return p.count - 1
}

func (p *pool) utf8(text string) int {
	return p.add(append(append([]byte{1}, numbers(len(text))...), text...))
}

func (p *pool) class(name string) int {
	return p.add(append([]byte{7}, numbers(p.utf8(strings.ReplaceAll(name, ".", "/")))...))
}

func numbers(list ...int) []byte {
	var out []byte
	for _, n := range list {
		out = binary.BigEndian.AppendUint16(out, uint16(n))
	}
	return out
}
