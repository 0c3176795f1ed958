"""One module for each command of visa-packet."""
