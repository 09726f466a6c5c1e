package stormflux.cases;

import java.util.Map;
import javax.security.auth.Subject;
import org.apache.storm.security.auth.IAutoCredentials;

/** Plugins for credentials. */
public final class Plugins {
    private Plugins() {
    }

    /** Gives a token of the user in the configuration, and what it sees of other settings and plugins. */
    public static class Token implements IAutoCredentials {
        private Map<String, Object> conf;

        @Override
        public void prepare(Map<String, Object> topology) {
            conf = topology;
        }

        @Override
        public void populateCredentials(Map<String, String> credentials) {
            System.out.println("a plugin may print");
            credentials.put("token", "token of " + conf.get("user"));
            credentials.put("default", conf.get("storm.zookeeper.port") + " " + conf.get("count").getClass().getSimpleName());
            credentials.put("before", String.valueOf(credentials.containsKey("other")));
        }

        @Override
        public void populateSubject(Subject subject, Map<String, String> credentials) {
        }

        @Override
        public void updateSubject(Subject subject, Map<String, String> credentials) {
        }
    }

    public static final class Other extends Token {
        @Override
        public void populateCredentials(Map<String, String> credentials) {
            credentials.put("other", "é\n");
        }
    }

    public static final class Fails extends Token {
        @Override
        public void populateCredentials(Map<String, String> credentials) {
            throw new RuntimeException(new IllegalStateException("no ticket"));
        }
    }
}
