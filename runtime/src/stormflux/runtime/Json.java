package stormflux.runtime;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes JSON (RFC 8259), strictly. An object is a LinkedHashMap, a list an ArrayList. A number without a
 * point and an exponent is an Integer if it fits, else a Long, else a BigInteger; any other number is a Double.
 */
final class Json {
    /** Wrong is the fault of a text that is not JSON. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    private static final int MAX_DEPTH = 1000;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /** parse returns the value of a whole text. */
    static Object parse(String text) {
        Json json = new Json(text);
        json.space();
        Object value = json.value();
        json.space();
        if (json.at != text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    private Wrong wrong(String expected) {
        String found = at < text.length() ? "\"" + text.charAt(at) + "\"" : "the end";
        return new Wrong("expected " + expected + " at offset " + at + ", found " + found);
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw wrong("\"" + c + "\"");
        }
    }

    private Object value() {
        if (at == text.length()) {
            throw wrong("a value");
        }
        switch (text.charAt(at)) {
            case '{':
                return object();
            case '[':
                return list();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("a value");
        }
        at += word.length();
        return value;
    }

    private void enter() {
        at++;
        if (++depth > MAX_DEPTH) {
            throw new Wrong("more than " + MAX_DEPTH + " values inside each other");
        }
        space();
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        enter();
        if (!take('}')) {
            do {
                space();
                if (at == text.length() || text.charAt(at) != '"') {
                    throw wrong("a key");
                }
                String key = string();
                space();
                expect(':');
                space();
                if (object.containsKey(key)) {
                    throw new Wrong("the key \"" + key + "\" appears twice");
                }
                object.put(key, value());
                space();
            } while (take(','));
            expect('}');
        }
        depth--;
        return object;
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        enter();
        if (!take(']')) {
            do {
                space();
                list.add(value());
                space();
            } while (take(','));
            expect(']');
        }
        depth--;
        return list;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        at++;
        while (!take('"')) {
            if (at == text.length() || text.charAt(at) < ' ') {
                throw wrong("the end of the string");
            }
            char c = text.charAt(at++);
            out.append(c == '\\' ? escape() : c);
        }
        return out.toString();
    }

    private char escape() {
        int index = at == text.length() ? -1 : "\"\\/bfnrtu".indexOf(text.charAt(at));
        if (index < 0) {
            throw wrong("an escape sequence");
        }
        at++;
        if (index < 8) {
            return "\"\\/\b\f\n\r\t".charAt(index);
        }
        int code = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = at == text.length() ? -1 : "0123456789abcdefABCDEF".indexOf(text.charAt(at));
            if (digit < 0) {
                throw wrong("a hexadecimal digit");
            }
            code = code * 16 + (digit < 16 ? digit : digit - 6);
        }
        return (char) code;
    }

    private Object number() {
        int start = at;
        take('-');
        if (!take('0')) {
            digits();
        }
        boolean whole = true;
        if (take('.')) {
            whole = false;
            digits();
        }
        if (take('e') || take('E')) {
            whole = false;
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        String number = text.substring(start, at);
        if (!whole) {
            return Double.valueOf(number);
        }
        BigInteger integer = new BigInteger(number);
        if (integer.bitLength() < 32) {
            return integer.intValue();
        }
        return integer.bitLength() < 64 ? (Object) integer.longValue() : integer;
    }

    private void digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong(start > 0 && ".eE+-".indexOf(text.charAt(start - 1)) >= 0 ? "a digit" : "a value");
        }
    }

    /**
     * write returns the JSON of a value. A number that JSON cannot hold and any object of an unknown class become
     * strings.
     */
    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Map) {
            char before = '{';
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                write(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out);
                before = ',';
            }
            out.append(before == '{' ? "{}" : "}");
        } else if (value instanceof Iterable) {
            char before = '[';
            for (Object element : (Iterable<?>) value) {
                out.append(before);
                write(element, out);
                before = ',';
            }
            out.append(before == '[' ? "[]" : "]");
        } else if (isNumber(value)) {
            out.append(value);
        } else {
            quote(String.valueOf(value), out);
        }
    }

    private static boolean isNumber(Object value) {
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            return !Double.isNaN(number) && !Double.isInfinite(number);
        }
        return value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte
            || value instanceof BigInteger || value instanceof BigDecimal;
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
