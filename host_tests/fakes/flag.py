"""What an asyncio.Event is without a loop; how it is waited for is its user's."""


class Flag:
    def __init__(self):
        self._set = False

    def set(self):
        self._set = True

    def clear(self):
        self._set = False

    def is_set(self):
        return self._set
