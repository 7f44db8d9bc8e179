"""Start-up: reads and checks the configuration, and wires the node that it describes.

node.app unloads this package when the node is made: nothing that runs later may import it.
"""
