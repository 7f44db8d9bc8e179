"""make mutants: changes the device code in small ways and tells which no test noticed."""
