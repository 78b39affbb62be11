"""DOCX files, taken apart for tests."""

import io

import docx
from docx.document import Document as Docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph


def opened(content: bytes) -> Docx:
    return docx.Document(io.BytesIO(content))


def paragraphs(file: Docx) -> list[Paragraph]:
    """All paragraphs of the body, those in tables included, in their order."""
    return [Paragraph(element, file._body) for element in file.element.body.iter(qn("w:p"))]


def plain(text: str) -> str:
    return " ".join(text.split())


def said(file: Docx) -> str:
    return plain("\n".join(paragraph.text for paragraph in paragraphs(file)))
