package stormflux.judge;

/** An exception that Storm throws while it judges. It is an answer. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(Throwable cause) {
        super(cause);
    }

    /** Code of Storm that may throw. */
    interface Attempt<T> {
        T run() throws Throwable;
    }

    static <T> T of(Attempt<T> attempt) throws Refusal {
        try {
            return attempt.run();
        } catch (Question.Wrong e) {
            throw e;
        } catch (java.lang.reflect.InvocationTargetException e) {
            throw new Refusal(e.getCause());
        } catch (Throwable e) {
            throw new Refusal(e);
        }
    }
}
