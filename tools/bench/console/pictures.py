"""Pictures of the board's outputs: SVG of our own, moved by CSS alone.

Each is drawn once; classes and custom properties on the element around it (see style.css) move it:
`on` closes the relay, --level 0..1 lights the lamp, --turn in degrees turns the knob. There is no
text from outside in any of them.
"""

import math

_SVG = '<svg viewBox="0 0 120 92" role="img" aria-hidden="true">%s</svg>'
SWEEP = 240  # degrees from the knob's first position to its last, the middle being on top

RELAY = _SVG % (
    '<path class="wire" d="M6 58H34M86 58H114"/>'
    '<path class="core" d="M46 84h28M52 78h16"/><path class="coil" d="M50 72h20M50 66h20"/>'
    '<circle class="pole" cx="36" cy="58" r="4"/><circle class="pole" cx="84" cy="58" r="4"/>'
    '<path class="arm" d="M36 58H83"/>'
    '<circle class="glow" cx="60" cy="18" r="15"/><circle class="lamp" cx="60" cy="18" r="7"/>'
)

LAMP = _SVG % (
    '<circle class="halo" cx="60" cy="38" r="34"/>'
    '<path class="bulb" d="M60 12a24 24 0 0 0-14 43.5c4 3 5 6 5 10.5h18c0-4.5'
    ' 1-7.5 5-10.5A24 24 0 0 0 60 12z"/>'
    '<path class="filament" d="M53 64V46l3.5-5 3.5 5 3.5-5 3.5 5v18"/>'
    '<path class="socket" d="M51 71h18M52 77h16M55 83h10"/>'
)


def knob(positions):
    """Return a rotary switch with so many positions."""
    dots = []
    for number in range(positions):
        angle = math.radians(turn(number, positions) - 90)
        x, y = 60 + 38 * math.cos(angle), 48 + 38 * math.sin(angle)
        dots.append('<circle class="dot" cx="%.1f" cy="%.1f" r="3"/>' % (x, y))
    return _SVG % (
        "".join(dots) + '<circle class="rim" cx="60" cy="48" r="28"/>'
        '<path class="pointer" d="M60 48V26"/><circle class="hub" cx="60" cy="48" r="5"/>'
    )


def turn(number, positions):
    """Return the knob's angle in degrees at a position of so many; 0 points up."""
    if positions < 2:
        return 0.0
    return -SWEEP / 2 + SWEEP * number / (positions - 1)
