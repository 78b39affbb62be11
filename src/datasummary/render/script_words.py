"""The words of the script that shows the table of hosts: it has none of its own, but finds them in the page as data.

Each is a text with named places, which the script fills; where there is a number, the forms for one and for several.
"""

from __future__ import annotations

from typing import Any

from datasummary.documents.audit_words import modality, unit, verdict
from datasummary.documents.compliance_data import GROUPS, VERDICTS, group_name
from datasummary.sources import MODALITIES
from datasummary.translation import spoken, t, tn
from datasummary.writing import symbols

__all__ = ["UNITS", "script_words"]

UNITS = ("tokens", "bytes", "characters", "documents", "images", "hours", "milliseconds")
"""Units of the tables, and hours, in which people read milliseconds."""


def script_words() -> dict[str, Any]:
    """Return the words by name, with the language, and the signs by which it groups and ends whole numbers."""
    group, decimal = symbols()
    return {
        "language": spoken(),
        "group": group,
        "decimal": decimal,
        "labels": {
            "group": {name: group_name(name) for name in GROUPS},
            "verdict": {name: verdict(name) for name in VERDICTS},
            "modality": {name: modality(name) for name in MODALITIES},
            "unit": {name: unit(name) for name in UNITS},
        },
        "columns": {
            "host": t("host"),
            "domain": t("domain"),
            "disposition": t("disposition"),
            "protocols": t("protocols"),
            "unit": t("unit"),
        },
        "addressees": {
            "own": t("the provider's crawlers"),
            "collector": t("crawlers of who collected the source"),
            "everyone": t("everyone"),
            "ai_training": t("crawlers for AI training"),
            "named": t("crawlers that the policy names"),
        },
        "answers": {
            "no": t("says no"),
            "yes": t("says yes"),
            "unclear": t("is for people to read"),
            "silent": t("states nothing"),
        },
        "roles": {
            "counted": t("counted"),
            "overruled": t("overruled"),
            "not counted": t("not counted"),
        },
        **_texts(),
        "documents": _forms(
            tn("{number} document", "{number} documents", 1, number="{number}"),
            tn("{number} document", "{number} documents", 2, number="{number}"),
        ),
        "said": _forms(
            tn("What it said: {number} statement", "What it said: {number} statements", 1, number="{number}"),
            tn("What it said: {number} statement", "What it said: {number} statements", 2, number="{number}"),
        ),
        "rows": _forms(
            tn("{number} row", "{number} rows", 1, number="{number}"),
            tn("{number} row", "{number} rows", 2, number="{number}"),
        ),
        "rowsOf": _forms(
            tn("{found} of {number} row", "{found} of {number} rows", 1, found="{found}", number="{number}"),
            tn("{found} of {number} row", "{found} of {number} rows", 2, found="{found}", number="{number}"),
        ),
    }


def _forms(one: str, several: str) -> dict[str, str]:
    return {"one": one, "other": several}


def _texts() -> dict[str, str]:
    return {
        "noHost": t("(no host)"),
        "quantity": t("{size} {unit}", size="{size}", unit="{unit}"),
        "labelled": t("{label}: {words}", label="{label}", words="{words}"),
        "statement": t(
            "{protocol} to {addressee} {answer} · {role} · {place}",
            protocol="{protocol}",
            addressee="{addressee}",
            answer="{answer}",
            role="{role}",
            place="{place}",
        ),
        "quote": t("Quote"),
        "address": t("Address"),
        "captured": t("Captured"),
        "capturedAt": t("{time} UTC", time="{time}"),
        "noTime": t("at a time not known"),
        "noDigest": t("not known"),
        "capture": t("Capture"),
        "disposition": t("What became of it"),
        "documentsTitle": t("Documents"),
        "size": t("Size"),
        "withReserved": t("{whole} (reserved: {reserved})", whole="{whole}", reserved="{reserved}"),
        "leftOut": t("Left out by the policy"),
        "source": t("Source"),
        "sourceOf": t("{source} ({group}), {modality}", source="{source}", group="{group}", modality="{modality}"),
        "domain": t("Domain"),
        "lookedAt": t("Looked at"),
        "nothing": t("nothing: no evidence"),
        "evidence": t("Evidence captured"),
        "span": t("{first} to {last}", first="{first}", last="{last}"),
        "noneWithTime": t("none with a time"),
        "all": t("All that was looked at: {command}", command="{command}"),
        "notHeld": t("What it said is not held in this page. To see it: {command}", command="{command}"),
        "everything": t("All"),
        "remove": t("Remove the filter {filter}", filter="{filter}"),
        "showAll": t("Show all rows"),
        "shown": t("{count}, {first} to {last} shown", count="{count}", first="{first}", last="{last}"),
        "page": t("Page {page} of {pages}", page="{page}", pages="{pages}"),
    }
