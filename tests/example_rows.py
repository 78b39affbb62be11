"""The example's rows, read the long way round: plain loops with tldextract, and nothing of this package."""

import gzip
import ipaddress
import json
import math
import re
from functools import cache

import idna
import pandas as pd
import tldextract


def read(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_dict("records")
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


def reach(row, column):
    for step in column.split("."):
        row = row[step]
    return row


EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def domain_of(url):
    """The registrable domain of one URL, the long way round."""
    if not isinstance(url, str) or not (found := re.match(r"(?i)https?://([^/?#\\]*)", url)):
        return None
    return domain_of_authority(found[1])


@cache
def domain_of_authority(authority):
    host = re.sub(r":\d+$", "", authority.rpartition("@")[2].lower()).rstrip(".")
    try:
        ipaddress.ip_address(host.strip("[]"))
        return None
    except ValueError:
        pass
    try:
        host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None
    return EXTRACT(host).top_domain_under_public_suffix or None


def size_of(raw):
    """The size of one row, or None for one that counts as bad."""
    try:
        size = float(raw)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(size) or size < 0 or size > 2**53 else size


@cache
def month_of(raw):
    try:
        moment = pd.Timestamp(raw) if raw else None
    except ValueError:
        return None
    if moment is None or pd.isna(moment) or not pd.Timestamp("1990-01-01") <= moment <= pd.Timestamp("2026-03-01"):
        return None
    return f"{moment:%Y-%m}"


COLUMNS = {  # source: files, address, date, and a size for each modality (None: a row counts for one)
    "web-crawl-2025": ("web/*", "url", "date", {"text": "token_count"}),
    "image-crawl-2025": ("images/*", "page_url", "fetched_at", {"image": None, "text": "caption_tokens"}),
    "podcasts-2025": ("audio/*", "episode", "published", {"audio": "duration_hours"}),
    "open-encyclopaedia": ("public/*.parquet", "url", "date", {"text": "token_count"}),
    "town-minutes": ("public/*.gz", "meta.source.url", "meta.day", {"text": "meta.tokens"}),
    "assistant-chats": ("users/*", None, "date", {"text": "token_count"}),
}


def rows_of(folder, source):
    """Every row of a source that its ``where`` keeps."""
    pattern = COLUMNS[source][0]
    rows = [row for path in sorted((folder / "data").glob(pattern)) for row in read(path)]
    return [row for row in rows if row.get("status", "success") == "success"]
