"""What the DOCX documents share: an A4 page with its styles, words, tables, links, properties and footer.

The look is ``templates/docx-styles.xml``, whose styles have the names that word processors show. Words and tables are
made as WordprocessingML (ISO/IEC 29500), all text escaped; python-docx keeps the package. Nothing depends on the clock.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from importlib.resources import files
from unicodedata import east_asian_width, normalize
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from datasummary.documents.words import clean
from datasummary.render.docx_links import link_target
from datasummary.render.footer import DISCLAIMER
from datasummary.render.json_documents import generator
from datasummary.render.links import split_links
from datasummary.translation import spoken, t

__all__ = ["PLACES", "TEXT_WIDTH", "DocxDocument", "box", "breadth", "filled", "kept", "paragraph", "run"]

TEXT_WIDTH = 170.0
"""Between the margins of the page, in millimetres."""

PLACES = ("\ue000", "\ue001")
"""Signs of no meaning, which mark places in a sentence."""

_MARGIN = (210 - TEXT_WIDTH) / 2
_TWIPS_PER_MM = 1440 / 25.4
_LONGEST_PROPERTY = 255
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_REGIONS = {"en": "en-GB"}
"""Language tags with the region that spelling is checked by, where it is not the one with most speakers."""
_TALL = 28
"""Lines from which a row of a table may be split: kept whole, it would leave half a page empty."""
_MM_PER_SIGN = 1.7
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
_LOOSE = re.compile(r'<w:pStyle w:val="[^"]*"/>(?!<w:keepNext/>)')
_PARAGRAPH = re.compile(r"<w:p>.*?</w:p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SIGNS = (("ijlI'", 0.3), (" .,:;/|", 0.34), ("frt()[]!-", 0.42), ("ckszvxyJL", 0.6), ("w", 0.82), ("mMW%@&", 1.0))
_EMS = {sign: ems for signs, ems in _SIGNS for sign in signs}
_BREAKS = {"\n": "<w:br/>", "\t": "<w:tab/>"}
_APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


def run(text: str, style: str | None = None, properties: str = "") -> str:
    """Return text as a run, its tabs and line breaks kept; nothing for a text without a sign that XML holds."""
    styled = f"<w:rStyle w:val={quoteattr(style)}/>" if style else ""
    inside = "".join(
        _BREAKS.get(part) or f'<w:t xml:space="preserve">{escape(part)}</w:t>'
        for part in re.split(r"([\n\t])", _UNWRITABLE.sub("", text))
        if part
    )
    return (
        f"<w:r>{f'<w:rPr>{styled}{properties}</w:rPr>' if styled or properties else ''}{inside}</w:r>" if inside else ""
    )


def box(ticked: bool) -> str:
    """Return a check box, in a font that has one, and a space."""
    return run("☒" if ticked else "☐", "Box") + run("\u00a0")


def paragraph(inside: str, style: str = "Normal", properties: str = "") -> str:
    """Return a paragraph of runs."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inside}</w:p>'


def filled(sentence: str, *inside: str) -> str:
    """Return a sentence as runs, with runs in the places that :data:`PLACES` mark."""
    parts = re.split(f"([{''.join(PLACES)}])", sentence)
    return "".join(inside[PLACES.index(part)] if part in PLACES else run(part) for part in parts)


def breadth(text: str, points: float) -> float:
    """Return how broad a line may be, in millimetres, in the broadest font that is likely to stand in for Arial."""
    return points * 25.4 / 72 * sum(map(_ems, text))


def kept(blocks: str, rows: int = 1) -> str:
    """Return paragraphs and tables whose end stays on one page with what follows.

    That is the last paragraph; of a table the last ``rows``, unless the last one may be split.
    """
    start = blocks.rfind("<w:p>")
    if blocks.endswith(_AFTER_TABLE) and "<w:cantSplit/>" in blocks[blocks.rfind("<w:tr>") :]:
        for _ in range(rows):
            start = blocks.rfind("<w:tr>", 0, start)
    return blocks[:start] + _bound(blocks[start:])


_AFTER_TABLE = paragraph("", "AfterTable")


