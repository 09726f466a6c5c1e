package stormflux.judge;

/** What Storm threw at what it was asked to judge: this is an answer. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(Throwable cause) {
        super(cause);
    }

    /** Code of Storm's that may refuse. */
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
