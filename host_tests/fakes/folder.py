"""A folder of files that a test makes below the present one, on CPython and on MicroPython."""

import os


def remove(path):
    """Remove the folder path with its files; nothing if it is not there."""
    try:
        for name in os.listdir(path):
            os.remove(path + "/" + name)
        os.rmdir(path)
    except OSError:
        pass
