package multilang

import (
	"strconv"

	"github.com/stormflux/stormflux/internal/java"
)

// AppendTuple appends a tuple for a bolt with its framing, like [BoltMsg.Append]. The id is that of Storm's tuples: a
// signed number as a string. It allocates only memory for dst.
func AppendTuple(dst []byte, component, stream string, task int, values RawValues, id int64) []byte {
	dst = java.AppendJSONString(append(dst, `{"comp":`...), component)
	dst = append(dst, `,"tuple":`...)
	if values == "" {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, values...)
	}
	dst = strconv.AppendInt(append(dst, `,"task":`...), int64(task), 10)
	dst = java.AppendJSONString(append(dst, `,"stream":`...), stream)
	dst = strconv.AppendInt(append(dst, `,"id":"`...), id, 10)
	return append(dst, "\"}"+end...)
}
