package stormflux.runtime;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.storm.hooks.IWorkerHook;

/**
 * Is a worker hook in its serialized form. The worker gets a proxy instead of this object, because the parameters of
 * IWorkerHook.start depend on the release.
 */
public final class Hook implements Serializable {
    private static final long serialVersionUID = 1;

    private final String definition;

    /** Hook keeps the definition as JSON. The hook is built when the worker starts it. */
    public Hook(String definition) {
        this.definition = definition;
    }

    private Object readResolve() {
        return Proxy.newProxyInstance(Hook.class.getClassLoader(), new Class<?>[] {IWorkerHook.class}, new Handler(definition));
    }

    private static final class Handler implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 1;

        private final String definition;
        private transient Object hook;

        Handler(String definition) {
            this.definition = definition;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getDeclaringClass() == Object.class) {
                return method.invoke(this, arguments);
            }
            if (hook == null) {
                Definition read = new Definition(definition);
                Object built = read.build();
                read.require(built instanceof IWorkerHook, built, "worker hook", "it does not implement IWorkerHook");
                hook = built;
            }
            try {
                return method.invoke(hook, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
