"""The work itself, one verb per file: the same whether it is asked for on the command line or by a service."""
