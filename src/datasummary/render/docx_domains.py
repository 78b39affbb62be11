"""The list of domains as the appendix of the summary's DOCX: a table of ranks and names, in two columns of the page."""

from __future__ import annotations

from datasummary.documents.fields import DomainList
from datasummary.render.docx_document import DocxDocument, breadth, paragraph, run
from datasummary.render.json_documents import DOMAINS_FILE
from datasummary.render.listed_names import grouped, names_appended
from datasummary.translation import t

__all__ = ["add_appendix", "domains_told"]

_ANCHOR = "appendix"
_WIDTHS = (12.0, 69.0)
_GAP = 8.0
_ROOM = 66.0
"""For a name, in millimetres."""
_POINTS = 8
"""The size of the style Domain Name."""


def domains_told(file: DocxDocument, domains: DomainList) -> str:
    """Return paragraphs that say how the list was made, how many it holds, and where they stand."""
    names = names_appended(domains)
    if len(names) == len(domains.names):
        where = t("They stand in the appendix to this document, too.")
    else:
        where = t("The first {count} stand in the appendix to this document.", count=grouped(len(names)))
    link = paragraph(file.inner_link(where, _ANCHOR)) if names else ""
    return file.prose(domains.method) + _counted(file, domains) + link


def add_appendix(file: DocxDocument, domains: DomainList) -> None:
    """Append the names on pages of their own; nothing where there are none."""
    names = names_appended(domains)
    if not names:
        return
    title = t("Appendix: most relevant domain names crawled")
    file.heading(title, 1, anchor=_ANCHOR, new_page=True)
    file.add(_counted(file, domains))
    if len(names) < len(domains.names):
        file.add(file.text(t("The first {count} follow.", count=grouped(len(names)))))
    file.in_columns(2, gap=_GAP)
    head = [paragraph(run(t("Rank")), "TableHeadNumber"), paragraph(run(t("Domain name")), "TableHead")]
    rows = (
        (paragraph(run(str(rank)), "DomainRank"), paragraph(_whole(name), "DomainName"))
        for rank, name in enumerate(names, 1)
    )
    file.add(file.table("DomainTable", _WIDTHS, head, rows, title))


def _counted(file: DocxDocument, domains: DomainList) -> str:
    told = t(
        "{file} holds the whole list: {listed} of {all} domain names, by rank.",
        file=DOMAINS_FILE,
        listed=grouped(len(domains.names)),
        all=grouped(domains.total),
    )
    before, name, after = told.partition(DOMAINS_FILE)
    return paragraph(run(before) + file.file_link(name) + run(after))


def _whole(name: str) -> str:
    """Return a name as a run that fits on one line: the letters of a long one are narrower."""
    length = breadth(name, _POINTS)
    return run(name, properties=f'<w:w w:val="{int(100 * _ROOM / length)}"/>' if length > _ROOM else "")
