"""visa-packet: one patient JSON file in, one submission-ready PDF bundle out."""
