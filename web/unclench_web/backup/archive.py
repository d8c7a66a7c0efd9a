"""The form of a backup: one .tar.gz with a manifest and one file of JSON lines a table. Knows no database.

Bytes stand as base64. The manifest holds the number of rows and the SHA-256 of each file, so that a broken archive is
known before anything of it is used.
"""

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from unclench_web.faults import StartFault

FORMAT = 1
MANIFEST = "manifest.json"

type Row = dict[str, Any]


class Part(BaseModel):
    """One table in the archive."""

    rows: int
    sha256: str


class Manifest(BaseModel):
    """What an archive is. `made_at` as an ISO time in UTC, `revision` that of the database's tables."""

    model_config = ConfigDict(extra="ignore")
    format: int
    made_at: str
    revision: str
    tables: dict[str, Part]


@dataclass(frozen=True)
class Archive:
    """An archive that was read, and found whole."""

    manifest: Manifest
    tables: Mapping[str, bytes]

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table."""
        for line in self.tables.get(table, b"").splitlines():
            yield {name: _read(value) for name, value in json.loads(line).items()}


def write(path: Path, made_at: str, revision: str, tables: Mapping[str, Iterable[Row]]) -> Manifest:
    """Write an archive that only its owner may read. Raises `StartFault`; then there is no file."""
    parts: dict[str, bytes] = {name: b"".join(_line(row) for row in rows) for name, rows in tables.items()}
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at,
        revision=revision,
        tables={
            name: Part(rows=part.count(b"\n"), sha256=hashlib.sha256(part).hexdigest()) for name, part in parts.items()
        },
    )
    files = {MANIFEST: manifest.model_dump_json(indent=1).encode(), **{_file(name): parts[name] for name in parts}}
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                for name, content in files.items():
                    member = tarfile.TarInfo(name)
                    member.size, member.mode = len(content), 0o600
                    archive.addfile(member, io.BytesIO(content))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError as fault:
        unfinished.unlink(missing_ok=True)
        raise StartFault(f"{path} cannot be written ({fault.strerror or fault}).") from None
    return manifest


def read(path: Path) -> Archive:
    """Read a whole archive. Raises `StartFault` for one that is broken, cut off, changed or of a newer form."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            files = {
                member.name: opened.read() for member in archive if (opened := archive.extractfile(member)) is not None
            }
        manifest = Manifest.model_validate_json(files[MANIFEST])
    except FileNotFoundError:
        raise StartFault(f"there is no file {path}.") from None
    except (OSError, EOFError, tarfile.TarError, gzip.BadGzipFile, zlib.error, KeyError, ValidationError):
        raise StartFault(f"{path} is no whole backup: it is broken or cut off. Take another one.") from None
    if manifest.format > FORMAT:
        raise StartFault(f"{path} was made by a newer version of this program. Start that one.")
    tables = {name: files.get(_file(name), b"") for name in manifest.tables}
    for name, part in manifest.tables.items():
        if hashlib.sha256(tables[name]).hexdigest() != part.sha256 or tables[name].count(b"\n") != part.rows:
            raise StartFault(f"{path} is no whole backup: {name} is not as it was written. Take another one.")
    return Archive(manifest, tables)


def _file(table: str) -> str:
    return f"{table}.jsonl"


def _line(row: Row) -> bytes:
    return json.dumps({name: _write(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"


def _write(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"]) if "base64" in value else date.fromisoformat(value["date"])
    return value
