"""All flows that there are, driven by this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from server.flow import apart, duties, executors, judging, posting, queue, rebalancing, surveillance
from server.flow.alone import alone
from server.flow.durable import flowing
from server.running import Service


@contextmanager
def driving(service: Service, lease: timedelta = queue.LEASE) -> Iterator[None]:
    """`lease`: of a worker; none is heard of for longer than that, nor than a process is given."""
    known = service.settings
    with (
        surveillance.apart(service) as surveys,
        flowing(
            service.store,
            known.database,
            [rebalancing.flow(service), surveys],
            duties.of(service),
            min(lease, executors.LEASE),
        ) as leads,
        alone(leads, lambda: apart.kept(known, judging.keep)),
        posting.posting(service),
    ):
        yield
