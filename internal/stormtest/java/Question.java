package stormflux.judge;

import java.util.Base64;
import java.util.Map;

/** The fields of a question. A missing field is an error if the caller gives no default. */
final class Question {
    private final Map<String, Object> fields;

    Question(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** A question that the judge does not understand. The caller is wrong; it is not an answer of Storm. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message);
        }
    }

    Object get(String name) {
        if (!fields.containsKey(name)) {
            throw new Wrong("no field " + name);
        }
        return fields.get(name);
    }

    boolean has(String name) {
        return fields.get(name) != null;
    }

    String text(String name) {
        return (String) get(name);
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    int number(String name) {
        return ((Number) get(name)).intValue();
    }

    byte[] bytes(String name) {
        return Base64.getDecoder().decode(text(name));
    }
}
