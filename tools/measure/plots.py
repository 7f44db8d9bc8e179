"""PNG plots of a Result."""

BLUE, ORANGE, GREY = "#2a6fb0", "#d9822b", "#888888"

_TICKS = (2, 5, 10, 20, 50, 100, 200, 500, 1000)  # ms


def draw(folder, result):
    """Draw the plots of a Result into folder; return their paths."""
    import matplotlib  # here, since it takes a while to load

    matplotlib.use("Agg")
    return [
        _save(folder, "%s.png" % result.part, figure)
        for figure in [_DRAW[result.part](result.data)]
        if figure
    ]


def _save(folder, name, figure):
    path = folder / name
    figure.savefig(path, dpi=110)
    return path


def _figure(width, height, columns=1):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns, squeeze=False)[0]


def _latency(data):
    """Median and p99 over the floor, an operation a row; one chart for each speed."""
    bauds = sorted({row["baud"] for row in data["real"]})
    figure, axes = _figure(7 * len(bauds), 6, len(bauds))
    for axis, baud in zip(axes, bauds, strict=True):
        rows = [row for row in data["real"] if row["baud"] == baud]
        names = list(dict.fromkeys(row["operation"] for row in rows))
        for shift, load, color in ((-0.18, "idle", BLUE), (0.18, "full", ORANGE)):
            some = [row for row in rows if row["load"] == load]
            places = [names.index(row["operation"]) + shift for row in some]
            axis.barh(places, [row["p50_ms"] for row in some], 0.34, color=color, label=load)
            axis.hlines(
                places,
                [row["p50_ms"] for row in some],
                [row["p99_ms"] for row in some],
                color=color,
                lw=1.5,
            )
        for number, name in enumerate(names):
            floor = next(row["floor_ms"] for row in rows if row["operation"] == name)
            axis.vlines(floor, number - 0.4, number + 0.4, color="black", lw=1.5)
        axis.set_yticks(range(len(names)), names)
        axis.invert_yaxis()
        axis.set_xscale("log")
        axis.xaxis.set_minor_formatter("")
        axis.set_xticks(_TICKS, ["%d" % tick for tick in _TICKS])
        axis.set_xlim(1.5, 1500)
        axis.set_xlabel("ms; bar: median, line: to p99, black mark: wire floor")
        axis.set_title("%d baud" % baud)
        axis.legend(loc="lower right")
    return figure


def _memory(data):
    """What the largest modules take, and the heap over the operations."""
    figure, axes = _figure(14, 6, 2)
    most = sorted(data["sizes"], key=lambda each: -(each["loaded"] or 0))[:25]
    axes[0].barh(
        [each["module"] for each in most], [each["loaded"] or 0 for each in most], color=BLUE
    )
    axes[0].invert_yaxis()
    axes[0].set_xlabel("bytes of heap when loaded (64-bit)")
    soak = data["soak"]
    done = [number * soak["step"] for number in range(len(soak["heap"]))]
    axes[1].plot(done, [used / 1024 for used in soak["heap"]], color=ORANGE)
    axes[1].set_ylim(0, 1.2 * max(soak["heap"]) / 1024)
    axes[1].set_xlabel("operations")
    axes[1].set_ylabel("K of heap in use after a collection")
    axes[1].set_title("least heap of the whole tour: %d K" % data["least_heap_k"])
    return figure


def _parse(data):
    """Lines a second, a way a colour."""
    figure, (axis,) = _figure(9, 4)
    chunks = list(data["rates"])
    names = list(data["rates"][chunks[0]])
    for number, (name, color) in enumerate(zip(names, (BLUE, ORANGE, GREY), strict=True)):
        places = [place + (number - 1) * 0.26 for place in range(len(chunks))]
        axis.bar(
            places, [data["rates"][chunk][name] for chunk in chunks], 0.24, color=color, label=name
        )
    axis.set_xticks(range(len(chunks)), ["%d" % chunk for chunk in chunks])
    axis.set_xlabel("bytes that have arrived when somebody looks")
    axis.set_ylabel("lines a second")
    axis.legend()
    return figure


def _scale(data):
    """Latency and processor over the number of modules."""
    figure, axes = _figure(12, 4.5, 2)
    modules = [row["modules"] for row in data["rows"]]
    for name, color in (("p50_ms", BLUE), ("p99_ms", ORANGE), ("max_ms", GREY)):
        axes[0].plot(
            modules, [row[name] for row in data["rows"]], "o-", color=color, label=name[:-3]
        )
    axes[0].axhline(3000, color="black", lw=1, ls="--")
    axes[0].set_yscale("log")
    axes[0].set_ylabel("ms; dashed: the window")
    axes[0].legend()
    axes[1].plot(modules, [row["cpu"] for row in data["rows"]], "o-", color=BLUE)
    axes[1].axhline(100 * data["processors"], color="black", lw=1, ls="--")
    axes[1].set_ylabel("% of a processor; dashed: all there is")
    for axis in axes:
        axis.set_xlabel("modules with nodes")
        axis.set_ylim(bottom=1 if axis is axes[0] else 0)
    return figure


_DRAW = {"latency": _latency, "memory": _memory, "parse": _parse, "scale": _scale}
