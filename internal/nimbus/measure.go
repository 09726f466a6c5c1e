package nimbus

import (
	"context"

	"github.com/apache/thrift/lib/go/thrift"
)

// frameSize returns the size of a call on a framed wire in bytes, including its length. (The server counts without the
// length. Measured with Nimbus 2.8.3 and a limit of 1048576: a frame of 1048575 bytes passes, and one of 1048579 bytes
// hangs Nimbus. A distance of four bytes costs nothing.)
func frameSize(ctx context.Context, call string, args thrift.TStruct) (int, error) {
	var counter countingWriter
	protocol := thrift.NewTBinaryProtocolConf(thrift.NewStreamTransportW(&counter), &thrift.TConfiguration{TBinaryStrictWrite: thrift.BoolPtr(true)})
	if err := protocol.WriteMessageBegin(ctx, call, thrift.CALL, 1); err != nil {
		return 0, err
	}
	if err := args.Write(ctx, protocol); err != nil {
		return 0, err
	}
	if err := protocol.WriteMessageEnd(ctx); err != nil {
		return 0, err
	}
	if err := protocol.Flush(ctx); err != nil {
		return 0, err
	}
	return 4 + int(counter), nil
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}
