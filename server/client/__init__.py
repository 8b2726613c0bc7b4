"""A typed client of the HTTP API (docs/client.md). It needs httpx and pydantic, and nothing else of ours."""
