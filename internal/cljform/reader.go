// Package cljform reads the text of Clojure files as forms. It evaluates nothing.
package cljform

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"olympos.io/encoding/edn"
)

// Clojure's reader accepts more than EDN: metadata, regular expressions, quoting and unquoting, reader conditionals,
// anonymous functions, numbers in other bases. read turns each of these into a form of EDN, and the EDN library reads
// that. None of the forms of a Leiningen project that we look at needs evaluation. The tags are ours:
//
//	^meta form        the form; metadata is discarded (as #_meta)
//	#"text"           #clj/regex "text"
//	{k v}  #{x}       #clj/map (k v)  #clj/set (x), which keeps their order, and keys of every kind
//	'x `x ~x ~@x @x   #clj/quote x, #clj/syntax-quote x, #clj/unquote x, #clj/unquote-splicing x, #clj/deref x
//	#'x #(x) #=x      #clj/var x, #clj/fn (x), #clj/eval x
//	#?(x) #?@(x)      #clj/conditional (x), #clj/conditional-splicing (x)
//	#tag x            #clj/tagged x
//	\x  0x1F  a/b/c   #clj/char "x", #clj/number "0x1F", #clj/symbol "a/b/c": EDN has no such literal
const TagMap = "clj/map"

// Read returns the forms of a Clojure file as the EDN library decodes them.
func Read(text string) ([]any, error) { return read(text, false) }

func read(text string, places bool) ([]any, error) {
	s := &scanner{text: strings.TrimPrefix(text, "\ufeff"), places: places}
	if err := s.translate(); err != nil {
		return nil, err
	}
	dec := edn.NewDecoder(strings.NewReader("(" + s.out.String() + "\n)"))
	var forms []any
	if err := dec.Decode(&forms); err != nil {
		return nil, fmt.Errorf("reading it as Clojure: %w", err)
	}
	return forms, nil
}

type scanner struct {
	text   string
	places bool // the first element of every collection says where it begins: #clj/at "(12"
	at     int
	out    strings.Builder
	open   []bracket
}

type bracket struct {
	close byte
	at    int
}

// errorf returns an error that names the line of an offset.
func (s *scanner) errorf(at int, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", 1+strings.Count(s.text[:at], "\n"), fmt.Sprintf(format, args...))
}

func (s *scanner) emit(text string) { s.out.WriteString(text) }

func (s *scanner) translate() error {
	for s.at < len(s.text) {
		if err := s.next(); err != nil {
			return err
		}
	}
	if n := len(s.open); n > 0 {
		return s.errorf(s.open[n-1].at, "a %q is missing", s.open[n-1].close)
	}
	return nil
}

// next translates one token.
func (s *scanner) next() error {
	start := s.at
	c := s.text[s.at]
	switch {
	case c == ';' || strings.HasPrefix(s.text[s.at:], "#!"):
		s.skipLine()
	case c == '"':
		inner, err := s.quoted(s.at)
		if err != nil {
			return err
		}
		s.emit(`"` + inner + `"`)
	case c == '\\':
		s.at++
		_, n := utf8.DecodeRuneInString(s.text[s.at:])
		s.at += n
		s.token()
		s.emit(" #clj/char " + ednString(s.text[start+1:s.at]) + " ")
	case c == '(' || c == '[':
		s.push(c, string(c))
	case c == '{':
		s.push(c, " #"+TagMap+" (")
	case c == ')' || c == ']' || c == '}':
		return s.pop(c)
	case c == '^':
		s.prefix(1, "#_")
	case c == '\'':
		s.prefix(1, "#clj/quote ")
	case c == '`':
		s.prefix(1, "#clj/syntax-quote ")
	case strings.HasPrefix(s.text[s.at:], "~@"):
		s.prefix(2, "#clj/unquote-splicing ")
	case c == '~':
		s.prefix(1, "#clj/unquote ")
	case c == '@':
		s.prefix(1, "#clj/deref ")
	case c == '#':
		return s.dispatch()
	default:
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if unicode.IsSpace(r) || r == ',' {
			s.at += n
			s.emit(" ")
			if r == '\n' {
				s.emit("\n")
			}
			return nil
		}
		s.atom(s.token())
	}
	return nil
}

func (s *scanner) prefix(n int, tag string) {
	s.at += n
	s.emit(" " + tag)
}

func (s *scanner) skipLine() {
	if n := strings.IndexByte(s.text[s.at:], '\n'); n >= 0 {
		s.at += n
	} else {
		s.at = len(s.text)
	}
}

