package stormflux.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Shows the state of an object as text: equal objects have equal texts, with the types of all values. */
final class Dump {
    private final Map<Object, Integer> seen = new IdentityHashMap<>();

    static String of(Object object) throws IllegalAccessException {
        return new Dump().show(object);
    }

    private String show(Object value) throws IllegalAccessException {
        if (value == null) {
            return "null";
        }
        Class<?> type = value.getClass();
        String name = type.getName().replaceFirst("^java\\.(lang|util)\\.", "");
        if (type.isEnum() || value instanceof Class) {
            return name + " " + value;
        }
        if (type.isArray()) {
            List<Object> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(Array.get(value, i));
            }
            return type.getComponentType().getName() + showAll(elements);
        }
        if (value instanceof Collection) {
            return name + showAll((Collection<?>) value);
        }
        if (value instanceof Map) {
            List<Object> entries = new ArrayList<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                entries.add(entry.getKey());
                entries.add(entry.getValue());
            }
            return name + showAll(entries);
        }
        if (!name.startsWith("stormflux.")) {
            return name + " " + value;
        }
        Integer number = seen.get(value);
        if (number != null) {
            return "#" + number;
        }
        seen.put(value, seen.size());
        StringBuilder out = new StringBuilder("#" + seen.get(value) + " " + name + "{");
        for (Class<?> declaring = type; declaring != Object.class; declaring = declaring.getSuperclass()) {
            for (Field field : declaring.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    out.append(field.getName()).append("=").append(show(field.get(value))).append(" ");
                }
            }
        }
        return out.toString().trim() + "}";
    }

    private String showAll(Collection<?> values) throws IllegalAccessException {
        StringBuilder out = new StringBuilder();
        for (Object value : values) {
            out.append(out.length() == 0 ? "" : ", ").append(show(value));
        }
        return "[" + out + "]";
    }
}
