"""The module driver: lines, the AT engine, network, OneNET session, UDP, recovery."""
