"""What stands at the end of every document."""

from __future__ import annotations

__all__ = ["DISCLAIMER", "DRAFT"]

DISCLAIMER = (
    "Made with datasummary from records and statements of the provider, who answers for its content. "
    "This document gives no legal advice."
)
DRAFT = "Draft, not for publication: points marked “Open” are to be stated by the provider."
