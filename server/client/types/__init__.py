"""What the service answers; made by `make docs`."""