class DocxDocument:
    """A document that is written from its top to its end, in the language that is spoken."""

    def __init__(self, title: str, *, subject: str, provider: str, date: dt.date, running: str) -> None:
        """Begin a document; ``running`` stands at the foot of each page, beside its number."""
        self._docx = docx.Document()
        self._blocks: list[str] = []
        self._bookmarks = 0
        self._language = _language_tag(spoken())
        self._dress()
        self._state_properties(clean(title), clean(subject), clean(provider), date)
        self._set_page(clean(running))

    def begin(self, title: str, subtitle: str, models: str, facts: str) -> None:
        """Append what stands above everything else."""
        parties = paragraph(run(clean(models), "Strong") + run(f" · {clean(facts)}"), "Parties")
        self.add(self.text(title, "Title"), self.text(subtitle, "Subtitle"), parties)

    def add(self, *blocks: str) -> None:
        """Append paragraphs and tables."""
        self._blocks += filter(None, blocks)

    def close(self) -> None:
        """Append what stands below everything else, on a page where it is not alone."""
        self._blocks[-1] = kept(self._blocks[-1])
        self.add(self.text(t(DISCLAIMER), "Disclaimer"))

    def heading(self, text: str, level: int, *, anchor: str | None = None, new_page: bool = False) -> None:
        """Append a heading; links inside the document reach it by its anchor."""
        inside = run(clean(" ".join(text.split())))
        if anchor:
            number = self._bookmarks = self._bookmarks + 1
            inside = f'<w:bookmarkStart w:id="{number}" w:name="{anchor}"/>{inside}<w:bookmarkEnd w:id="{number}"/>'
        self.add(paragraph(inside, f"Heading{level}", "<w:pageBreakBefore/>" if new_page else ""))

    def text(self, text: str, style: str = "Normal", *, lead: str = "") -> str:
        """Return one paragraph with its addresses as links, after a strong ``lead``."""
        return paragraph((run(lead, "Strong") + run(" ") if lead else "") + self.words(text), style)

    def prose(self, text: str, style: str = "Normal") -> str:
        """Return paragraphs, which blank lines part in the text."""
        return "".join(self.text(part, style) for part in clean(text).split("\n\n") if part.strip())

    def words(self, text: str) -> str:
        """Return a text as runs, with its addresses as links."""
        return "".join(self.link(part, part) if is_link else run(part) for part, is_link in split_links(clean(text)))

    def link(self, text: str, address: str) -> str:
        """Return a link to an address; its text alone where a word processor would choke on the address."""
        target = link_target(address)
        return self._link(text, target) if target else run(text)

    def file_link(self, name: str) -> str:
        """Return a link to a file beside the document, whose name is all ASCII."""
        return self._link(name, name)

    def inner_link(self, text: str, anchor: str) -> str:
        """Return a link to a heading of the document."""
        return f'<w:hyperlink w:anchor="{anchor}" w:history="1">{run(text, "Hyperlink")}</w:hyperlink>'

    def table(
        self,
        style: str,
        widths: Sequence[float],
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        title: str,
        *,
        whole: bool = False,
    ) -> str:
        """Return a table of cells that are made of paragraphs, with a small space below it.

        ``widths`` are in millimetres; the row ``head``, whose last cell fills what is left, is repeated on each page;
        ``title`` is what programs that read aloud say of the table. Rows do not split unless they are very tall; those
        of a table that is ``whole`` stand on one page.
        """
        grid = [round(width * _TWIPS_PER_MM) for width in widths]
        told = quoteattr(clean(" ".join(title.split())))
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid)
        lines = [_row(head, grid, "<w:cantSplit/><w:tblHeader/>")]
        lines += [_row(row, grid, "" if _is_tall(row, widths) else "<w:cantSplit/>") for row in rows]
        if whole:
            lines = [*map(_bound, lines[:-1]), lines[-1]]
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(grid)}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="06A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" '
            f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val={told}/></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>" + _AFTER_TABLE
        )

    def in_columns(self, count: int, *, gap: float) -> None:
        """Set all that follows in columns, from here on the page; ``gap``, in millimetres, is between them."""
        section = self._docx.element.body.sectPr
        self.add(paragraph("", "AfterTable", section.xml))
        for reference in section.xpath("w:footerReference"):
            section.remove(reference)
        section.insert(0, parse_xml(f'<w:type {nsdecls("w")} w:val="continuous"/>'))
        columns = section.find(qn("w:cols"))
        columns.set(qn("w:num"), str(count))
        columns.set(qn("w:space"), str(round(gap * _TWIPS_PER_MM)))

    def content(self) -> bytes:
        """Return the file. The same document gives the same bytes."""
        section = self._docx.element.body.sectPr.xml
        blocks = "".join(self._blocks)
        # Parsed as a whole: to move as many elements into python-docx's own tree takes seconds.
        self._docx.part._element = parse_xml(
            f"<w:document {nsdecls('w', 'r')}><w:body>{blocks}{section}</w:body></w:document>"
        )
        written, fixed = io.BytesIO(), io.BytesIO()
        self._docx.save(written)
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                entry = zipfile.ZipInfo(name, _ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))
        return fixed.getvalue()

    def _link(self, text: str, target: str) -> str:
        known = self._docx.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return f'<w:hyperlink r:id="{known}" w:history="1">{run(text, "Hyperlink")}</w:hyperlink>'

    def _dress(self) -> None:
        """Put our styles in the place of python-docx's, and leave out what of its template says nothing."""
        part = self._docx.part
        for element, name in (
            (part.styles.element, "styles"),
            (part.numbering_part.element, "numbering"),
            (part.settings.element, "settings"),
        ):
            text = files("datasummary.render").joinpath("templates", f"docx-{name}.xml").read_bytes()
            element[:] = parse_xml(text)[:]
        for language in part.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), self._language)
            language.set(qn("w:eastAsia"), self._language)
        for language in part.settings.element.iter(qn("w:themeFontLang")):
            language.set(qn("w:val"), self._language)
        package = part.package
        for rels, kinds in (
            (part.rels, ("stylesWithEffects", "customXml")),
            (package.rels, ("thumbnail", "extended-properties")),
        ):
            for key in [key for key, rel in rels.items() if rel.reltype.rpartition("/")[2] in kinds]:
                del rels[key]
        made_by = f'<Properties xmlns="{_APP}"><Application>{" ".join(generator().values())}</Application></Properties>'
        app = Part(PackURI("/docProps/app.xml"), CONTENT_TYPE.OFC_EXTENDED_PROPERTIES, made_by.encode(), package)
        package.relate_to(app, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)

    def _state_properties(self, title: str, subject: str, provider: str, date: dt.date) -> None:
        properties = self._docx.core_properties
        properties.title, properties.subject = _shortened(title), _shortened(subject)
        properties.author = _shortened(provider)
        properties.last_modified_by = properties.author
        properties.language = self._language
        properties.comments = properties.keywords = properties.category = ""
        properties.created = properties.modified = dt.datetime.combine(date, dt.time())

    def _set_page(self, running: str) -> None:
        section = self._docx.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(_MARGIN)
        section.top_margin, section.bottom_margin = Mm(20), Mm(22)
        section.header_distance = section.footer_distance = Mm(11)
        number, count = (f'<w:fldSimple w:instr="{field}">{run("1")}</w:fldSimple>' for field in ("PAGE", "NUMPAGES"))
        inside = filled(t("Page {page} of {pages}", page=PLACES[0], pages=PLACES[1]), number, count)
        footer = section.footer
        footer.is_linked_to_previous = False
        old = footer.paragraphs[0]._p
        new = parse_xml(
            paragraph(run(running) + run("\t") + inside, "Footer").replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)
        )
        old.getparent().replace(old, new)


