"""Publish: put a packet into its place as a whole or not at all, and verify it.

In: the files of one packet. Out: a folder (or remote prefix) with ``manifest.json``, swapped in one step.
``verify/`` compares a packet with its manifest, before it is published and on demand; ``signing/`` signs bundles.
"""
