"""The picture that is shown where somebody shares the site's address, and the badge for a README."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from datasummary.site.reading import Published
from datasummary.translation import speaking, t
from datasummary.writing import labelled

__all__ = ["PREVIEW_SIZE", "badge_svg", "preview_png"]

PREVIEW_SIZE = (1200, 630)

_PREVIEW = """
#set page(width: 1200pt, height: 630pt, margin: 0pt, fill: rgb("#f5f7fa"))
#set text(font: "Libertinus Serif", fill: rgb("#191d24"), hyphenate: false)
#set par(leading: 0.42em)
#let given = sys.inputs
#place(rect(width: 18pt, height: 630pt, fill: rgb("#1a3f8b")))
#place(dx: 88pt, dy: 72pt, block(width: 1020pt)[
  #text(size: 34pt, weight: "semibold", fill: rgb("#1a3f8b"), given.provider)
])
#place(dx: 88pt, dy: 150pt, block(width: 1020pt)[
  #stack(
    spacing: 40pt,
    text(size: 72pt, weight: "semibold", given.title),
    text(size: 42pt, fill: rgb("#596273"), given.models),
  )
])
#place(bottom, dx: 88pt, dy: -64pt, block(width: 1020pt)[
  #line(length: 100%, stroke: 2pt + rgb("#c9d0da"))
  #v(22pt, weak: true)
  #text(size: 32pt, given.version)
])
"""
_LONGEST = {"provider": 60, "models": 90}
_CHARACTER = 6.1
"""Mean width of a character of the badge, in its units."""
_HEIGHT = 20


def preview_png(site: Published) -> bytes:
    """Return the picture, 1200 by 630; it uses no font but those of Typst, so that its bytes are the same everywhere.

    What stands in it is given as text, and is never read as markup.
    """
    import typst

    with speaking(site.language):
        words = {
            "provider": _short(site.provider, _LONGEST["provider"]),
            "title": t("Training content: the public summary"),
            "models": _short(", ".join(site.models), _LONGEST["models"]),
            "version": t("Version {version} · {date}", version=_short(site.version, 30), date=site.day),
        }
    picture = typst.compile(_PREVIEW.encode(), format="png", ppi=72.0, sys_inputs=words, ignore_system_fonts=True)
    return bytes(picture) if isinstance(picture, bytes) else b""


def badge_svg(site: Published) -> str:
    """Return the badge: what it links to, and its version. It loads nothing."""
    with speaking(site.language):
        label, value = t("training content"), t("summary {version}", version=_short(site.version, 30))
        title = labelled(label, value)
    parts = [round(len(text) * _CHARACTER) + 14 for text in (label, value)]
    width = sum(parts)
    middle = [parts[0] / 2, parts[0] + parts[1] / 2]
    words = "".join(
        f'<text x="{x:g}" y="14" textLength="{part - 14}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        for x, part, text in zip(middle, parts, (label, value), strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>"
        f'<clipPath id="edge"><rect width="{width}" height="{_HEIGHT}" rx="3"/></clipPath><g clip-path="url(#edge)">'
        f'<rect width="{parts[0]}" height="{_HEIGHT}" fill="#4a5364"/>'
        f'<rect x="{parts[0]}" width="{parts[1]}" height="{_HEIGHT}" fill="#1a3f8b"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{words}</g></svg>\n"
    )


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
