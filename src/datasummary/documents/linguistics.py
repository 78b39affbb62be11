"""Field 1.3.e: the languages of the training data, with their shares, and the official EU languages among them."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from datasummary.documents.fields import Entry, Field, Listing, OpenPoint, answered, not_applicable, unanswered
from datasummary.documents.inventory import UNKNOWN_LANGUAGE, InventoryView, declared_codes
from datasummary.documents.sizes import percent, total
from datasummary.documents.wording import UNIT_WORDS, modalities_of
from datasummary.sources import Modality, Source
from datasummary.translation import message, spoken, t

__all__ = ["linguistic_characteristics"]

NOT_LANGUAGES = {
    UNKNOWN_LANGUAGE: message("Language not identified"),
    "zxx": message("no linguistic content"),
    "mul": message("Several languages"),
}
_FURTHER: dict[Modality, str] = {
    "text": message("Languages of text, without a computed share: {names}."),
    "audio": message("Languages of audio: {names}."),
    "video": message("Languages of video: {names}."),
}


def linguistic_characteristics(sources: list[Source], inventory: InventoryView) -> Field:
    """Return field 1.3.e.

    Shares are of the text that was scanned: of its tokens where these are known or can be estimated, of the one unit
    that all sources share, else of documents. Languages that sources without manifests declare stand without a share,
    and so do those of speech.
    """
    if not sources:
        return unanswered("1.3.e")
    if not set(modalities_of(sources)) & {"text", "audio", "video"}:
        return not_applicable("1.3.e", t("the training data holds no text, audio or video."), sources=sources)
    shares, unit = _shares(sources, inventory)
    declared = _declared(sources, inventory)
    named = [code for code in shares if code not in NOT_LANGUAGES]
    everything = [*named, *(code for codes in declared.values() for code in codes)]
    if not everything:
        return unanswered("1.3.e")
    closing = []
    for modality, codes in declared.items():
        further = [code for code in codes if modality != "text" or code not in shares]
        if further:
            closing.append(t(_FURTHER[modality], names=", ".join(map(_name, further))))
    closing.append(_eu_languages(everything))
    entries = tuple(Entry(_title(code), percent(share)) for code, share in shares.items())
    recorded = all(_identified(s, inventory) for s in sources if "text" in modalities_of([s]))
    text = t("Languages of the text for which they were recorded, by share of its {unit}:", unit=unit)
    if recorded:
        text = t("Languages of the text, by share of its {unit}:", unit=unit)
    problems = []
    for source in sources:
        if "text" in modalities_of([source]) and not source.languages and not _identified(source, inventory):
            advice = f"set languages of the source {source.name}, or name its language column in columns.language"
            problems.append(OpenPoint(t("the languages of a part of the text"), advice))
    listing = Listing(entries, text if entries else None, "\n\n".join(closing))
    return answered("1.3.e", listing, origin="computed" if entries else "declared", sources=sources, open=problems)


def _shares(sources: list[Source], inventory: InventoryView) -> tuple[dict[str, Fraction], str]:
    scanned = [s for s in sources if s.manifests and "text" in modalities_of([s]) and _identified(s, inventory)]
    if not scanned:
        return {}, ""
    size = total(inventory, scanned, "text")
    weights: dict[str, Fraction] = defaultdict(Fraction)
    by_size = size.amount is not None and size.amount.low > 0
    for source in scanned:
        found = inventory.languages(source, "text")
        counted = sum(part for _, part in found.values())
        # The source's amount already went through its ratio; its languages share it as they share what was counted.
        factor = size.parts[source.name].low / counted if by_size and counted else Fraction(0)
        for code, (documents, part) in found.items():
            weights[code] += part * factor if by_size else documents
    whole = sum(weights.values())
    unit = t("documents")
    if by_size and size.amount is not None:
        unit = t(UNIT_WORDS[size.amount.unit])
        unit = t("{unit} (estimated)", unit=unit) if size.amount.estimated else unit
    shares = {code: weight / whole for code, weight in weights.items() if weight > 0}
    return dict(sorted(shares.items(), key=lambda item: (item[0] == UNKNOWN_LANGUAGE, -item[1], item[0]))), unit


def _identified(source: Source, inventory: InventoryView) -> bool:
    """Whether the scan knows the language of any of the source's text."""
    return bool(set(inventory.languages(source, "text")) - {UNKNOWN_LANGUAGE})


def _declared(sources: list[Source], inventory: InventoryView) -> dict[Modality, list[str]]:
    """Languages by modality that no share stands for."""
    found: dict[Modality, dict[str, None]] = {}
    for source in sources:
        for modality in modalities_of([source]):
            if modality not in ("text", "audio", "video"):
                continue
            scanned = sorted(set(inventory.languages(source, modality)) - set(NOT_LANGUAGES))
            if modality == "text" and _identified(source, inventory):
                continue
            if codes := scanned or declared_codes(source):
                found.setdefault(modality, {}).update(dict.fromkeys(codes))
    return {modality: list(codes) for modality, codes in found.items()}


def _eu_languages(codes: list[str]) -> str:
    from datasummary.languages import EU_OFFICIAL

    among = sorted(_name(code) for code in set(codes) & set(EU_OFFICIAL))
    if not among:
        return t("No official language of the European Union is among them.")
    values = {"count": len(among), "all": len(EU_OFFICIAL), "names": ", ".join(among)}
    if len(among) == len(EU_OFFICIAL):
        return t("All {all} official languages of the European Union are among them: {names}.", **values)
    return t("Official languages of the European Union among them ({count} of {all}): {names}.", **values)


def _title(code: str) -> str:
    """The name of a language where it stands at the beginning, by a capital in every language."""
    name = _name(code)
    return name[:1].upper() + name[1:]


def _name(code: str) -> str:
    from datasummary.languages import name

    return t(NOT_LANGUAGES[code]) if code in NOT_LANGUAGES else name(code, spoken())
