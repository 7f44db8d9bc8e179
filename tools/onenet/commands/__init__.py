"""The subcommands, grouped as the API groups its calls."""
