"""make benchmark: latency, memory, parsing and scale in figures, each against its target."""
