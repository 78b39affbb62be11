"""The list of domains as the appendix of the summary's DOCX: a table of ranks and names, in two columns of the page."""

from __future__ import annotations

from datasummary.documents.fields import DomainList
from datasummary.render.docx_document import DocxDocument, breadth, paragraph, run
from datasummary.render.json_documents import DOMAINS_FILE
from datasummary.render.markdown_page import NAMES_SHOWN
from datasummary.translation import t

__all__ = ["add_appendix", "domains_told"]

_ANCHOR = "appendix"
_NAMES_WHOLE = 5_000
"""The longest list that the appendix holds whole; of longer ones it holds the first names."""
_WIDTHS = (12.0, 69.0)
_GAP = 8.0
_ROOM = 66.0
"""For a name, in millimetres."""
_POINTS = 8
"""The size of the style Domain Name."""


def domains_told(file: DocxDocument, domains: DomainList) -> str:
    """Return paragraphs that say how the list was made, how many it holds, and where they stand."""
    shown = _names_shown(domains)
    if shown == len(domains.names):
        where = t("They stand in the appendix to this document, too.")
    else:
        where = t("The first {count} stand in the appendix to this document.", count=_grouped(shown))
    link = paragraph(file.inner_link(where, _ANCHOR)) if shown else ""
    return file.prose(domains.method) + _counted(file, domains) + link


def add_appendix(file: DocxDocument, domains: DomainList) -> None:
    """Append the names on pages of their own; nothing where there are none."""
    shown = _names_shown(domains)
    if not shown:
        return
    title = t("Appendix: most relevant domain names crawled")
    file.heading(title, 1, anchor=_ANCHOR, new_page=True)
    file.add(_counted(file, domains))
    if shown < len(domains.names):
        file.add(file.text(t("The first {count} follow.", count=_grouped(shown))))
    file.in_columns(2, gap=_GAP)
    head = [paragraph(run(t("Rank")), "TableHeadNumber"), paragraph(run(t("Domain name")), "TableHead")]
    rows = (
        (paragraph(run(str(rank)), "DomainRank"), paragraph(_whole(name), "DomainName"))
        for rank, name in enumerate(domains.names[:shown], 1)
    )
    file.add(file.table("DomainTable", _WIDTHS, head, rows, title))


def _names_shown(domains: DomainList) -> int:
    count = len(domains.names)
    return count if count <= _NAMES_WHOLE else NAMES_SHOWN


def _counted(file: DocxDocument, domains: DomainList) -> str:
    told = t(
        "{file} holds the whole list: {listed} of {all} domain names, by rank.",
        file=DOMAINS_FILE,
        listed=_grouped(len(domains.names)),
        all=_grouped(domains.total),
    )
    before, name, after = told.partition(DOMAINS_FILE)
    return paragraph(run(before) + file.file_link(name) + run(after))


def _whole(name: str) -> str:
    """Return a name as a run that fits on one line: the letters of a long one are narrower."""
    length = breadth(name, _POINTS)
    return run(name, properties=f'<w:w w:val="{int(100 * _ROOM / length)}"/>' if length > _ROOM else "")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
