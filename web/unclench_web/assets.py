"""What the browser gets as it is: style sheets, scripts and icons, read once and kept, with a compressed copy.

Addresses hold a digest of all these files, so that a browser may keep them for ever and never has an old one.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, plain and compressed."""

    body: bytes
    gzipped: bytes
    media_type: str

    def response(self, request: Request, headers: dict[str, str], status: int = 200) -> Response:
        """The file, compressed where the browser takes that."""
        headers = {"Vary": "Accept-Encoding", **headers}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.gzipped, status, {**headers, "Content-Encoding": "gzip"}, media_type=self.media_type)
        return Response(self.body, status, headers, media_type=self.media_type)


def make_asset(body: bytes, media_type: str) -> Asset:
    """An asset made from bytes."""
    return Asset(body, gzip.compress(body, 9, mtime=0), media_type)


class Assets:
    """All files under `static/`, by name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        files = sorted(file for file in folder.rglob("*") if file.suffix in MEDIA_TYPES)
        self._by_name = {
            file.relative_to(folder).as_posix(): make_asset(file.read_bytes(), MEDIA_TYPES[file.suffix])
            for file in files
        }
        digest = hashlib.sha256()
        for name, asset in self._by_name.items():
            digest.update(name.encode() + b"\0" + asset.body)
        self.digest = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a browser gets the file. Raises KeyError when there is no such file."""
        if name not in self._by_name:
            raise KeyError(f"static/ has no {name}")
        return f"/static/{self.digest}/{name}"

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder."""
        return [name for name in self._by_name if name.startswith(f"{folder}/")]

    def get(self, name: str) -> Asset | None:
        """A file by name, or None."""
        return self._by_name.get(name)

    def serve(self, request: Request, digest: str, name: str) -> Response | None:
        """The response for a file, or None. A page of an older release still finds its files, but may not keep them."""
        asset = self.get(name)
        if asset is None:
            return None
        cache = FOR_EVER if digest == self.digest else "no-cache"
        return asset.response(request, {"Cache-Control": cache})
