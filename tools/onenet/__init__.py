"""onenet: the OneNET HTTP API from the command line, against the bench or the real platform."""
