"""A key that is good when a request comes, and is not any more when it would write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.api import caller
from server.auth.credentials import Principal
from server.running import Service
from server.store.tables import Credential


@contextmanager
def losing(service: Service, **how: str) -> Iterator[None]:
    """Within the block every key becomes so (`ended`, `expires`) once it was looked at; afterwards it is as before."""
    found, before = caller._found, dict[str, dict[str, object]]()

    def last(known: Service, token: str) -> Principal:
        who = found(known, token)
        assert isinstance(who, Principal)
        with service.store.writing() as session:
            row = session.get_one(Credential, who.credential)
            before[row.id] = row.model_dump(include=set(how))
            row.sqlmodel_update(how)
        return who

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(caller, "_found", last)
        yield
    with service.store.writing() as session:
        for name, was in before.items():
            session.get_one(Credential, name).sqlmodel_update(was)
