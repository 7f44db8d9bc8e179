"""What a configuration may hold, as text tables, which take far less heap than dicts.

A line is a Field: name, kind, default, options. ! as default: the field is required; - as default:
none. Kinds, and the default and options of each:

    int low high [unit]     whole number
    bool
    one choices             one of several
    text longest [format]   string of so many bytes that may go to the UART; format cops, server,
                            address, key, rom or name
    in, out [needed [shared]]  pin to be read or driven. The default names an attribute of the
                            board definition, which null and "board" stand for. needed: not null;
                            asked: null is none. Devices with the same shared may be on one pin
    uart, bus               number of the module's UART, of an I2C bus; default as for pins
    range                   [low, high] in its units; default and option are low and high
    map table               object with the fields of that table
    pins, states            of a multi-state output
    list least most         sensors or actuators
"""

from collections import namedtuple

Field = namedtuple("Field", ("name", "kind", "default", "options"))  # noqa: PYI024

_TABLES = """
[configuration]
module map {} module
network map {} network
onenet map {} onenet
sensors list ! 1 8
actuators list [] 0 4
outbox map {} outbox
udp map {} udp
power map {} power
log map {} log
safety map {} safety

[module]
uart uart UART
baud one 9600 4800 9600 57600 115200
tx out UART_TX
rx in UART_RX
rxbuf int 1024 1024 8192 bytes
reset_pin out RESET asked
power_pin out POWER asked
pause_ms int 20 0 5000 milliseconds
dialect one auto auto seed m5310a
clock one utc utc local

[network]
cops text - 6 cops
earfcn int - 0 65535
register_timeout int 180 20 3600 seconds

[onenet]
lifetime int 3600 120 86400 seconds
open_timeout int 30 30 120 seconds
server text - 64 server
bootstrap bool true
timestamps bool false
enabled bool true

[outbox]
readings int 0 0 4096
period int 300 10 86400 seconds

[udp]
server text - 21 address
port int 41000 1 65535
period int 300 1 86400 seconds
readings int 1024 64 4096
key text - 64 key

[power]
mode one always always psm cycle
active int 10 2 11160 seconds
update int 0 0 35712000 seconds
edrx int 0 0 10485 seconds
release bool false
period int 900 60 86400 seconds
awake int 90 30 600 seconds

[log]
level int 1 0 3
trace int 1024 0 8192 bytes

[safety]
watchdog int 0 0 120 seconds
stop_pin in STOP asked

[sensor]
type one ! ds18x20 ntc sht3x bmp280 pin mcu
instance int ! 0 7
period int 10 1 3600 seconds

[measured]
units text - 16

[ds18x20]
object one 3303 3303
range range -55 125
pin out ONEWIRE needed 1-wire
rom text - 16 rom
index int 0 0 7

[ntc]
object one 3303 3303
range range -40 125
pin in ADC needed
r25 int 10000 100 1000000 ohms
b int 3950 1000 10000 kelvin
series int 10000 100 1000000 ohms
side one low low high

[sht3x]
object one 3303 3303 3304
range range -40 125
bus bus I2C
scl out I2C_SCL - SCL
sda out I2C_SDA - SDA
address one 68 68 69

[bmp280]
object one 3315 3315
range range 300 1100
bus bus I2C
scl out I2C_SCL - SCL
sda out I2C_SDA - SDA
address one 118 118 119

[pin]
object one 3342 3200 3302 3342
pin in "" needed
pull one up up down none
active one low low high
debounce int 5 0 1000 milliseconds

[mcu]
object one 3303 3303
range range -40 125

[actuator]
object one 3306 3306 3311
instance int ! 0 7
application_type text "" 32
switch map - switch
dimmer map - dimmer
multistate map - multistate

[switch]
pin out SWITCH needed
active one high high low

[dimmer]
pin out DIMMER needed
freq int 1000 10 40000 Hz

[multistate]
pins pins !
states states !
boot text ! 32 name

"""


def fields(table: str) -> list:
    """Return the lines of table as Fields, with numbers as int; options is a list."""
    start = _TABLES.index("[%s]" % table) + len(table) + 3
    lines = _TABLES[start : _TABLES.index("\n\n", start)].split("\n")
    out = []
    for line in lines:
        words = [_value(word) for word in line.split(" ")]
        default = words[2] if len(words) > 2 else None
        out.append(Field(words[0], words[1], default, words[3:]))
    return out


def _value(word: str) -> object:
    """Return what word stands for; ... for a required field."""
    if word.lstrip("-").isdigit():
        return int(word)
    if word == "{}":
        return {}
    if word == "[]":
        return []
    if word in ("!", "-", "false", "true", '""'):
        return {"!": ..., "-": None, "false": False, "true": True, '""': ""}[word]
    return word
