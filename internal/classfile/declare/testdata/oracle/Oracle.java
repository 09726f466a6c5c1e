package stormflux.runtime;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.generated.Bolt;
import org.apache.storm.generated.ComponentCommon;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.topology.BasicBoltExecutor;
import org.apache.storm.topology.IBasicBolt;
import org.apache.storm.topology.IComponent;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.IRichSpout;
import org.apache.storm.topology.IStatefulBolt;
import org.apache.storm.topology.IStatefulWindowedBolt;
import org.apache.storm.topology.IWindowedBolt;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.PersistentWindowedBoltExecutor;
import org.apache.storm.topology.StatefulBoltExecutor;
import org.apache.storm.topology.StatefulWindowedBoltExecutor;
import org.apache.storm.topology.WindowedBoltExecutor;
import org.apache.storm.tuple.Fields;
import org.apache.storm.shade.net.minidev.json.JSONValue;

/**
 * Makes the object of each definition that it reads, one a line, with the adapter, and prints what Storm's classes make
 * of it: kind, streams in the order of their declaration, configuration; or the exception.
 */
public final class Oracle {
    private Oracle() {
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            Map<String, Object> answer = new LinkedHashMap<>();
            try {
                describe(new Definition(line).build(), answer);
            } catch (Throwable e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                answer.put("failure", e + " / " + root);
            }
            answers.println(Json.write(answer));
            answers.flush();
        }
        System.exit(0); // whatever threads the classes have started
    }

    private static void describe(Object made, Map<String, Object> answer) {
        answer.put("kind", kind(made));
        IComponent component = component(made);
        Map<String, Object> conf = component.getComponentConfiguration();
        answer.put("conf", conf == null ? "{}" : JSONValue.toJSONString(conf));
        Recorder recorder = new Recorder();
        component.declareOutputFields(recorder);
        answer.put("streams", recorder.streams);
    }

    private static String kind(Object made) {
        for (Class<?> kind : new Class<?>[] {IRichSpout.class, IRichBolt.class, IBasicBolt.class, IStatefulWindowedBolt.class,
            IWindowedBolt.class, IStatefulBolt.class}) {
            if (kind.isInstance(made)) {
                return kind.getSimpleName();
            }
        }
        throw new IllegalArgumentException("neither a spout nor a bolt");
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static IComponent component(Object made) {
        switch (kind(made)) {
            case "IBasicBolt":
                return new BasicBoltExecutor((IBasicBolt) made);
            case "IStatefulWindowedBolt":
                IStatefulWindowedBolt windowed = (IStatefulWindowedBolt) made;
                return new StatefulBoltExecutor(windowed.isPersistent()
                    ? new PersistentWindowedBoltExecutor(windowed) : new StatefulWindowedBoltExecutor(windowed));
            case "IWindowedBolt":
                return new WindowedBoltExecutor((IWindowedBolt) made);
            case "IStatefulBolt":
                return new StatefulBoltExecutor((IStatefulBolt) made);
            default:
                return (IComponent) made;
        }
    }

    /** Keeps the order, unlike Storm's OutputFieldsGetter, which checks the streams. */
    private static final class Recorder extends org.apache.storm.topology.OutputFieldsGetter {
        final List<Object> streams = new ArrayList<>();

        @Override
        public void declareStream(String id, boolean direct, Fields fields) {
            super.declareStream(id, direct, fields);
            Map<String, Object> stream = new LinkedHashMap<>();
            stream.put("id", id);
            stream.put("fields", fields.toList());
            stream.put("direct", direct);
            streams.add(stream);
        }
    }
}
