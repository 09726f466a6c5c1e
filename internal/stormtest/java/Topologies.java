package stormflux.judge;

import org.apache.storm.generated.StormTopology;
import org.apache.storm.thrift.TDeserializer;
import org.apache.storm.thrift.TSerializer;
import org.apache.storm.thrift.protocol.TBinaryProtocol;
import org.apache.storm.thrift.protocol.TCompactProtocol;
import org.apache.storm.thrift.protocol.TProtocolFactory;

/** Converts a StormTopology to Thrift's bytes and back, with Storm's generated classes. */
final class Topologies {
    private Topologies() {
    }

    static StormTopology read(byte[] bytes, String protocol) throws Refusal {
        TProtocolFactory factory = factory(protocol);
        return Refusal.of(() -> {
            StormTopology topology = new StormTopology();
            new TDeserializer(factory).deserialize(topology, bytes);
            return topology;
        });
    }

    static byte[] write(StormTopology topology) throws Refusal {
        return Refusal.of(() -> new TSerializer(new TBinaryProtocol.Factory()).serialize(topology));
    }

    private static TProtocolFactory factory(String protocol) {
        switch (protocol) {
            case "binary":
                return new TBinaryProtocol.Factory();
            case "compact":
                return new TCompactProtocol.Factory();
            default:
                throw new Question.Wrong("unknown protocol " + protocol);
        }
    }
}
