"""make types finds the mistakes that a board alone would show; the tree itself is make lint's."""

import ast
import subprocess

import pytest
from devcode import compiler

import typecheck
from deploy.errors import DeployError

PORT = "firmware/node/startup/board.py"
MCU = "firmware/node/sensors/mcu.py"
ROLLBACK = "firmware/node/rollback.py"
APP = "firmware/node/app.py"
SUPERVISOR = "firmware/node/supervisor.py"
MODEM = "lib/m5310/modem.py"
PWM = "firmware/node/actuators/timer_pwm.py"

# (board, file, what stands there, what is put there instead, what is said then)
SEEDS = [
    ("ESP32_GENERIC", PORT, "rxbuf=", "rxbuffer=", 'Unexpected keyword argument "rxbuffer"'),
    ("ESP32_GENERIC", MCU, "esp32.raw_temp", "esp32.row_temp", 'no attribute "row_temperature"'),
    (
        "ESP32_GENERIC",
        ROLLBACK,
        "count(path, failed + 1)",
        "count(path)",
        'Missing positional argument "starts"',
    ),
    (
        "ESP32_GENERIC",
        SUPERVISOR,
        "mipl.close()",
        "mipl.klose()",
        '"Mipl" has no attribute "klose"',
    ),
    ("ESP32_GENERIC", SUPERVISOR, "mipl.update()", "mipl.update(1, 2, 3)", "Too many arguments"),
    ("ESP32_GENERIC", MODEM, "self.at.sync(", "self.at.wake(", 'no attribute "wake"'),
    (
        "PYBV11",
        SUPERVISOR,
        "clock.ticks_diff(now, start)",
        "now - start",
        "Unsupported left operand",
    ),
    ("PYBV11", PORT, "machine.Pin.OUT", "machine.Pin.OUTPUT", 'no attribute "OUTPUT"'),
    ("PYBV11", MCU, ".read_core_temp", ".read_core_tmp", 'no attribute "read_core_tmp"'),
    ("PYBV11", PWM, "freq=freq", "hertz=freq", 'Unexpected keyword argument "hertz"'),
]


@pytest.mark.parametrize("board", ["ESP32_GENERIC", "PYBV11"])
def test_a_mistake_is_found_where_it_is(board):
    texts = {}
    for _, file, old, new, _ in [seed for seed in SEEDS if seed[0] == board]:
        texts.setdefault(file, (typecheck.ROOT / file).read_text())
        assert old in texts[file]
        texts[file] = texts[file].replace(old, new)
    lines = typecheck.check(board, texts)
    for _, file, _, _, said in [seed for seed in SEEDS if seed[0] == board]:
        assert any(line.startswith(file + ":") and said in line for line in lines), lines
    assert {line.split(":")[0] for line in lines} == set(texts)


def test_every_board_has_stubs_for_its_port():
    for name in typecheck.boards.names():
        assert len(typecheck.pins(typecheck.boards.load(name).port)) == 2


def test_a_port_without_stubs_says_where_they_belong():
    with pytest.raises(DeployError) as caught:
        typecheck.pins("zephyr")
    assert "add stubs-zephyr" in caught.value.step


def test_a_board_that_there_is_not_is_named(capsys):
    assert typecheck.main(["ESP23"]) == 1
    assert "there is no board ESP23" in capsys.readouterr().out


def test_a_file_that_is_no_python_is_said_by_the_checker():
    lines = typecheck.check("PC", {APP: "async def leave(:\n"})
    assert lines[0].startswith(APP + ":1: error: ") and lines[0].endswith("[syntax]")


class Bare(ast.NodeTransformer):
    """Takes the types out of a syntax tree, and what is imported for them alone."""

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node):
        return node.value and ast.Assign([node.target], node.value, lineno=0)

    def visit_Assign(self, node):
        return None if ast.unparse(node).startswith("_TYPE_CHECKING =") else node

    def visit_If(self, node):
        if ast.unparse(node.test) == "_TYPE_CHECKING":
            return node.orelse or None
        return self.generic_visit(node)


def compiled(tree, folder):
    source = folder / "source.py"
    source.write_text(ast.unparse(tree) + "\n")
    out = folder / "out.mpy"
    command = [compiler(), "-O3", "-s", "source", "-o", out, source]
    subprocess.run(command, check=True)
    return out.read_bytes()


def test_a_function_without_types_is_found():
    text = (typecheck.ROOT / SUPERVISOR).read_text() + "\n\ndef odd(x):\n    return x\n"
    (line,) = typecheck.check("PC", {SUPERVISOR: text})
    assert "Function is missing a type annotation" in line


def test_types_cost_a_board_nothing(tmp_path):
    for path in typecheck.sources(typecheck.boards.load("PYBV11")):
        text = (typecheck.ROOT / path).read_text()
        bare = compiled(Bare().visit(ast.parse(text)), tmp_path)
        assert compiled(ast.parse(text), tmp_path) == bare, path
