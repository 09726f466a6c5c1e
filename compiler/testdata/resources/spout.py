class Spout:
    """Only compiled: no test runs it."""
