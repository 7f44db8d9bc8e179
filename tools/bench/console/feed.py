"""A list that grows at its end and forgets at its beginning, in the browser as well."""

from nicegui.element import Element


class Feed(Element, component="feed.js"):
    """Shows rows {"id", "tone", "cells": [text], "bar": 0..1}, all of it as text.

    It holds the newest `keep` rows and stays at its end unless the reader has scrolled up. With
    upwards=True the newest row is on top. empty: what is said while there is none.
    """

    def __init__(self, keep, empty, upwards=False):
        super().__init__()
        self.keep = keep
        self._props.update(keep=keep, empty=empty, upwards=upwards)

    def put(self, rows):
        """Add rows behind those that are there."""
        if rows:
            self.run_method("put", rows[-self.keep :])

    def renew(self, rows):
        """Show these rows instead."""
        self.run_method("renew", rows[-self.keep :])
