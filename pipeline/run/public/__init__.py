"""The functions of cases that programs call: each takes plain values, checks their types, and calls the rooms."""
