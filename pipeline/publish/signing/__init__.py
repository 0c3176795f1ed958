"""Digital signatures of bundles: signing, and checking signatures (extra ``sign``)."""
