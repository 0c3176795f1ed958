"""Digital signatures of bundles: making and checking them (extra ``sign``)."""
