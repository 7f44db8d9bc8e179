"""The one error of these tools: what is wrong, and what to do next."""


class DeployError(Exception):
    """what: one sentence for the user; step: the next step, or None. Ends a command, status 1."""

    def __init__(self, what, step=None):
        super().__init__(what)
        self.what = what
        self.step = step


class BoardError(DeployError):
    """Code failed on the board: errno (or None) and trace, the last line of its traceback."""

    def __init__(self, what, step, errno, trace):
        super().__init__(what, step)
        self.errno = errno
        self.trace = trace
