// Command bareupload uploads a file to the Nimbus at an address with the Thrift library's own framed transport and the
// chunks of Storm's client, in a plain loop: bareupload HOST:PORT FILE. bench compares `stormflux submit` with it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/storm"
)

// chunkSize is StormSubmitter.THRIFT_CHUNK_SIZE_BYTES.
const chunkSize = 307200

func main() {
	if err := upload(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bareupload:", err)
		os.Exit(1)
	}
}

func upload(ctx context.Context, address, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	conf := &thrift.TConfiguration{}
	socket := thrift.NewTSocketConf(address, conf)
	transport := thrift.NewTFramedTransportConf(socket, conf)
	if err := transport.Open(); err != nil {
		return err
	}
	defer transport.Close()
	nimbus := storm.NewNimbusClientFactory(transport, thrift.NewTBinaryProtocolFactoryConf(conf))
	location, err := nimbus.BeginFileUpload(ctx)
	if err != nil {
		return err
	}
	buffer := make([]byte, chunkSize)
	for {
		n, err := io.ReadFull(file, buffer)
		if n > 0 {
			if err := nimbus.UploadChunk(ctx, location, buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nimbus.FinishFileUpload(ctx, location)
		}
		if err != nil {
			return err
		}
	}
}
