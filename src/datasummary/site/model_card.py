"""The text to paste into a model's card or a README, with a badge; Markdown without any YAML."""

from __future__ import annotations

from datasummary.documents.copyright_policy import PUBLIC_NAME
from datasummary.render.markdown_page import cell, escaped
from datasummary.site.reading import Published
from datasummary.translation import speaking, t

__all__ = ["model_card"]


def model_card(site: Published, base: str) -> str:
    """Return a line with the badge, and a section that names summary, version, date, copyright policy and contact."""
    with speaking(site.language):
        alt = t("Public summary of training content, version {version}", version=site.version)
        lines = [
            f"[![{escaped(_line(alt))}]({base}badge.svg)]({base})",
            "",
            "## " + t("Training content"),
            "",
            t(
                "For {models}, {provider} publishes a summary of the content used for training, as Article 53(1)(d) "
                "of Regulation (EU) 2024/1689 asks.",
                provider=escaped(_line(site.provider)),
                models=escaped(_line(", ".join(site.models))),
            ),
            "",
            "- " + t("Public summary of training content: {link}", link=f"<{base}>"),
            "- " + t("Version {version} of {date}", version=escaped(_line(site.version)), date=site.day),
        ]
        if site.domains is not None:
            lines.append("- " + t("Look up a domain name: {link}", link=f"<{base}domains.html>"))
        if site.policy:
            lines.append("- " + t("Copyright policy, public summary: {link}", link=f"<{base}{PUBLIC_NAME}.html>"))
        for contact in site.contacts[:1]:
            words = "; ".join(cell(text) for _, text in contact.details) or escaped(_line(contact.name))
            lines.append("- " + t("Contact: {words}", words=words))
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())
