"""The other end of the node's datagrams (docs/udp-uplink.md): decoder, receiver, server."""
