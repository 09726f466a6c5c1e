package stormflux.runtime;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a value of a YAML file becomes an argument of a constructor or method. */
final class Conversion {
    /** A value has no form of the wanted type. */
    static final class Mismatch extends Exception {
        private static final long serialVersionUID = 1;

        /** The type fits, but the number is out of its range. Flux would drop the upper bits without a message. */
        final boolean overflow;

        Mismatch(String message, boolean overflow) {
            super(message, null, false, false);
            this.overflow = overflow;
        }
    }

    private Conversion() {
    }

    /**
     * fluxAccepts reports whether Flux considers a parameter of this type for a value (FluxBuilder.canInvokeWithArgs of
     * 2.8.3). Flux then still fails for some values, for example a number where the parameter is a char.
     */
    static boolean fluxAccepts(Object value, Class<?> type) {
        if (value == null) {
            return false;
        }
        return type.isInstance(value)
            || type == boolean.class && value instanceof Boolean
            || value instanceof Number && (type.isPrimitive() && type != boolean.class || Number.class.isAssignableFrom(type))
            || type.isEnum() && value instanceof String
            || type.isArray() && value instanceof List;
    }

    /**
     * convert returns the value as Flux passes it. It also accepts null for objects, one character for a char, numbers
     * for BigInteger and BigDecimal, and elements of lists that need a conversion for an array.
     */
    static Object convert(Object value, Class<?> type) throws Mismatch {
        if (value == null) {
            if (type.isPrimitive()) {
                throw new Mismatch("null is not " + a(nameOf(type)), false);
            }
            return null;
        }
        if (type.isInstance(value) || type == boolean.class && value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number && isNumber(type)) {
            return number((Number) value, type);
        }
        if (type.isEnum() && value instanceof String) {
            return constant((String) value, type);
        }
        if (type.isArray() && value instanceof List) {
            return array((List<?>) value, type.getComponentType());
        }
        if (isChar(type) && (value instanceof Character || value instanceof String && ((String) value).length() == 1)) {
            return value.toString().charAt(0);
        }
        throw new Mismatch(a(typeOf(value)) + " is not " + a(nameOf(type)), false);
    }

    private static boolean isChar(Class<?> type) {
        return type == char.class || type == Character.class;
    }

    private static boolean isNumber(Class<?> type) {
        return type.isPrimitive() && type != boolean.class && type != char.class
            || Number.class.isAssignableFrom(type) && !isOther(type);
    }

    private static boolean isOther(Class<?> type) {
        return !(type == Byte.class || type == Short.class || type == Integer.class || type == Long.class
            || type == Float.class || type == Double.class || type == BigInteger.class || type == BigDecimal.class);
    }

    private static Number number(Number value, Class<?> type) throws Mismatch {
        if (type == double.class || type == Double.class) {
            return finite(value, value.doubleValue(), type).doubleValue();
        }
        if (type == float.class || type == Float.class) {
            return finite(value, value.floatValue(), type).floatValue();
        }
        if (type == BigDecimal.class) {
            return decimal(value, type);
        }
        // As in Flux, digits after the point are dropped.
        BigInteger integer = decimal(value, type).toBigInteger();
        if (type == BigInteger.class) {
            return integer;
        }
        if (type == long.class || type == Long.class) {
            return inRange(value, integer, 64, type).longValue();
        }
        if (type == int.class || type == Integer.class) {
            return inRange(value, integer, 32, type).intValue();
        }
        if (type == short.class || type == Short.class) {
            return inRange(value, integer, 16, type).shortValue();
        }
        return inRange(value, integer, 8, type).byteValue();
    }

    private static Number finite(Number value, Number converted, Class<?> type) throws Mismatch {
        boolean infinite = (value instanceof Double || value instanceof Float) && Double.isInfinite(value.doubleValue());
        if (Double.isInfinite(converted.doubleValue()) && !infinite) {
            throw overflow(value, type);
        }
        return converted;
    }

    private static BigDecimal decimal(Number value, Class<?> type) throws Mismatch {
        if (value instanceof BigDecimal) {
            return (BigDecimal) value;
        }
        if (value instanceof BigInteger) {
            return new BigDecimal((BigInteger) value);
        }
        if (!(value instanceof Double || value instanceof Float)) {
            return BigDecimal.valueOf(value.longValue());
        }
        double number = value.doubleValue();
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw overflow(value, type);
        }
        return new BigDecimal(number);
    }

    private static BigInteger inRange(Number value, BigInteger integer, int bits, Class<?> type) throws Mismatch {
        if (integer.bitLength() >= bits) {
            throw overflow(value, type);
        }
        return integer;
    }

    private static Mismatch overflow(Number value, Class<?> type) {
        return new Mismatch(value + " is out of the range of " + a(nameOf(type)), true);
    }

    private static Object constant(String name, Class<?> type) throws Mismatch {
        StringBuilder known = new StringBuilder();
        for (Object constant : type.getEnumConstants()) {
            String candidate = ((Enum<?>) constant).name();
            if (candidate.equals(name)) {
                return constant;
            }
            known.append(known.length() == 0 ? "" : ", ").append(candidate);
        }
        throw new Mismatch("\"" + name + "\" is no constant of " + nameOf(type) + "; known constants: " + known, false);
    }

    private static Object array(List<?> list, Class<?> type) throws Mismatch {
        Object array = Array.newInstance(type, list.size());
        int index = 0;
        for (Object element : list) {
            try {
                Array.set(array, index++, convert(element, type));
            } catch (Mismatch e) {
                throw new Mismatch("element " + index + " of the list: " + e.getMessage(), e.overflow);
            }
        }
        return array;
    }

    /** typeOf returns the name of a value's type, as a reader of the YAML would call it. */
    static String typeOf(Object value) {
        if (value == null) {
            return "null";
        }
        if (value.getClass() == ArrayList.class) {
            return "List";
        }
        return value.getClass() == LinkedHashMap.class ? "Map" : nameOf(value.getClass());
    }

    /** nameOf returns the name of a type as in source code, without the package java.lang. */
    static String nameOf(Class<?> type) {
        if (type.isArray()) {
            return nameOf(type.getComponentType()) + "[]";
        }
        String name = type.getName();
        boolean lang = name.startsWith("java.lang.") && name.indexOf('.', 10) < 0;
        boolean collection = type == List.class || type == Map.class;
        return lang || collection ? type.getSimpleName() : name;
    }

    private static String a(String noun) {
        return ("aeiouAEIOU".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }
}
