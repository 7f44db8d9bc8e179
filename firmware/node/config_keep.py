"""The copy of the last configuration that a node was set up with."""

import os


def keep(path, copy):
    """Keep the file path as copy, unless it is there already; return whether it was written.

    A power cut leaves the old copy or the new one. Raises OSError.
    """
    with open(path, "rb") as f:
        text = f.read()
    try:
        with open(copy, "rb") as f:
            if f.read() == text:
                return False
    except OSError:
        pass  # no copy yet
    draft = copy + ".new"
    with open(draft, "wb") as f:
        f.write(text)
    os.rename(draft, copy)
    return True
