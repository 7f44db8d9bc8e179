"""The computer as a board: what boards/PC/machine.py talks to.

The node's interpreter holds what a board holds. Its pins and buses (the virtual board) and the
stream behind its UART live here, so that its heap measures the node and nothing else.
"""
