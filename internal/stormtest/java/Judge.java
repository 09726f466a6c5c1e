package stormflux.judge;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.shade.net.minidev.json.parser.JSONParser;

/**
 * Answers questions about Storm with Storm's own classes.
 *
 * Questions and answers are JSON objects in UTF-8, one per line. Each question gets one answer, in order. A question
 * has "op" and the fields of the operation. The answer is {"result": ...}. If Storm throws, it is
 * {"exception": {"class", "message"}}. If the question itself is wrong, it is {"failure": text}. The process ends at the
 * end of the input.
 */
public final class Judge {
    private Judge() {
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        // Flux prints to standard output, which is only for answers.
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            answers.print(Json.write(answer(line)));
            answers.print('\n');
            answers.flush();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> answer(String line) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            Object question = new JSONParser(JSONParser.MODE_RFC4627).parse(line);
            answer.put("result", ask(new Question((Map<String, Object>) question)));
        } catch (Question.Wrong e) {
            answer.put("failure", e.getMessage());
        } catch (Refusal e) {
            answer.put("exception", exception(e.getCause()));
        } catch (Throwable e) {
            e.printStackTrace();
            answer.put("failure", String.valueOf(e));
        }
        return answer;
    }

    private static Map<String, Object> exception(Throwable e) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("class", e.getClass().getName());
        // Thrift's exceptions hold their text in a separate field.
        String message = e instanceof org.apache.storm.generated.InvalidTopologyException
            ? ((org.apache.storm.generated.InvalidTopologyException) e).get_msg() : e.getMessage();
        said.put("message", message);
        if (e.getCause() != null && e.getCause() != e) {
            said.put("cause", exception(e.getCause()));
        }
        return said;
    }

    private static Object ask(Question q) throws Refusal {
        switch (q.text("op")) {
            case "readTopology":
                StormTopology topology = Topologies.read(q.bytes("topology"), q.text("protocol"));
                if (q.flag("made")) {
                    Adapter.makeAll(topology);
                }
                return CanonicalTopology.of(topology);
            case "validateConf":
                return Validation.conf(q.text("conf"));
            case "validateTopology":
                return Validation.submission(q);
            case "taskIds":
                return Validation.taskIds(q);
            case "flux":
                return FluxFile.build(q);
            case "fieldsTask":
                return Values.fieldsTask(q);
            case "deserialize":
                return Values.deserialize(q.bytes("data"));
            case "kryoRegistrations":
                return Values.kryoRegistrations(q.text("conf"));
            case "kryoRoundTrip":
                return Values.kryoRoundTrip(q.text("conf"), q.text("values"));
            default:
                throw new Question.Wrong("unknown op " + q.text("op"));
        }
    }
}
