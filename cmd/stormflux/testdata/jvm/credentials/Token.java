package stormflux.cases;

import java.util.Map;
import javax.security.auth.Subject;
import org.apache.storm.security.auth.IAutoCredentials;

/** A plugin for credentials: it needs the setting token.user. */
public final class Token implements IAutoCredentials {
    private Object user;

    @Override
    public void prepare(Map<String, Object> conf) {
        user = conf.get("token.user");
    }

    @Override
    public void populateCredentials(Map<String, String> credentials) {
        if (user == null) {
            throw new IllegalStateException("no token.user");
        }
        credentials.put("token", "token of " + user);
        credentials.put("shared", "of the plugin");
    }

    @Override
    public void populateSubject(Subject subject, Map<String, String> credentials) {
    }

    @Override
    public void updateSubject(Subject subject, Map<String, String> credentials) {
    }
}
