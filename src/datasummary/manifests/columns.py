"""Which column holds what.

A source may name its columns; where it does not, the names that usual tools write are recognised: datatrove and
FineWeb, Hugging Face datasets, Dolma, OSCAR, img2dataset, Common Crawl's columnar index, WARC and CDXJ.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from datasummary.errors import DataError
from datasummary.sources import UNITS_WITHOUT_COLUMN, Condition, Source, Unit

__all__ = ["ColumnPath", "Mapping", "find", "map_columns", "no_such_column"]

RECOGNISED: dict[str, tuple[str, ...]] = {
    "url": (
        "url",
        "uri",
        "metadata.url",
        "meta.url",
        'meta.warc_headers."warc-target-uri"',
        'warc_headers."warc-target-uri"',
        "source_url",
        "target_uri",
        "image_url",
    ),
    "page_url": ("page_url",),
    "language": (
        "language",
        "lang",
        "metadata.language",
        "meta.language",
        "meta.identification.label",
        "metadata.identification.label",
        "content_languages",
        "languages",
    ),
    "date": (
        "date",
        "timestamp",
        "fetch_time",
        "warc_date",
        "metadata.date",
        "metadata.timestamp",
        "metadata.warc_date",
        "meta.timestamp",
        'meta.warc_headers."warc-date"',
        'warc_headers."warc-date"',
        "created",
    ),
}
RECOGNISED_SIZES: dict[Unit, tuple[str, ...]] = {
    "tokens": ("token_count", "tokens", "num_tokens", "n_tokens", "metadata.token_count", "metadata.num_tokens"),
    "bytes": ("bytes", "size_bytes", "file_size", "payload_bytes", "content_length", "warc_record_length"),
    "characters": ("characters", "char_count", "num_chars", "n_chars", "text_length", "metadata.length"),
    "hours": ("hours", "duration_hours"),
    "documents": (),
    "images": (),
}

_STEP = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


@dataclass(frozen=True)
class ColumnPath:
    """A column, or a place inside one."""

    column: str
    fields: tuple[str, ...] = ()
    """Fields of structs to step into."""
    json: tuple[str, ...] = ()
    """Keys to follow in JSON that is held as text."""

    def __str__(self) -> str:
        return ".".join(step if re.fullmatch(r"\w+", step) else f'"{step}"' for step in self.steps)

    @property
    def steps(self) -> tuple[str, ...]:
        return (self.column, *self.fields, *self.json)


@dataclass(frozen=True)
class Mapping:
    """Where each thing that is counted stands in a shard; ``None`` where it has no column."""

    url: ColumnPath | None
    page_url: ColumnPath | None
    language: ColumnPath | None
    date: ColumnPath | None
    sizes: tuple[ColumnPath | None, ...]
    """One for each of the source's measures, in order."""
    where: tuple[tuple[ColumnPath, Condition], ...]

    @property
    def address(self) -> ColumnPath | None:
        """The address whose domain counts: the page's where there is one, since CDNs are not publishers."""
        return self.page_url or self.url

    @property
    def asset(self) -> ColumnPath | None:
        """The address of the asset itself, where :attr:`address` is that of its page."""
        return self.url if self.page_url else None

    @property
    def columns(self) -> frozenset[str]:
        """Top-level columns to read."""
        paths = [self.url, self.page_url, self.language, self.date, *self.sizes, *(path for path, _ in self.where)]
        return frozenset(path.column for path in paths if path)

    def roles(self) -> Iterator[tuple[str, ColumnPath]]:
        """Each role that has a column, for showing the choice."""
        for role in ("url", "page_url", "language", "date"):
            path = getattr(self, role)
            if path:
                yield role, path
        for number, path in enumerate(self.sizes, 1):
            if path:
                yield "size" if len(self.sizes) == 1 else f"size {number}", path


def map_columns(source: Source, schema: pa.Schema, partitions: tuple[str, ...] = (), text: bool = False) -> Mapping:
    """Find a source's columns in the schema of a shard.

    ``partitions`` are the keys of Hive partitions, which count as columns. ``text`` says that nested objects are read
    as JSON text, and that the schema is only what the first lines show. A shard may lack language and date; an address
    or a size that is named and not there raises :class:`~datasummary.errors.DataError`, which lists what is.
    """
    for key in partitions:
        if key not in schema.names:
            schema = schema.append(pa.field(key, pa.string()))

    def role(key: str, optional: bool = False) -> ColumnPath | None:
        name = getattr(source.columns, key)
        if name is None:
            return _recognise(RECOGNISED[key], schema, text)
        if optional:
            return _found_or_later(name, schema, text)
        return _declared(source, f"columns.{key}", name, schema, text)

    mapping = Mapping(
        url=role("url"),
        page_url=role("page_url"),
        language=role("language", optional=True),
        date=role("date", optional=True),
        sizes=tuple(_size_column(source, number, schema, text) for number in range(len(source.measures))),
        where=tuple(
            (_declared(source, "where", name, schema, text), condition) for name, condition in source.where.items()
        ),
    )
    if source.category == "crawled" and mapping.address is None:
        raise DataError(
            f"source {source.name}: no column is recognised as the address of a document; name it under columns.url. "
            f"{_known('url', schema)}"
        )
    return mapping


