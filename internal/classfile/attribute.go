package classfile

// attributes is a table of attributes whose form was checked. Its content is read when it is asked for.
type attributes struct {
	pool *Pool
	data []byte // after the number of attributes
}

// parseAttributes reads over a table of attributes.
func parseAttributes(r *reader, pool *Pool) attributes {
	n := r.count(6)
	start := r.at
	for range n {
		r.u2()
		if size := r.u4(); uint64(size) > uint64(len(r.data)) {
			r.failed = true
		} else {
			r.take(int(size))
		}
	}
	if r.failed {
		return attributes{}
	}
	return attributes{pool: pool, data: r.data[start:r.at:r.at]}
}

// find returns the content of the first attribute of that name.
func (a attributes) find(name string) (reader, bool) {
	r := reader{data: a.data}
	for r.at < len(r.data) {
		is, ok := a.pool.Utf8(int(r.u2()))
		content := r.take(int(r.u4()))
		if r.failed {
			break
		}
		if ok && is == name {
			return reader{data: content}, true
		}
	}
	return reader{}, false
}

// utf8 returns the string that an attribute consists of; "" when it is absent or malformed.
func (a attributes) utf8(name string) string {
	r, ok := a.find(name)
	if !ok {
		return ""
	}
	text, _ := a.pool.Utf8(int(r.u2()))
	return text
}
