"""Contact details: whether there are any, and whether they lead to a general inbox."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from datasummary.quality.values import Answer
from datasummary.quality.vocabulary import MAILBOX, URL, plain

__all__ = ["address_given", "contact_given", "generic_contact"]

_TELEPHONE = re.compile(r"(?:\+|\b00|\btel\w{0,9}\.?:?\s{0,3})\d[\d\s()./-]{5,25}")
_POSTAL = re.compile(r"[^\W\d_]{3}\.?\s{1,3}\d{1,6}[a-z]?\b|\b\d{1,6}[a-z]?,?\s{1,3}[^\W\d_]{3}")
_GENERAL = frozenset(
    {"info", "information", "contact", "kontakt", "contacto", "contatti", "hello", "hallo", "hi", "mail", "email"}
    | {"office", "admin", "support", "help", "service", "sales", "press", "presse", "media", "marketing", "general"}
    | {"enquiries", "inquiries", "enquiry", "inquiry", "team", "post", "accueil", "bonjour", "webmaster", "noreply"}
    | {"customerservice", "customer", "customers", "care", "desk", "newsroom", "communication", "communications"}
    | {"public", "relations", "no", "reply", "us", "the", "our", "pr"}
)
"""Words before the @ of a general inbox: ``info``, ``press-office``."""

_GENERAL_PAGE = re.compile(
    r"/(?:\w\w(?:-\w\w)?/)?(?:contact|contact-us|contactus|nous-contacter|kontakt|about|support|help)?/?"
)
_FREE_MAIL = re.compile(r"@(gmail|googlemail|outlook|hotmail|yahoo|proton(mail)?|gmx|icloud|web|mail)\.")


def contact_given(answer: Answer) -> str:
    """Give the contact details of a field: of an entry what stands beside its name, of a text what looks like some."""
    if answer.items:
        for item in answer.items:
            if item.answers or item.link:
                return item.answers or item.link
    found = MAILBOX.search(answer.words) or URL.search(answer.words) or _TELEPHONE.search(answer.words)
    found = found or _POSTAL.search(answer.text.partition("\n")[2] or answer.text.partition(",")[2])
    return found[0] if found else ""


def address_given(text: str) -> bool:
    """Tell whether a text holds what leads to one organisation: a postal address, its site, or mail under its name."""
    mails = [mail for mail in MAILBOX.findall(text) if not _FREE_MAIL.search(mail)]
    return bool(mails or URL.search(text) or _POSTAL.search(text))


def generic_contact(answer: Answer) -> str:
    """Give a contact that is the organisation's general one, where no other one stands beside it."""
    mails = MAILBOX.findall(answer.words)
    links = list(answer.links)
    general = [mail for mail in mails if _is_general_inbox(mail)]
    general += [link for link in links if _is_general_page(link)]
    if not mails and not links and not _TELEPHONE.search(answer.words):
        return contact_given(answer)
    return general[0] if general and len(general) == len(mails) + len(links) else ""


def _is_general_inbox(mail: str) -> bool:
    """Tell whether all words before the @ are those of a general inbox."""
    return all(word in _GENERAL for word in re.split(r"[._-]+", re.split(r"[@+]", plain(mail))[0]) if word)


def _is_general_page(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return not parts.query and bool(_GENERAL_PAGE.fullmatch(parts.path.lower()))
