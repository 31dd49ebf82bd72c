"""The command line: shuce."""
