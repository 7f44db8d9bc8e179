"""make energy: what settings cost, by a day of node, module and platform in virtual time."""
