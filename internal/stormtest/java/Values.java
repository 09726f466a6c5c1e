package stormflux.judge;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.serialization.KryoValuesDeserializer;
import org.apache.storm.serialization.KryoValuesSerializer;
import org.apache.storm.serialization.SerializationFactory;
import org.apache.storm.shade.net.minidev.json.JSONValue;
import org.apache.storm.utils.TupleUtils;
import org.apache.storm.utils.Utils;

/** Does with the values of a tuple what Storm does. */
final class Values {
    private Values() {
    }

    /** Returns the index of the task to which a fields grouping sends a tuple with these values of its fields. */
    static Object fieldsTask(Question q) throws Refusal {
        List<Object> values = new ArrayList<>();
        for (Object item : (List<?>) q.get("values")) {
            values.add(value((Map<?, ?>) item));
        }
        int tasks = q.number("tasks");
        return Refusal.of(() -> {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("index", TupleUtils.chooseTaskIndex(values, tasks));
            out.put("deepHashCode", Arrays.deepHashCode(values.toArray()));
            return out;
        });
    }

    private static Object value(Map<?, ?> typed) {
        String type = (String) typed.get("type");
        String text = (String) typed.get("value");
        switch (type) {
            case "json": // as Storm reads the output of a multilang process
                return JSONValue.parse(text);
            case "null":
                return null;
            case "string":
                return text;
            case "boolean":
                return Boolean.valueOf(text);
            case "byte":
                return Byte.valueOf(text);
            case "short":
                return Short.valueOf(text);
            case "int":
                return Integer.valueOf(text);
            case "long":
                return Long.valueOf(text);
            case "float":
                return Float.valueOf(text);
            case "double":
                return Double.valueOf(text);
            case "bigint":
                return new BigInteger(text);
            case "bigdecimal":
                return new BigDecimal(text);
            default:
                throw new Question.Wrong("unknown type " + type);
        }
    }

    static Object deserialize(byte[] bytes) throws Refusal {
        return Refusal.of(() -> ObjectDump.of(Utils.javaDeserialize(bytes, Object.class)));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> workerConf(String json) {
        Map<String, Object> conf = Utils.readDefaultConfig();
        conf.putAll((Map<String, Object>) JSONValue.parse(json));
        return conf;
    }

    /** Returns the classes that workers with this configuration may exchange, in the order of their Kryo ids. */
    static Object kryoRegistrations(String json) throws Refusal {
        return Refusal.of(() -> {
            Kryo kryo = SerializationFactory.getKryo(workerConf(json));
            List<Object> out = new ArrayList<>();
            for (int id = 0; kryo.getRegistration(id) != null; id++) {
                Registration registration = kryo.getRegistration(id);
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("id", id);
                one.put("class", registration.getType().getName());
                one.put("serializer", registration.getSerializer().getClass().getName());
                out.add(one);
            }
            return out;
        });
    }

    /** Returns values after their way from one worker to another. They are a JSON list, read as in multilang. */
    static Object kryoRoundTrip(String json, String values) throws Refusal {
        return Refusal.of(() -> {
            Map<String, Object> conf = workerConf(json);
            byte[] bytes = new KryoValuesSerializer(conf).serialize(new ArrayList<>((List<?>) JSONValue.parse(values)));
            return ObjectDump.of(new ArrayList<>(new KryoValuesDeserializer(conf).deserialize(bytes)));
        });
    }
}
