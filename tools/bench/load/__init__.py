"""The benchmark: many simulated nodes notify while a client asks the HTTP API."""
