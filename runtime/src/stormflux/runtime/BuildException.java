package stormflux.runtime;

/** An object of a definition cannot be built. The message names the component, the place in the YAML and the reason. */
public final class BuildException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BuildException(String message, Throwable cause) {
        super(message, cause);
    }
}
