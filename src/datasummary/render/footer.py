"""What stands at the end of every document, and what a draft says of itself: to be put out by ``t(DISCLAIMER)``."""

from __future__ import annotations

from datasummary.translation import message

__all__ = ["DISCLAIMER", "DRAFT"]

DISCLAIMER = message(
    "Made with datasummary from records and statements of the provider, who answers for its content. "
    "This document gives no legal advice."
)
DRAFT = message("Draft, not for publication: points marked “Open” are to be stated by the provider.")
