"""A switch: one pin, for 5850."""


def switch(pin_class, pin, active_high=True):
    """Return on_off(on), off from the start; it raises OSError when the pin fails.

    pin_class(pin, mode, value=…) makes the pin; active_high: on is 1.
    """
    output = pin_class(pin, pin_class.OUT, value=0 if active_high else 1)

    def on_off(on):
        output.value(1 if bool(on) == active_high else 0)

    return on_off
