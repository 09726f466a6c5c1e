package nimbus

import (
	"context"

	"github.com/apache/thrift/lib/go/thrift"
)

// frameSize is how many bytes a call makes on a framed wire, its length included.
// (The server counts without the length; measured against Nimbus 2.8.3, a frame
// of 1048575 bytes passes a limit of 1048576 and one of 1048579 hangs it. Four
// bytes are a cheap distance to keep.)
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
