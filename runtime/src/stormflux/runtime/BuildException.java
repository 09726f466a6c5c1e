package stormflux.runtime;

/** An object of a definition cannot be built. The message names the component, the place in the YAML and the reason. */
public final class BuildException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;

    BuildException(String place, String reason, Throwable cause) {
        super(place + ": " + reason, cause);
        this.reason = reason;
    }

    /** reason returns the message without the component and its place. */
    public String reason() {
        return reason;
    }
}
