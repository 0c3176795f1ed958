"""Timeline: dates from the papers to the return to sport, taken from the case or derived from it."""
