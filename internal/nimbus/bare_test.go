package nimbus_test

import (
	"testing"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

const benchmarkJar = 64 << 20

func benchmarkServer(b *testing.B) (*nimbustest.Server, *nimbus.Client, nimbus.SubmitRequest) {
	server := nimbustest.New(b, nimbustest.Options{})
	client, err := nimbus.Connect(b.Context(), noRetry(server.Addr()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { client.Close() })
	b.SetBytes(benchmarkJar)
	return server, client, request(b, benchmarkJar)
}

// bareClient is Thrift's own transport and nothing else.
func bareClient(b *testing.B, addr string) *storm.NimbusClient {
	transport := thrift.NewTFramedTransportConf(thrift.NewTSocketConf(addr, nil), nil)
	if err := transport.Open(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { transport.Close() })
	return storm.NewNimbusClientFactory(transport, thrift.NewTBinaryProtocolFactoryConf(nil))
}
