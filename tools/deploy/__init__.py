"""Putting the node on a board, and looking after it there: make deploy, logs, config, flash …

Everything that is said to a board goes through link.Link; what can go wrong ends in an
errors.DeployError, one sentence and the next step. standin is a board without hardware.
"""
