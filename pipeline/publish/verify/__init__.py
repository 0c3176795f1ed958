"""Verification: compare a packet with its manifest, before every publication and on demand."""
