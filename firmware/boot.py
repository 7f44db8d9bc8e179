"""Runs first on a board and must return: nothing needs doing before main.py."""
