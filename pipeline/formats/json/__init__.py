"""JSON: strict reading, the line and column of each value, and validation against the schemas."""
