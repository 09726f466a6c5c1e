package stormflux.runtime;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.storm.StormSubmitter;
import org.apache.storm.generated.StormTopology;

/**
 * Submits the topology that the jar holds beside its classes: {@code storm jar FILE.jar stormflux.runtime.Main [NAME]}.
 * It runs in Storm's client, which uploads the jar itself.
 */
public final class Main {
    private Main() {
    }

    /** main submits the topology, under another name if there is an argument. */
    public static void main(String[] args) throws Exception {
        if (args.length > 1) {
            System.err.println("usage: storm jar FILE.jar stormflux.runtime.Main [NAME]");
            System.exit(2);
        }
        Map<?, ?> submission = (Map<?, ?>) Json.parse(new String(read("stormflux/submission.json"), StandardCharsets.UTF_8));
        String name = args.length == 1 ? args[0] : (String) submission.get("name");
        @SuppressWarnings("unchecked")
        Map<String, Object> conf = (Map<String, Object>) submission.get("conf");
        StormSubmitter.submitTopology(name, conf, topology(read("stormflux/topology.thrift")));
    }

    /** topology reads Thrift's binary protocol. Each line of Storm's releases has Thrift in another package. */
    private static StormTopology topology(byte[] text) throws Exception {
        StormTopology topology = new StormTopology();
        for (Class<?> base : StormTopology.class.getInterfaces()) {
            if (base.getSimpleName().equals("TBase")) {
                Class<?> reader = Class.forName(base.getPackage().getName() + ".TDeserializer");
                reader.getMethod("deserialize", base, byte[].class).invoke(reader.getConstructor().newInstance(), topology, text);
                return topology;
            }
        }
        throw new IllegalStateException("StormTopology is not a class of Thrift");
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = Main.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + " is not in the jar: build the jar with \"stormflux compile -o FILE.jar\"");
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
            return out.toByteArray();
        }
    }
}
