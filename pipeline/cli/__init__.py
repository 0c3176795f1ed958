"""The command line: parses options, calls the library, reports. One file a command."""
