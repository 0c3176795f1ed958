"""Looking at a template set as the pages that it makes of a case, and at what changed since another version of it."""
