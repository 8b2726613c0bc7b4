"""The methods of each resource; made by `make docs`."""
