package stormflux.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.security.auth.IAutoCredentials;
import org.apache.storm.utils.Utils;

/** Collects the credentials of a topology on the machine that submits it, as StormSubmitter does. */
final class Credentials {
    private Credentials() {
    }

    /**
     * Runs plugins in their order. conf is what storm.yaml and the topology set: Storm's defaults count below it.
     */
    static Map<String, Object> collect(List<?> plugins, Map<String, Object> conf) throws Exception {
        Map<String, Object> all = new LinkedHashMap<String, Object>(Utils.readDefaultConfig());
        all.putAll(conf);
        Map<String, String> collected = new LinkedHashMap<>();
        for (Object name : plugins) {
            try {
                IAutoCredentials plugin = (IAutoCredentials) Class.forName((String) name).getDeclaredConstructor().newInstance();
                plugin.prepare(all);
                plugin.populateCredentials(collected);
            } catch (Throwable e) {
                throw new BuildException(null, name + ": " + reason(e), e);
            }
        }
        return new LinkedHashMap<String, Object>(collected);
    }

    /** Storm wraps the exceptions of logins in others that say nothing. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && (cause.getClass() == RuntimeException.class || cause instanceof ReflectiveOperationException
                && !(cause instanceof ClassNotFoundException))) {
            cause = cause.getCause();
        }
        return cause.toString();
    }
}
