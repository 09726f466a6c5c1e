package stormflux.runtime;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.storm.Config;
import org.apache.storm.flux.FluxBuilder;
import org.apache.storm.flux.model.BeanDef;
import org.apache.storm.flux.model.ExecutionContext;
import org.apache.storm.flux.model.TopologyDef;
import org.apache.storm.flux.parser.FluxParser;

/**
 * Builds objects with the adapter and with Flux, and shows both. Each line of the input is an object with "definition",
 * as the adapter reads it, and "yaml", a Flux file whose last component is the same object.
 */
public final class FluxJudge {
    private FluxJudge() {
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            Map<?, ?> question = (Map<?, ?>) Json.parse(line);
            Map<String, Object> answer = new LinkedHashMap<>();
            try {
                answer.put("adapter", Dump.of(new Definition((String) question.get("definition")).build()));
            } catch (BuildException e) {
                answer.put("refusal", e.getMessage());
            }
            try {
                answer.put("flux", Dump.of(flux((String) question.get("yaml"))));
            } catch (Throwable e) {
                answer.put("fluxRefusal", String.valueOf(e));
            }
            answers.println(Json.write(answer));
            answers.flush();
        }
    }

    /** A file of components only is no topology, so this calls the part of Flux that builds them. */
    private static Object flux(String yaml) throws Throwable {
        TopologyDef topology = FluxParser.parseInputStream(
            new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), false, false, new Properties(), false);
        ExecutionContext context = new ExecutionContext(topology, new Config());
        Method build = FluxBuilder.class.getDeclaredMethod("buildComponents", ExecutionContext.class);
        build.setAccessible(true);
        try {
            build.invoke(null, context);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        List<BeanDef> all = new ArrayList<>(topology.getComponents());
        return context.getComponent(all.get(all.size() - 1).getId());
    }
}
