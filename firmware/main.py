"""Starts the node, unless it is held (see node.hold). Everything else is in the package node.

A board never ends in its prompt by itself: when not even the node's own way to start over can be
loaded, it is tried again after a minute.
"""

import sys

try:
    from node.hold import held

    if not held():
        from node.app import start

        start()
except Exception as e:  # Ctrl-C is none: it leads to the prompt
    sys.print_exception(e)
    try:
        import pins

        hosted = getattr(pins, "HOSTED", False)
    except Exception:  # no definition, or a broken one
        hosted = False
    if hosted:
        print("the node has ended: %r" % e)
        sys.exit(1)
    print("the node has ended: %r; the board restarts in 60 s, Ctrl-C keeps it from that" % e)
    print("if it does so again and again: make deploy")
    import time

    import machine

    time.sleep(60)
    machine.reset()
