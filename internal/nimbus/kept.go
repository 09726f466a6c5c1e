package nimbus

import (
	"context"
	"fmt"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
)

// FormatTopology returns a topology as the bytes of Thrift's binary protocol, the form in which Storm keeps topologies.
func FormatTopology(ctx context.Context, t *storm.StormTopology) ([]byte, error) {
	buffer := thrift.NewTMemoryBuffer()
	protocol := thrift.NewTBinaryProtocolConf(buffer, nil)
	if err := t.Write(ctx, protocol); err != nil {
		return nil, fmt.Errorf("writing a topology as Thrift: %w", err)
	}
	if err := protocol.Flush(ctx); err != nil {
		return nil, fmt.Errorf("writing a topology as Thrift: %w", err)
	}
	return buffer.Bytes(), nil
}

// ParseTopology reads what [FormatTopology] wrote.
func ParseTopology(ctx context.Context, data []byte) (*storm.StormTopology, error) {
	buffer := thrift.NewTMemoryBufferLen(len(data))
	if _, err := buffer.Write(data); err != nil {
		panic(err) // writing to memory cannot fail
	}
	t := storm.NewStormTopology()
	if err := t.Read(ctx, thrift.NewTBinaryProtocolConf(buffer, &thrift.TConfiguration{MaxMessageSize: maxAnswer})); err != nil {
		return nil, fmt.Errorf("reading a topology from Thrift: %w", err)
	}
	return t, nil
}

// JarKey is the key of the blob with a topology's jar (ConfigUtils.masterStormJarKey in Storm 2.8.3).
func JarKey(id string) string { return id + "-stormjar.jar" }
