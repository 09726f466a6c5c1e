package stormflux.judge;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.storm.Config;
import org.apache.storm.flux.FluxBuilder;
import org.apache.storm.flux.model.ExecutionContext;
import org.apache.storm.flux.model.TopologyDef;
import org.apache.storm.flux.parser.FluxParser;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.shade.net.minidev.json.JSONValue;

/** Builds a topology from a YAML file with the same calls as Flux's main class. */
final class FluxFile {
    private FluxFile() {
    }

    static Object build(Question q) throws Refusal {
        return Refusal.of(() -> {
            Properties properties = FluxParser.parseProperties(q.has("properties") ? q.text("properties") : null, false);
            TopologyDef definition = FluxParser.parseFile(q.text("file"), false, true, properties, q.flag("env"));
            Config conf = FluxBuilder.buildConfig(definition);
            StormTopology topology = FluxBuilder.buildTopology(new ExecutionContext(definition, conf));
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("name", definition.getName());
            // As the submitter sends it: a value for which JSON has no type (a date) becomes text here.
            out.put("conf", JSONValue.parse(JSONValue.toJSONString(conf)));
            out.put("topology", CanonicalTopology.of(topology));
            out.put("thrift", Base64.getEncoder().encodeToString(Topologies.write(topology)));
            return out;
        });
    }
}
