package stormflux.cases;

import java.util.Map;
import org.apache.storm.ICredentialsListener;

/** Storm 0.10 and later. */
public class Listener extends Sources.Sink implements ICredentialsListener {
    public void setCredentials(Map<String, String> credentials) {
        Worker.print("credentials", credentials);
    }
}