def _bound(blocks: str) -> str:
    return _LOOSE.sub(r"\g<0><w:keepNext/>", blocks)


def _ems(sign: str) -> float:
    sign = normalize("NFKD", sign)[0]
    if not sign.isascii():
        return 1.0 if east_asian_width(sign) in "WF" else 0.9
    return _EMS.get(sign) or (0.78 if sign.isupper() else 0.64)


def _language_tag(code: str) -> str:
    from babel import Locale
    from babel.core import get_global

    likely = get_global("likely_subtags").get(code, code)
    territory = Locale.parse(likely).territory
    return _REGIONS.get(code) or (f"{code}-{territory}" if territory else code)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_PROPERTY else text[: _LONGEST_PROPERTY - 1] + "…"


def _row(cells: Sequence[str], grid: Sequence[int], properties: str) -> str:
    """Return a row; where there are fewer cells than columns, the last cell spans the rest."""
    parts = []
    for place, cell in enumerate(cells):
        rest = grid[place:] if place == len(cells) - 1 else grid[place : place + 1]
        span = f'<w:gridSpan w:val="{len(rest)}"/>' if len(rest) > 1 else ""
        parts.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{sum(rest)}" w:type="dxa"/>{span}</w:tcPr>{cell or paragraph("")}</w:tc>'
        )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(parts)}</w:tr>"


def _is_tall(cells: Sequence[str], widths: Sequence[float]) -> bool:
    def lines(cell: str, width: float) -> float:
        texts = (_TAG.sub("", part.replace("<w:br/>", "\n")) for part in _PARAGRAPH.findall(cell))
        return sum(1 + len(line) * _MM_PER_SIGN // width for text in texts for line in text.split("\n"))

    return any(lines(cell, width) > _TALL for cell, width in zip(cells, widths, strict=False))
