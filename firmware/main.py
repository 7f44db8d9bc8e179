"""Starts the node, unless it is held (see node.hold). Everything else is in the package node."""

from m5310 import borrow

if not borrow("node.hold").held():
    from node.app import start

    start()
