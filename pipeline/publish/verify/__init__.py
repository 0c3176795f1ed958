"""Verification: a packet is what its manifest says. Runs before every publication, and on demand."""
