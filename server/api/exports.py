"""The regulator's export: the records of a period with their proofs, as one zip (docs/exports.md).

It is written into a file without a name beside the data before its first byte leaves: whatever is wrong is a problem
and not half a zip, and who reads slowly holds no transaction.
"""

from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Annotated, Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from server import clock
from server.api.problem import ProblemError
from server.api.reads import ALL, about
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk.exam import export
from server.desk.exam.export import NotSeenError, Wanted
from server.desk.exam.scope import NotThereError, scope
from server.log import journal
from server.log.signer import SignerError
from server.running import Service

ZIP = "application/zip"
CHUNK = 2**18  # bytes
EXPORT = {"act": Act.EXPORT, "says": ZIP, "problems": ("not-found", "signer-down")}

Seen = Annotated[int | None, QueryParameter(ge=0, lt=journal.MOST)]


@get("/exports", opt=EXPORT, media_type=ZIP, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    first: Annotated[str, QueryParameter(name="from", description="the first day, such as 2026-01-01")],
    last: Annotated[str, QueryParameter(name="to", description="the last day, this one included")],
    household: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
    seen: Seen = None,
) -> Stream:
    """Export the records of a period.

    Of a household, of an account, or of all that one may see, with the totals first. Days are those of UTC."""
    begin, end = _day("from", first), _day("to", last)
    if end < begin:
        raise ProblemError("bad-parameter", f"`to` is {end}, which is before {begin}")
    with service.store.reading() as session:
        try:
            whose = scope(session, request.user, household, account, begin, end).household
        except NotThereError as error:
            raise _problem(error) from None
    about(request, *((request.user.households or (ALL,)) if whose is None else (whose,)))
    file: IO[bytes] = TemporaryFile(dir=service.settings.data)  # noqa: SIM115  # open until it is sent
    try:
        export.written(service, Wanted(request.user, household, account, begin, end, seen), file)
    except BaseException as error:
        file.close()
        raise _problem(error) from None
    name = f"{begin}-{end}.records.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(file.tell())}
    file.seek(0)
    return Stream(_sent(file), media_type=ZIP, headers=headers)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _day(name: str, said: str) -> date:
    found = clock.day(said)
    if found is None:
        raise ProblemError("bad-parameter", f"`{name}` is no day; write one such as 2026-01-31")
    return found


def _problem(error: BaseException) -> BaseException:
    if isinstance(error, NotThereError):
        return ProblemError("not-found", f"{error}, or it is not yours to see")
    if isinstance(error, NotSeenError):
        return ProblemError("bad-parameter", f"`seen`: {error}")
    if isinstance(error, SignerError):
        detail = "the log cannot be signed now, and an export is proven by it"
        return ProblemError("signer-down", detail, headers={"Retry-After": "60"})
    return error


ROUTES = Router("/", route_handlers=[one], tags=["exports"])
