"""The HTTP API of the local OneNET (facts platform.md 1), as an ASGI application."""

from bench.api.app import make_app

__all__ = ["make_app"]
