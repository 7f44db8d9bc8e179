"""What a configuration may hold, as data.

A rule is (kind, default, …); a field is required when its default is REQUIRED, and null stands for
the default. Kinds, and what follows the default:

    int low, high[, unit]   whole number
    bool
    one choices             one of a tuple
    text longest[, format]  string that may go to the UART; format "cops", "server", "rom", "name"
    in, out [needed[, shared]]  pin to be read or driven; the default names an attribute of the
                            board definition; devices with the same shared may be on one pin
    uart, bus               number of the module's UART, of an I2C bus; default as for pins
    range                   [low, high] in °C
    map fields              object with these fields
    pins, states            of a multi-state output
    list lowest, highest    sensors or actuators
"""

REQUIRED = ...

SENSOR = {
    "type": ("one", REQUIRED, ("ds18x20", "ntc", "sht3x", "mcu")),
    "instance": ("int", REQUIRED, 0, 7),
    "period": ("int", 10, 1, 3600, "seconds"),
    "units": ("text", "Cel", 16),
    "range": ("range", None),  # what the type can measure
}
DRIVERS = {
    "ds18x20": {
        "pin": ("out", "ONEWIRE", True, "1-wire"),
        "rom": ("text", None, 16, "rom"),
        "index": ("int", 0, 0, 7),
    },
    "ntc": {
        "pin": ("in", "ADC", True),
        "r25": ("int", 10000, 100, 1000000, "ohms"),
        "b": ("int", 3950, 1000, 10000, "kelvin"),
        "series": ("int", 10000, 100, 1000000, "ohms"),
        "side": ("one", "low", ("low", "high")),
    },
    "sht3x": {
        "bus": ("bus", "I2C"),
        "scl": ("out", "I2C_SCL", False, "SCL"),
        "sda": ("out", "I2C_SDA", False, "SDA"),
        "address": ("one", 0x44, (0x44, 0x45)),
    },
    "mcu": {},
}
ACTUATOR = {
    "instance": ("int", REQUIRED, 0, 7),
    "application_type": ("text", "", 32),
    "switch": (
        "map",
        None,
        {"pin": ("out", "SWITCH", True), "active": ("one", "high", ("high", "low"))},
    ),
    "dimmer": (
        "map",
        None,
        {"pin": ("out", "DIMMER", True), "freq": ("int", 1000, 10, 40000, "Hz")},
    ),
    "multistate": (
        "map",
        None,
        {
            "pins": ("pins", REQUIRED),
            "states": ("states", REQUIRED),
            "boot": ("text", REQUIRED, 32, "name"),
        },
    ),
}
FIELDS = {
    "module": (
        "map",
        {},
        {
            "uart": ("uart", "UART"),
            "baud": ("one", 9600, (4800, 9600, 57600, 115200)),
            "tx": ("out", "UART_TX"),
            "rx": ("in", "UART_RX"),
            "rxbuf": ("int", 2048, 1024, 8192, "bytes"),
            "reset_pin": ("out", "RESET"),
            "power_pin": ("out", "POWER"),
            "pause_ms": ("int", 20, 0, 5000, "milliseconds"),
            "dialect": ("one", "seed", ("seed", "m5310a")),
        },
    ),
    "network": (
        "map",
        {},
        {
            "cops": ("text", None, 6, "cops"),
            "earfcn": ("int", None, 0, 65535),
            "register_timeout": ("int", 180, 20, 3600, "seconds"),
        },
    ),
    "onenet": (
        "map",
        {},
        {
            "lifetime": ("int", 3600, 120, 86400, "seconds"),
            "open_timeout": ("int", 30, 30, 120, "seconds"),
            "server": ("text", None, 64, "server"),
        },
    ),
    "sensors": ("list", REQUIRED, 1, 8),
    "actuators": ("list", [], 0, 4),
    "log": ("map", {}, {"level": ("int", 1, 0, 3)}),
    "watchdog": (
        "map",
        {},
        {"enabled": ("bool", False), "timeout": ("int", 60, 5, 300, "seconds")},
    ),
}

RANGES = {"ds18x20": (-55, 125), "ntc": (-40, 125), "sht3x": (-40, 125), "mcu": (-40, 125)}
