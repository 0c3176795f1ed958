"""Timeline: dates from the papers to the return to sport, given in the case or derived from it."""
