package stormflux.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** StormJson is the JSON library that Storm itself uses for its multilang protocol. It decides the types of values. */
final class StormJson {
    private static final MethodHandle PARSE = find("parse", MethodType.methodType(Object.class, String.class));
    private static final MethodHandle PRINT = find("toJSONString", MethodType.methodType(String.class, Object.class));

    private StormJson() {
    }

    private static MethodHandle find(String method, MethodType type) {
        for (String library : new String[] {
            "org.apache.storm.shade.net.minidev.json.JSONValue", "net.minidev.json.JSONValue",
            "org.apache.storm.shade.org.json.simple.JSONValue", "org.json.simple.JSONValue"}) {
            try {
                return MethodHandles.publicLookup().findStatic(Class.forName(library), method, type);
            } catch (ReflectiveOperationException e) {
                // the next one
            }
        }
        throw new IllegalStateException("Storm's JSON library is not in the class path");
    }

    static Object parse(String text) {
        try {
            return PARSE.invoke(text);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static String print(Object value) {
        try {
            return (String) PRINT.invoke(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
