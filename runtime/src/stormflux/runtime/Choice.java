package stormflux.runtime;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/**
 * The constructor or method that a definition means, together with its converted arguments.
 *
 * Where Flux 2.8.3 can build an object, the choice is Flux's: of the candidates that Flux accepts, the last one (for a
 * setter the first one) in the order of reflection. Where Flux's choice always fails, the choice is the candidate that
 * fits best.
 */
final class Choice {
    /** None is the reason why there is no choice. */
    static final class None extends Exception {
        private static final long serialVersionUID = 1;

        /** There is a choice, but a number is out of the range of its parameter. */
        final boolean overflow;

        None(String message) {
            this(message, false);
        }

        None(String message, boolean overflow) {
            super(message, null, false, false);
            this.overflow = overflow;
        }
    }

    final Executable member;
    final Object[] arguments;

    private Choice(Executable member, Object[] arguments) {
        this.member = member;
        this.arguments = arguments;
    }

    /** constructor chooses a constructor. */
    static Choice constructor(Class<?> type, List<Object> values) throws None {
        List<Executable> all = new ArrayList<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            all.add(constructor);
        }
        return choose("class " + type.getName() + " has no constructor for ", all, values, false);
    }

    /** factory chooses a static method. */
    static Choice factory(Class<?> type, String name, List<Object> values) throws None {
        List<Executable> all = new ArrayList<>();
        boolean instance = false;
        for (Executable method : methods(type, name)) {
            if (Modifier.isStatic(method.getModifiers())) {
                all.add(method);
            } else {
                instance = true;
            }
        }
        if (all.isEmpty() && instance) {
            throw new None("the method \"" + name + "\" of class " + type.getName() + " is not static, so it cannot be a factory");
        }
        return choose("class " + type.getName() + " has no public static method \"" + name + "\" for ", all, values, false);
    }

    /** method chooses a method. */
    static Choice method(Class<?> type, String name, List<Object> values) throws None {
        return choose("class " + type.getName() + " has no public method \"" + name + "\" for ", methods(type, name), values, false);
    }

    /** setter chooses a method with one parameter, or returns null if the class has no such method of that name. */
    static Choice setter(Class<?> type, String name, List<Object> values) throws None {
        List<Executable> all = methods(type, name);
        for (Executable method : all) {
            if (method.getParameterCount() == 1) {
                return choose("class " + type.getName() + " has no setter \"" + name + "\" for ", all, values, true);
            }
        }
        return null;
    }

    /** fluxFindsSetter reports whether Flux considers a setter for the value, also if it then fails because of null. */
    static boolean fluxFindsSetter(Class<?> type, String name, Object value) {
        for (Executable method : methods(type, name)) {
            if (method.getParameterCount() == 1 && (value == null || Conversion.fluxAccepts(value, method.getParameterTypes()[0]))) {
                return true;
            }
        }
        return false;
    }

    private static List<Executable> methods(Class<?> type, String name) {
        List<Executable> methods = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                methods.add(method);
            }
        }
        return methods;
    }

    private static Choice choose(String complaint, List<Executable> all, List<Object> values, boolean first) throws None {
        Executable flux = null;
        for (Executable member : all) {
            if (fluxAccepts(member, values) && (flux == null || !first)) {
                flux = member;
            }
        }
        String reason = "";
        if (flux != null && isAccessible(flux) && !isFailingBridge(flux, all, values)) {
            try {
                return new Choice(flux, convert(flux, values));
            } catch (Conversion.Mismatch e) {
                if (e.overflow) { // Flux has a choice here, but breaks the number
                    throw new None(describe(flux) + ": " + e.getMessage(), true);
                }
            }
        }
        List<Choice> fitting = new ArrayList<>();
        int sameCount = 0;
        for (Executable member : all) {
            if (member.getParameterCount() != values.size()) {
                continue;
            }
            sameCount += member.isSynthetic() ? 0 : 1;
            try {
                if (!isAccessible(member)) {
                    reason = "; " + signature(member) + " is not public";
                    continue;
                }
                fitting.add(new Choice(member, convert(member, values)));
            } catch (Conversion.Mismatch e) {
                reason = "; " + e.getMessage();
            }
        }
        if (fitting.isEmpty()) {
            throw new None(complaint + types(values) + "; it has: " + signatures(all) + (sameCount == 1 ? reason : ""));
        }
        return best(fitting);
    }

    /** best returns the choice whose parameters are the most specific ones. */
    private static Choice best(List<Choice> fitting) throws None {
        for (Choice candidate : fitting) {
            boolean best = true;
            for (Choice other : fitting) {
                best = best && isAsSpecific(candidate.member.getParameterTypes(), other.member.getParameterTypes());
            }
            if (best) {
                return candidate;
            }
        }
        List<Executable> members = new ArrayList<>();
        for (Choice choice : fitting) {
            members.add(choice.member);
        }
        throw new None("several fit equally well: " + signatures(members));
    }

    private static boolean isAsSpecific(Class<?>[] types, Class<?>[] others) {
        for (int i = 0; i < types.length; i++) {
            if (!others[i].isAssignableFrom(types[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean fluxAccepts(Executable member, List<Object> values) {
        Class<?>[] types = member.getParameterTypes();
        if (types.length != values.size()) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            if (!Conversion.fluxAccepts(values.get(i), types[i])) {
                return false;
            }
        }
        return true;
    }

    private static Object[] convert(Executable member, List<Object> values) throws Conversion.Mismatch {
        Class<?>[] types = member.getParameterTypes();
        Object[] converted = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            try {
                converted[i] = Conversion.convert(values.get(i), types[i]);
            } catch (Conversion.Mismatch e) {
                throw new Conversion.Mismatch("argument " + (i + 1) + ": " + e.getMessage(), e.overflow);
            }
        }
        return converted;
    }

    /**
     * isFailingBridge reports whether a method only casts its arguments for another one of its class, as generic classes
     * need it, and cannot do so.
     */
    private static boolean isFailingBridge(Executable member, List<Executable> all, List<Object> values) {
        boolean isBridge = false;
        for (Executable other : all) {
            boolean target = member.isSynthetic() && !other.isSynthetic() && other.getDeclaringClass() == member.getDeclaringClass()
                && other.getParameterCount() == values.size() && isAsSpecific(other.getParameterTypes(), member.getParameterTypes());
            boolean fits = true;
            for (int i = 0; target && i < values.size(); i++) {
                Class<?> type = other.getParameterTypes()[i];
                fits = fits && (type == member.getParameterTypes()[i] || type.isInstance(values.get(i)));
            }
            if (target && fits) {
                return false;
            }
            isBridge = isBridge || target;
        }
        return isBridge;
    }

    /** Flux finds constructors that are not public, but it cannot call them. */
    private static boolean isAccessible(Executable member) {
        return Modifier.isPublic(member.getModifiers());
    }

    /** invoke calls the constructor, or the method of the object; a static method needs no object. */
    Object invoke(Object object) throws InvocationTargetException, ReflectiveOperationException {
        if (!Modifier.isPublic(member.getDeclaringClass().getModifiers())) {
            member.setAccessible(true); // a public member of a class that is not
        }
        if (member instanceof Constructor) {
            return ((Constructor<?>) member).newInstance(arguments);
        }
        return ((Method) member).invoke(object, arguments);
    }

    private static String types(List<Object> values) {
        StringBuilder out = new StringBuilder();
        for (Object value : values) {
            out.append(out.length() == 0 ? "" : ", ").append(Conversion.typeOf(value));
        }
        return "(" + out + ")";
    }

    private static String signatures(List<Executable> members) {
        if (members.isEmpty()) {
            return "none";
        }
        StringBuilder out = new StringBuilder();
        for (Executable member : members) {
            out.append(out.length() == 0 ? "" : ", ").append(signature(member));
        }
        return out.toString();
    }

    private static String describe(Executable member) {
        String type = " of class " + member.getDeclaringClass().getName();
        return (member instanceof Constructor ? "the constructor " : "the method ") + signature(member) + type;
    }

    private static String signature(Executable member) {
        StringBuilder out = new StringBuilder();
        for (Class<?> type : member.getParameterTypes()) {
            out.append(out.length() == 0 ? "" : ", ").append(Conversion.nameOf(type));
        }
        String name = member instanceof Constructor ? "" : member.getName();
        return name + "(" + out + ")";
    }
}
