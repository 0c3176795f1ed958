"""An agency's table of patients as case files: read, mapped by its columns, checked, published."""
