"""What became of a host's content where there is a signal: kept, and on which basis; removed, by which filter; pending.

Each disposition begins with words of its own, so that a table of hosts can be searched by them.
"""

from __future__ import annotations

from typing import Any

from datasummary.documents.audit_words import override as override_words
from datasummary.translation import message, t, tn
from datasummary.writing import listed, number

__all__ = ["DISPOSITION", "KEPT_ON_A_BASIS", "LABELS", "WAITING", "disposition_text", "filter_note"]

LABELS: dict[str, str] = {
    "removed": message("removed by the filter"),
    "removed_partly": message("removed in part by the filter"),
    "listed": message("on the filter's list"),
    "listed_partly": message("in part on the filter's list"),
    "no_receipt": message("decision pending: to be left out by the policy"),
    "no_receipt_partly": message("decision pending: in part to be left out by the policy"),
    "pending": message("decision pending: for people to settle"),
    "kept_basis": message("kept: basis"),
    "kept_elsewhere": message("kept: no document at a reserved path"),
    "kept_not_counted": message("kept: basis the policy, which does not count the signal"),
}
"""How each disposition begins, in the order of documents; in a translation none may begin as another."""

WAITING = ("no_receipt", "no_receipt_partly", "pending")
"""Those that wait for somebody."""

KEPT_ON_A_BASIS = """coalesce(
    starts_with("override", 'contract ') OR starts_with("override", 'legal basis declared: '), false)"""
"""SQL for whether a contract or a legal basis keeps a host's content, whatever was found; ``override`` begins as
:mod:`datasummary.overrides` and :mod:`datasummary.judging` word what decides by host."""

DISPOSITION = f"""
CASE
    WHEN NOT (verdict IN ('reserved', 'partly_reserved', 'review') OR reserved_documents > 0 OR review_documents > 0
              OR not_counted) THEN NULL
    WHEN left_out_documents > 0 THEN
        CASE receipt WHEN 'written' THEN 'removed' WHEN 'listed' THEN 'listed' ELSE 'no_receipt' END
        || CASE WHEN left_out_documents < documents THEN '_partly' ELSE '' END
    WHEN {KEPT_ON_A_BASIS} THEN 'kept_basis'
    WHEN reserved_documents > 0 OR review_documents > 0 THEN 'pending'
    WHEN verdict IN ('reserved', 'partly_reserved', 'review') THEN 'kept_elsewhere'
    ELSE 'kept_not_counted'
END
"""
"""SQL for the disposition of a row of the table ``hosts``: a key of :data:`LABELS`, null where no signal was found."""


def disposition_text(
    kind: str | None,
    *,
    receipt: dict[str, Any] | None,
    override: str | None,
    documents: int,
    left_out: int,
    open_documents: int,
    brief: bool = False,
) -> str:
    """Put a host's disposition into words; empty where there is no signal.

    ``open_documents`` are those that are reserved or under review and stay in. ``brief`` leaves out what
    :func:`filter_note` says of all hosts alike.
    """
    if kind is None:
        return ""
    label = t(LABELS[kind])
    if kind == "kept_basis":
        return t("{kept_on_a_basis} {basis}", kept_on_a_basis=label, basis=override_words(override or ""))
    if kind == "pending":
        return t("{disposition}, {documents}", disposition=label, documents=_of(open_documents, documents))
    if not left_out:
        return label
    told = [label if brief else _by_receipt(label, kind, receipt)]
    if kind.endswith("_partly"):
        told.append(_of(left_out, documents))
    if override:
        told.append(override_words(override))
    if open_documents:
        told.append(
            tn(
                "decision pending on {number} documents that are reserved or under review and stay in",
                "decision pending on {number} documents that are reserved or under review and stay in",
                open_documents,
                number=number(open_documents),
            )
        )
    return listed(told)


def filter_note(receipt: dict[str, Any] | None) -> str:
    """Say which filter left content out, and what that does not show; or that none was run on the audit."""
    if receipt is None:
        return t("No filter has been run on this audit.")
    return t(
        "By the receipt of {written}, policy {name} version {version}. A table to filter by does not show that "
        "anything was filtered; filtered manifests do not show that a model was trained on them.",
        written=receipt["written_at"],
        name=receipt["policy"]["name"],
        version=receipt["policy"]["version"],
    )


def _of(part: int, documents: int) -> str:
    return tn(
        "{part} of {number} documents",
        "{part} of {number} documents",
        part,
        part=number(part),
        number=number(documents),
    )


def _by_receipt(label: str, kind: str, receipt: dict[str, Any] | None) -> str:
    """Say which filter, or that there was none."""
    if kind.startswith("no_receipt") or receipt is None:
        return t("{disposition}, and no filter has been run on this audit", disposition=label)
    text = t(
        "{disposition} (receipt of {written}, policy {name} version {version})",
        disposition=label,
        written=receipt["written_at"],
        name=receipt["policy"]["name"],
        version=receipt["policy"]["version"],
    )
    if not kind.startswith("listed"):
        return text
    return listed([text, t("that manifests were filtered by it is not shown")])
