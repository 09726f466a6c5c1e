package stormflux.runtime;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The definition of a spout, bolt, custom grouping or worker hook, which was a part of a YAML file: the objects that it
 * consists of, in the order in which they are made. The last one is the component itself.
 */
public final class Definition {
    private final String component;
    private final List<Object> objects;

    /** Definition reads the JSON that the compiler writes. */
    public Definition(String json) {
        try {
            Map<String, Object> definition = map(Json.parse(json));
            component = text(definition.get("component"));
            objects = list(definition.get("objects"));
        } catch (RuntimeException e) {
            throw new BuildException("the definition of a component", "it is broken: " + e.getMessage(), e);
        }
        if (objects.isEmpty()) {
            throw new BuildException("the definition of a component", "it has no objects", null);
        }
    }

    /** component returns the id of the component, or of the bolt that has the grouping; it is "" for a worker hook. */
    public String component() {
        return component;
    }

    /** place returns the component and its place in the YAML file, for messages. */
    public String place() {
        return place(map(objects.get(objects.size() - 1)), null);
    }

    private String place(Map<String, Object> object, Object at) {
        String owner = component.isEmpty() ? "worker hook" : component;
        Object place = at != null ? at : object.get("at");
        return place == null ? owner : owner + " (" + place + ")";
    }

    /** subject returns the start of a reason, which names an object that is not the component itself. */
    private String subject(Map<String, Object> object) {
        boolean last = object == objects.get(objects.size() - 1);
        return last || object.get("id") == null ? "" : "component \"" + object.get("id") + "\": ";
    }

    /** require throws an exception unless the built object is of the kind that the component needs. */
    void require(boolean fits, Object built, String kind, String why) {
        if (!fits) {
            throw new BuildException(place(), "class " + built.getClass().getName() + " is not a " + kind + ": " + why, null);
        }
    }

    /** build makes all objects and returns the last one. Each call makes new ones. */
    public Object build() {
        List<Object> built = new ArrayList<>();
        for (Object object : objects) {
            built.add(build(map(object), built));
        }
        return built.get(built.size() - 1);
    }

    private Object build(Map<String, Object> object, List<Object> built) {
        Object instance = make(object, built);
        for (Object each : list(object.get("steps"))) {
            Map<String, Object> step = map(each);
            try {
                if (step.containsKey("set")) {
                    set(instance, text(step.get("set")), value(step.get("value"), built));
                } else {
                    Choice.method(instance.getClass(), text(step.get("call")), values(step.get("args"), built)).invoke(instance);
                }
            } catch (Exception | LinkageError e) {
                String what = step.containsKey("set") ? "setting \"" + step.get("set") + "\"" : "\"" + step.get("call") + "\"";
                throw failure(object, step.get("at"), what + " of class " + instance.getClass().getName(), e);
            }
        }
        return instance;
    }

    private Object make(Map<String, Object> object, List<Object> built) {
        String name = text(object.get("class"));
        Object factory = object.get("factory");
        String what = factory == null ? "the constructor of class " + name : "\"" + factory + "\" of class " + name;
        Object instance;
        try {
            Class<?> type = load(name);
            List<Object> values = values(object.get("args"), built);
            if (factory != null) {
                instance = Choice.factory(type, text(factory), values).invoke(null);
            } else if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
                throw new Choice.None((type.isInterface() ? "interface " : "class ") + name + " is abstract, so it has no objects");
            } else {
                instance = Choice.constructor(type, values).invoke(null);
            }
        } catch (ClassNotFoundException e) {
            throw new BuildException(place(object, null), subject(object) + "there is no class " + name + " in the jar", e);
        } catch (Exception | LinkageError e) {
            throw failure(object, null, what, e);
        }
        if (instance == null) {
            throw new BuildException(place(object, null), subject(object) + what + " returned null", null);
        }
        return instance;
    }

    private BuildException failure(Map<String, Object> object, Object at, String what, Throwable e) {
        if (e instanceof BuildException) {
            return (BuildException) e;
        }
        if (e instanceof Choice.None) {
            return new BuildException(place(object, at), subject(object) + e.getMessage(), null);
        }
        Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
        if (cause instanceof ExceptionInInitializerError && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new BuildException(place(object, at), subject(object) + what + " failed: " + cause, cause);
    }

    /** The class of the definition is in the same jar as this one, or one of Storm's. */
    private static Class<?> load(String name) throws ClassNotFoundException {
        try {
            return Class.forName(name, true, Definition.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context == null) {
                throw e;
            }
            return Class.forName(name, true, context);
        }
    }

    /**
     * set sets a property as Flux does: a setter for the value, else a public field of its type. Only then a setter or a
     * field that needs a conversion comes into question.
     */
    private static void set(Object instance, String property, Object value) throws Exception {
        Class<?> type = instance.getClass();
        String name = "set" + property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
        Field field = publicField(type, property);
        if (!Choice.fluxFindsSetter(type, name, value) && field != null && assign(field, instance, value)) {
            return;
        }
        Choice.None noSetter = new Choice.None("class " + type.getName() + " has neither a public method \"" + name
            + "\" with one parameter nor a public field \"" + property + "\"");
        try {
            Choice setter = Choice.setter(type, name, Collections.singletonList(value));
            if (setter != null) {
                setter.invoke(instance);
                return;
            }
        } catch (Choice.None e) {
            noSetter = e;
        }
        if (field == null || noSetter.overflow) {
            throw noSetter;
        }
        try {
            field.set(instance, Conversion.convert(value, field.getType()));
        } catch (Conversion.Mismatch e) {
            throw new Choice.None("the field \"" + property + "\" of class " + type.getName() + ": " + e.getMessage());
        }
    }

    private static Field publicField(Class<?> type, String name) {
        try {
            Field field = type.getField(name);
            if (!Modifier.isPublic(field.getDeclaringClass().getModifiers())) {
                field.setAccessible(true);
            }
            return field;
        } catch (NoSuchFieldException e) {
            return null;
        }
    }

    private static boolean assign(Field field, Object instance, Object value) throws IllegalAccessException {
        try {
            field.set(instance, value);
            return true;
        } catch (IllegalArgumentException | NullPointerException e) { // another type; null for a primitive type
            return false;
        }
    }

    private static List<Object> values(Object json, List<Object> built) {
        List<Object> values = new ArrayList<>();
        for (Object each : list(json)) {
            values.add(value(each, built));
        }
        return values;
    }

    /** value returns the Java value that SnakeYAML makes of a value in YAML. */
    private static Object value(Object json, List<Object> built) {
        if (json instanceof List) {
            return values(json, built);
        }
        if (!(json instanceof Map)) {
            return json;
        }
        Map.Entry<String, Object> form = map(json).entrySet().iterator().next();
        Object content = form.getValue();
        switch (form.getKey()) {
            case "ref":
                return built.get((Integer) content);
            case "map":
                Map<Object, Object> entries = new LinkedHashMap<>();
                for (Object entry : list(content)) {
                    entries.put(value(list(entry).get(0), built), value(list(entry).get(1), built));
                }
                return entries;
            case "set":
                return new LinkedHashSet<>(values(content, built));
            case "float":
                return Double.valueOf(text(content));
            case "date":
                return new Date(((Number) content).longValue());
            case "bytes":
                return Base64.getDecoder().decode(text(content));
            default:
                throw new IllegalArgumentException("unknown value " + json);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object json) {
        return json == null ? Collections.emptyList() : (List<Object>) json;
    }

    private static String text(Object json) {
        return json == null ? "" : (String) json;
    }
}