def _size_column(source: Source, number: int, schema: pa.Schema, text: bool) -> ColumnPath | None:
    measure = source.measures[number]
    key = f"measures[{number}].size" if len(source.measures) > 1 else "columns.size"
    if measure.size:
        return _declared(source, key, measure.size, schema, text)
    if measure.unit in UNITS_WITHOUT_COLUMN:
        return None
    path = _recognise(RECOGNISED_SIZES[measure.unit], schema, text)
    if path is None:
        raise DataError(
            f"source {source.name}: no column is recognised as the size in {measure.unit}; name it under {key}, or "
            f"count documents with unit: documents. {_known('', schema)}"
        )
    return path


def _declared(source: Source, key: str, name: str, schema: pa.Schema, text: bool) -> ColumnPath:
    path = find(name, schema, text)
    if path is None:
        raise no_such_column(source, key, name, schema)
    return path


def no_such_column(source: Source, key: str, name: str, schema: pa.Schema) -> DataError:
    """Give the error for a column that the project file names and no shard has."""
    return DataError(f"source {source.name}: {key}: there is no column {name}. {_known(name, schema)}")


def _found_or_later(name: str, schema: pa.Schema, text: bool) -> ColumnPath | None:
    """Find a column that rows may lack: in JSON Lines it may come up beyond the lines that were looked at."""
    path = find(name, schema, text)
    if path is None and text:
        column, *rest = _steps(name)
        return ColumnPath(column, json=tuple(rest))
    return path


def _steps(name: str) -> list[str]:
    return [quoted.replace('""', '"') or plain for quoted, plain in _STEP.findall(name)]


def find(name: str, schema: pa.Schema, text: bool) -> ColumnPath | None:
    """Find a column, or a path into one; a column of exactly that name comes first."""
    if name in schema.names:
        return ColumnPath(name)
    steps = _steps(name)
    if not steps or steps[0] not in schema.names:
        return None
    column, rest = steps[0], steps[1:]
    kind = schema.field(column).type
    fields: list[str] = []
    while rest and pa.types.is_struct(kind):
        if rest[0] not in [kind.field(i).name for i in range(kind.num_fields)]:
            return None
        kind = kind.field(rest[0]).type
        fields.append(rest.pop(0))
    if rest and not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return None
    if text:
        return ColumnPath(column, json=(*fields, *rest))
    return ColumnPath(column, tuple(fields), tuple(rest))


def _recognise(candidates: tuple[str, ...], schema: pa.Schema, text: bool) -> ColumnPath | None:
    folded = {name.casefold(): name for name in reversed(schema.names)}
    for candidate in candidates:
        path = find(candidate, schema, text)
        if path is None and candidate in folded:
            path = ColumnPath(folded[candidate])
        if path is not None and not (path.json and not text) and _is_value(path, schema):
            return path
    return None


def _is_value(path: ColumnPath, schema: pa.Schema) -> bool:
    kind = schema.field(path.column).type
    for step in path.steps[1:]:
        kind = kind.field(step).type
    return not pa.types.is_nested(kind)


def _known(name: str, schema: pa.Schema) -> str:
    names = list(_paths(schema))
    near = difflib.get_close_matches(name, names, 1) if name else []
    shown = ", ".join(names[:40]) + (", …" if len(names) > 40 else "")
    suggestion = f"Did you mean {near[0]}? " if near else ""
    return f"{suggestion}The columns are: {shown or '(none)'}"


def _paths(schema: pa.Schema | pa.StructType, prefix: tuple[str, ...] = ()) -> Iterator[str]:
    for index in range(len(schema.names)):
        field = schema.field(index)
        steps = (*prefix, field.name)
        if pa.types.is_struct(field.type):
            yield from _paths(field.type, steps)
        else:
            yield str(ColumnPath(steps[0], steps[1:]))
