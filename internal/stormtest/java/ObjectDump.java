package stormflux.judge;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes any Java object as JSON:
 * null, booleans and strings stay as they are;
 * numbers and enums become {"class", "value"}, so that an Integer differs from a Long;
 * arrays and collections become {"class", "items"};
 * maps become {"class", "entries"}, as pairs sorted by the JSON of the key;
 * other objects become {"class", "fields"}, with the fields that Java serializes (not static, not transient).
 * A field that hides one of a superclass has the full name "Class.field". An object inside itself becomes
 * {"class", "again": true}.
 */
final class ObjectDump {
    private final Set<Object> around = Collections.newSetFromMap(new IdentityHashMap<>());

    private ObjectDump() {
    }

    static Object of(Object object) {
        return new ObjectDump().dump(object);
    }

    private Object dump(Object object) {
        if (object == null || object instanceof Boolean || object instanceof String) {
            return object;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("class", object.getClass().getName());
        if (object instanceof Number && object.getClass().getName().startsWith("java.")) {
            out.put("value", object);
        } else if (object instanceof Character || object instanceof Class) {
            out.put("value", object.toString());
        } else if (object instanceof Enum) {
            out.put("value", ((Enum<?>) object).name());
        } else if (!around.add(object)) {
            out.put("again", true);
        } else {
            inside(object, out);
            around.remove(object);
        }
        return out;
    }

    private void inside(Object object, Map<String, Object> out) {
        if (object.getClass().isArray()) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < Array.getLength(object); i++) {
                items.add(object.getClass().getComponentType().isPrimitive() ? Array.get(object, i) : dump(Array.get(object, i)));
            }
            out.put("items", items);
        } else if (object instanceof Collection) {
            List<Object> items = new ArrayList<>();
            ((Collection<?>) object).forEach(item -> items.add(dump(item)));
            if (object instanceof Set) {
                items.sort((a, b) -> Json.write(a).compareTo(Json.write(b)));
            }
            out.put("items", items);
        } else if (object instanceof Map) {
            Map<String, Object> entries = new TreeMap<>();
            ((Map<?, ?>) object).forEach((key, value) -> {
                Object dumped = dump(key);
                List<Object> pair = new ArrayList<>();
                pair.add(dumped);
                pair.add(dump(value));
                entries.put(Json.write(dumped), pair);
            });
            out.put("entries", new ArrayList<>(entries.values()));
        } else {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
                        continue;
                    }
                    try {
                        field.setAccessible(true);
                        Object value = field.getType().isPrimitive() ? field.get(object) : dump(field.get(object));
                        String name = fields.containsKey(field.getName()) ? type.getName() + "." + field.getName() : field.getName();
                        fields.put(name, value);
                    } catch (IllegalAccessException | InaccessibleObjectException e) {
                        fields.put(field.getName(), "inaccessible: " + object);
                    }
                }
            }
            out.put("fields", fields);
        }
    }
}