func (s *scanner) push(open byte, text string) {
	s.open = append(s.open, bracket{map[byte]byte{'(': ')', '[': ']', '{': '}'}[open], s.at})
	s.emit(text)
	if s.places {
		s.emit(fmt.Sprintf(" #%s %q ", tagAt, string(open)+strconv.Itoa(s.at)))
	}
	s.at++
}

func (s *scanner) pop(c byte) error {
	n := len(s.open)
	if n == 0 {
		return s.errorf(s.at, "a %q closes nothing", c)
	}
	if s.open[n-1].close != c {
		return s.errorf(s.at, "a %q where a %q is wanted", c, s.open[n-1].close)
	}
	s.open = s.open[:n-1]
	s.at++
	if c == '}' {
		c = ')'
	}
	s.emit(string(c))
	return nil
}

// dispatch translates a form that begins with #.
func (s *scanner) dispatch() error {
	rest := s.text[s.at+1:]
	switch {
	case strings.HasPrefix(rest, `"`):
		inner, err := s.quoted(s.at + 1)
		if err != nil {
			return err
		}
		// A regular expression has only its own escapes.
		s.emit(" #clj/regex " + ednString(inner))
	case strings.HasPrefix(rest, "{"):
		s.at++
		s.push('{', " #clj/set (")
	case strings.HasPrefix(rest, "("):
		s.at++
		s.push('(', " #clj/fn (")
	case strings.HasPrefix(rest, "_"):
		s.prefix(2, "#_")
	case strings.HasPrefix(rest, "^"):
		s.prefix(2, "#_")
	case strings.HasPrefix(rest, "'"):
		s.prefix(2, "#clj/var ")
	case strings.HasPrefix(rest, "="):
		s.prefix(2, "#clj/eval ")
	case strings.HasPrefix(rest, "?@"):
		s.prefix(3, "#clj/conditional-splicing ")
	case strings.HasPrefix(rest, "?"):
		s.prefix(2, "#clj/conditional ")
	case strings.HasPrefix(rest, "#"):
		s.at += 2
		s.emit(" #clj/number " + ednString("##"+s.token()) + " ")
	case strings.HasPrefix(rest, ":"):
		s.at++
		s.token() // the namespace of the map's keys
	default:
		at := s.at
		s.at++
		tag := s.token()
		if tag == "" {
			return s.errorf(at, "a # that means nothing to Clojure")
		}
		s.emit(" #clj/tagged ")
	}
	return nil
}

// quoted returns the text between the quote at an offset and the next quote that is not escaped, as it is written. It
// moves behind that quote.
func (s *scanner) quoted(quote int) (string, error) {
	for i := quote + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '"':
			s.at = i + 1
			return s.text[quote+1 : i], nil
		}
	}
	return "", s.errorf(quote, "a string is not closed")
}

// token returns the characters up to the next space or delimiter, and moves behind them.
func (s *scanner) token() string {
	start := s.at
	for s.at < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if unicode.IsSpace(r) || strings.ContainsRune(`,;"()[]{}^~@\`+"`", r) {
			break
		}
		s.at += n
	}
	return s.text[start:s.at]
}

// atom writes a symbol, keyword or number.
func (s *scanner) atom(token string) {
	unsigned := strings.TrimLeft(token, "+-")
	switch {
	case unsigned != "" && unsigned[0] >= '0' && unsigned[0] <= '9':
		if len(unsigned) > 18 || len(unsigned) > 1 && unsigned[0] == '0' || strings.Trim(unsigned, "0123456789") != "" {
			s.emit(" #clj/number " + ednString(token) + " ")
			return
		}
	case strings.HasPrefix(token, "::"):
		token = token[1:]
		fallthrough
	default:
		name := strings.TrimPrefix(token, ":")
		for _, r := range name {
			if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(`.*+!-_?$%&=<>/`, r) {
				name = ""
			}
		}
		first := strings.TrimLeft(name, "+-.")
		if name == "" || strings.Count(name, "/") > 1 || strings.HasSuffix(name, "/") || strings.HasPrefix(name, "/") ||
			strings.Contains(name, "/.") || first != "" && first[0] >= '0' && first[0] <= '9' {
			s.emit(" #clj/symbol " + ednString(token) + " ")
			return
		}
	}
	s.emit(token)
}

// ednString quotes a text for the EDN library.
func ednString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
