"""Publish: a packet is put into place as a whole, or not at all, and can be verified later.

In: the files of one packet. Out: a folder (or remote prefix) with ``manifest.json``, swapped in one step.
``verify/`` compares a packet with its manifest, before it is published and on demand; ``signing/`` signs bundles.
"""
