"""make doctor: what is wrong with a board, its wires, its module, its network, one line a check.

run walks the checks in order; those that depend on one that failed are skipped. plan is the
configuration they go by. report says how a check ended; talk speaks AT through the board. What
runs on the board is in deploy/onboard, and stays there no longer than it is needed.
"""
