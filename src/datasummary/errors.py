"""What can go wrong, by the exit status it leads to."""

from __future__ import annotations

import re

__all__ = ["DataError", "DatasummaryError", "Interrupted", "ProjectError", "WorkspaceError"]

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class DatasummaryError(Exception):
    """An error to be shown as it stands: it names the file, what is wrong and what to do.

    What it quotes may come from strangers: other control characters than line breaks are shown by their escapes.
    """

    exit_code = 2

    def __str__(self) -> str:
        return _CONTROL.sub(lambda sign: ascii(sign[0])[1:-1], super().__str__())


class ProjectError(DatasummaryError):
    """The project file, or the way a command was called, is at fault."""

    exit_code = 2


class DataError(DatasummaryError):
    """The input data is at fault."""

    exit_code = 3


class WorkspaceError(DatasummaryError):
    """The workspace or the output folder cannot be used: read-only, full, or held by another run."""

    exit_code = 2


class Interrupted(DatasummaryError):  # noqa: N818, being stopped is no error
    """Stopped by the user; the same command goes on where it was."""

    exit_code = 130
