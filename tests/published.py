"""The words in the files of ``out/public``, whatever their form."""

import re
import shutil
import subprocess
import zipfile
from html import unescape
from pathlib import Path


def text_of(path: Path) -> str:
    """The text of a file: of a DOCX all its parts, of a PDF what pdftotext reads (nothing where it is not installed)."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as file:
            parts = [file.read(name).decode("utf-8", "replace") for name in sorted(file.namelist())]
        return unescape(re.sub(r"<[^>]*>", "\n", "\n".join(parts)))
    if path.suffix == ".pdf":
        if shutil.which("pdftotext") is None:
            return ""
        return subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout
    return path.read_text("utf-8")
