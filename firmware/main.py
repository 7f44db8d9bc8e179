"""Starts the node. Everything else is in the package node."""

from node.app import start

start()
