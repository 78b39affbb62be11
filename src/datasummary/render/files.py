"""Writes result files: each whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from datasummary.errors import WorkspaceError

__all__ = ["write_files"]


def write_files(contents: Mapping[Path, str | bytes | None]) -> None:
    """Replace files by new contents, text as UTF-8; None removes a file that an earlier run left.

    All contents are written beside their places before the first is moved there, so that a full disk or a kill leaves
    the earlier files. Raises :class:`~datasummary.errors.WorkspaceError` where a folder cannot be written to.
    """
    written: list[tuple[Path, Path]] = []
    place = Path()
    try:
        for path, content in contents.items():
            place = path
            if content is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            written.append((Path(name), path))
            with os.fdopen(handle, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        for path, content in contents.items():
            place = path
            if content is None:
                path.unlink(missing_ok=True)
        for temporary, place in written:
            temporary.replace(place)
    except OSError as error:
        raise WorkspaceError(
            f"{place}: cannot be written: {error.strerror}; free the place or name another output"
        ) from None
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
