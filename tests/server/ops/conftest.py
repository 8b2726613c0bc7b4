"""A service and its callers, as the routes' tests have them."""

from tests.server.api.conftest import admin, caller, client, first, nobody, service

__all__ = ["admin", "caller", "client", "first", "nobody", "service"]
