package classfile

import (
	"fmt"
	"math"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// Tag is the kind of a constant (JVMS 4.4). The zero Tag is no constant.
type Tag uint8

// The tags.
const (
	TagUtf8               Tag = 1
	TagInteger            Tag = 3
	TagFloat              Tag = 4
	TagLong               Tag = 5
	TagDouble             Tag = 6
	TagClass              Tag = 7
	TagString             Tag = 8
	TagFieldref           Tag = 9
	TagMethodref          Tag = 10
	TagInterfaceMethodref Tag = 11
	TagNameAndType        Tag = 12
	TagMethodHandle       Tag = 15
	TagMethodType         Tag = 16
	TagDynamic            Tag = 17
	TagInvokeDynamic      Tag = 18
	TagModule             Tag = 19
	TagPackage            Tag = 20
)

// Pool is the constant pool of a class. Its methods take the indexes that stand in code and attributes. They return
// false for an index that is no constant of the asked kind, and for a malformed constant. A nil Pool is empty.
type Pool struct {
	data    []byte // the file up to the end of the pool
	text    string // the same bytes, so that most strings cost nothing
	offsets []int32
}

// parsePool finds where each constant begins. It looks at no content: a constant is checked when it is asked for.
func parsePool(r *reader) (*Pool, error) {
	n := int(r.u2())
	if (n-1)*3 > len(r.data)-r.at { // no constant takes less than three bytes for an index
		return nil, errMalformed
	}
	p := &Pool{offsets: make([]int32, n)}
	for i := 1; i < n; i++ {
		p.offsets[i] = int32(r.at)
		tag := Tag(r.u1())
		switch tag {
		case TagUtf8:
			r.take(int(r.u2()))
		case TagInteger, TagFloat, TagFieldref, TagMethodref, TagInterfaceMethodref, TagNameAndType, TagDynamic, TagInvokeDynamic:
			r.take(4)
		case TagLong, TagDouble:
			r.take(8)
			i++ // the next index is no constant
		case TagClass, TagString, TagMethodType, TagModule, TagPackage:
			r.take(2)
		case TagMethodHandle:
			r.take(3)
		default:
			if !r.failed {
				return nil, fmt.Errorf("%w: constant %d has the unknown kind %d", errMalformed, i, tag)
			}
		}
		if r.failed {
			return nil, errMalformed
		}
	}
	p.data = r.data[:r.at:r.at]
	p.text = string(p.data)
	return p, nil
}

// Len returns one more than the highest index.
func (p *Pool) Len() int {
	if p == nil {
		return 0
	}
	return len(p.offsets)
}

// Tag returns the kind of the constant; 0 when there is none.
func (p *Pool) Tag(i int) Tag {
	if i <= 0 || i >= p.Len() || p.offsets[i] == 0 {
		return 0
	}
	return Tag(p.data[p.offsets[i]])
}

// body returns a reader of the constant's content if it is of the kind. It does not move beyond the pool.
func (p *Pool) body(i int, tag Tag) (reader, bool) {
	if p.Tag(i) != tag {
		return reader{}, false
	}
	return reader{data: p.data, at: int(p.offsets[i]) + 1}, true
}

// Utf8 returns a string of the pool. A string that Go cannot hold, because half a surrogate pair is in it, is malformed.
func (p *Pool) Utf8(i int) (string, bool) {
	r, ok := p.body(i, TagUtf8)
	if !ok {
		return "", false
	}
	n := int(r.u2())
	text := p.text[r.at : r.at+n]
	for j := range n {
		if text[j] == 0 || text[j] >= 0x80 {
			return decode(text)
		}
	}
	return text, true
}

// decode reads modified UTF-8 that is not plain ASCII.
func decode(text string) (string, bool) {
	decoded, err := java.DecodeModifiedUTF8([]byte(text))
	if err != nil || string(java.AppendModifiedUTF8(nil, decoded)) != text {
		return "", false
	}
	return decoded, true
}

// Class returns the name of a class constant.
func (p *Pool) Class(i int) (string, bool) {
	name, ok := p.indirect(i, TagClass)
	return strings.ReplaceAll(name, "/", "."), ok && name != ""
}

// String returns the value of a string constant.
func (p *Pool) String(i int) (string, bool) { return p.indirect(i, TagString) }

// MethodType returns the descriptor of a method type.
func (p *Pool) MethodType(i int) (string, bool) { return p.indirect(i, TagMethodType) }

// indirect returns the string that a constant of the kind refers to.
func (p *Pool) indirect(i int, tag Tag) (string, bool) {
	r, ok := p.body(i, tag)
	if !ok {
		return "", false
	}
	return p.Utf8(int(r.u2()))
}

// Integer returns the value of an int constant.
func (p *Pool) Integer(i int) (int32, bool) {
	r, ok := p.body(i, TagInteger)
	if !ok {
		return 0, false
	}
	return int32(r.u4()), true
}

// Long returns the value of a long constant.
func (p *Pool) Long(i int) (int64, bool) {
	r, ok := p.body(i, TagLong)
	if !ok {
		return 0, false
	}
	return int64(r.u8()), true
}

// Float returns the value of a float constant.
func (p *Pool) Float(i int) (float32, bool) {
	r, ok := p.body(i, TagFloat)
	if !ok {
		return 0, false
	}
	return math.Float32frombits(r.u4()), true
}

// Double returns the value of a double constant.
func (p *Pool) Double(i int) (float64, bool) {
	r, ok := p.body(i, TagDouble)
	if !ok {
		return 0, false
	}
	return math.Float64frombits(r.u8()), true
}

// NameAndType returns the name and descriptor of a member.
func (p *Pool) NameAndType(i int) (name, descriptor string, ok bool) {
	r, ok := p.body(i, TagNameAndType)
	if !ok {
		return "", "", false
	}
	name, ok = p.Utf8(int(r.u2()))
	if !ok {
		return "", "", false
	}
	descriptor, ok = p.Utf8(int(r.u2()))
	return name, descriptor, ok
}

// Ref is a field or method that code names.
type Ref struct {
	Tag        Tag // TagFieldref, TagMethodref or TagInterfaceMethodref
	Class      string
	Name       string
	Descriptor string
}

// Ref returns a reference to a field, a method or a method of an interface.
func (p *Pool) Ref(i int) (Ref, bool) {
	tag := p.Tag(i)
	if tag != TagFieldref && tag != TagMethodref && tag != TagInterfaceMethodref {
		return Ref{}, false
	}
	r, _ := p.body(i, tag)
	class, ok := p.Class(int(r.u2()))
	if !ok {
		return Ref{}, false
	}
	name, descriptor, ok := p.NameAndType(int(r.u2()))
	return Ref{Tag: tag, Class: class, Name: name, Descriptor: descriptor}, ok
}

// Handle is a method handle. Kind is its reference kind, 1 to 9 (JVMS 5.4.3.5): 6 is invokeStatic.
type Handle struct {
	Kind uint8
	Ref  Ref
}

// MethodHandle returns a method handle.
func (p *Pool) MethodHandle(i int) (Handle, bool) {
	r, ok := p.body(i, TagMethodHandle)
	if !ok {
		return Handle{}, false
	}
	kind := r.u1()
	ref, ok := p.Ref(int(r.u2()))
	return Handle{Kind: kind, Ref: ref}, ok
}

// Dynamic is a dynamic constant or the call site of an invokedynamic. Bootstrap is an index into [Class.Bootstraps].
type Dynamic struct {
	Bootstrap  int
	Name       string
	Descriptor string
}

// Dynamic returns a constant of kind TagDynamic or TagInvokeDynamic.
func (p *Pool) Dynamic(i int) (Dynamic, bool) {
	tag := p.Tag(i)
	if tag != TagDynamic && tag != TagInvokeDynamic {
		return Dynamic{}, false
	}
	r, _ := p.body(i, tag)
	bootstrap := int(r.u2())
	name, descriptor, ok := p.NameAndType(int(r.u2()))
	return Dynamic{Bootstrap: bootstrap, Name: name, Descriptor: descriptor}, ok
}

// mustClassAt returns the name of a class constant. When it is not one, the reader fails.
func (p *Pool) mustClassAt(r *reader, index uint16) string {
	name, ok := p.Class(int(index))
	if !ok {
		r.failed = true
	}
	return name
}

// mustClass is mustClassAt of the index that comes next.
func (p *Pool) mustClass(r *reader) string { return p.mustClassAt(r, r.u2()) }

// mustUtf8 returns the string whose index comes next. When it is not one, the reader fails.
func (p *Pool) mustUtf8(r *reader) string {
	text, ok := p.Utf8(int(r.u2()))
	if !ok {
		r.failed = true
	}
	return text
}
