"""PNG plots of a Result."""

BLUE, ORANGE, GREY = "#2a6fb0", "#d9822b", "#888888"


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
        axis.set_xlabel("ms; bar: median, line: to p99, black mark: wire floor")
        axis.set_title("%d baud" % baud)
        axis.legend(loc="lower right")
    return figure


_DRAW = {"latency": _latency}
