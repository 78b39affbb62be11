"""What the project file says about collecting evidence from the live web."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from datasummary.sources import Part, Text

__all__ = ["Collecting", "Limits"]

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_-]+$", max_length=100)]
Contact = Annotated[
    str, StringConstraints(pattern=r"^(https?://[!-~]+|[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+)$", max_length=300)
]
Bytes = Annotated[int, Field(ge=1024)]
Seconds = Annotated[float, Field(gt=0, le=86400)]


class Limits(Part):
    """How much is taken from any one site. The defaults suit a run over millions of hosts."""

    delay: Annotated[float, Field(ge=1)] = 1.0
    """Seconds between the end of one request to a host and the next; ``Crawl-delay`` and its like only lengthen it."""
    connect_seconds: Seconds = 10.0
    """Time to resolve a name, and to connect, each."""
    first_byte_seconds: Seconds = 20.0
    """Time from the beginning of a request until all header fields are there."""
    total_seconds: Seconds = 60.0
    """Time for one request in all."""
    header_bytes: Bytes = 65_536
    """Size of an answer's header."""
    file_bytes: Bytes = 524_288
    """What is read of robots.txt and the other files, on the wire; the rest is cut off. RFC 9309 wants 500 KiB."""
    page_bytes: Bytes = 65_536
    """What is read of a sample page, on the wire."""
    redirects: Annotated[int, Field(ge=0, le=5)] = 5
    """Redirects followed for one document."""
    requests_per_host: Annotated[int, Field(ge=2)] = 50
    """Requests to one host in one collection, those that other sites redirect or refer to it included."""
    bytes_per_host: Bytes = 33_554_432
    """Bytes on the wire from one host in one collection."""
    seconds_per_host: Annotated[float, Field(gt=0)] = 3600.0
    """Time that one site may take, its own delays included. What would begin later is not asked for."""


class Collecting(Part):
    """How evidence is collected. Without it, nothing is ever fetched."""

    agent: Token
    """Product token of the user agent, for instance ``AcmeBot``: letters, ``_`` and ``-`` (RFC 9309, 2.2.1). Groups of
    robots.txt that name it hold for the collection."""
    contact: Contact
    """Page or e-mail address where the people behind the user agent can be reached. It stands in every request."""
    on_run: bool = False
    """Whether ``datasummary run`` collects, too. Without it, only ``datasummary collect`` goes to the network."""
    pages: Annotated[int, Field(ge=0, le=20)] = 0
    """How many of the manifest's own addresses are looked at on each host, for signals in headers and pages."""
    page_part: Literal["html", "headers"] = "html"
    """What is asked for of a sample page: the first part of the page, or its header alone (HEAD)."""
    do_not_contact: Text | None = None
    """File with hosts, one a line, that are never contacted; each stands for the hosts below it, too."""
    max_age: Annotated[float, Field(ge=0)] = 1.0
    """Days for which what was fetched is not fetched again."""
    limits: Limits = Limits()
    """Limits on time, bytes and requests."""

    @property
    def user_agent(self) -> str:
        """The User-Agent field that every request carries."""
        from datasummary import __version__

        return f"{self.agent} (+{self.contact}) datasummary/{__version__}"
