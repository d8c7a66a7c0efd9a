"""What the browser gets: style sheets, scripts and icons, read once and kept, with a compressed copy.

The chat page's modules and styles come joined, as `chat.js` and `chat.css`; the others as they are. Addresses hold a
digest of all these files, so that a browser may keep them for ever and never has an old one.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from unclench_web.joining import join_modules, join_styles

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
}
COLOR = "#1d5a50"  # the one of tokens.css and icon.svg
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
    """All files under `static/`, by name, with a clinic's own style and logo among them."""

    def __init__(self, folder: Path = FOLDER, style: str = "", color: str = COLOR, logo: Path | None = None) -> None:
        bodies = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.suffix in MEDIA_TYPES
        }
        bodies["style/tokens.css"] += style.encode()
        bodies["style/icon.svg"] = bodies["style/icon.svg"].replace(COLOR.encode(), color.encode())
        if logo:
            bodies[f"style/logo{logo.suffix.lower()}"] = logo.read_bytes()
        self._by_name = {name: make_asset(body, _media_type(name)) for name, body in _joined(bodies).items()}
        digest = hashlib.sha256()
        for name, asset in self._by_name.items():
            digest.update(name.encode() + b"\0" + asset.body)
        self.digest = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a browser gets the file. Raises KeyError when there is no such file."""
        if name not in self._by_name:
            raise KeyError(f"static/ has no {name}")
        return f"/static/{self.digest}/{name}"

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


def _media_type(name: str) -> str:
    return MEDIA_TYPES[Path(name).suffix]


def _joined(bodies: dict[str, bytes]) -> dict[str, bytes]:
    """The files with those of the chat page joined. Raises `CannotJoin`."""
    parts = {name: body.decode() for name, body in bodies.items() if name.startswith("chat/")}
    scripts = {name: source for name, source in parts.items() if name.endswith(".js")}
    styles = [bodies["style/tokens.css"].decode(), *(source for name, source in parts.items() if name.endswith(".css"))]
    others = {name: body for name, body in bodies.items() if name not in parts}
    joined = {"chat.js": join_modules(scripts, "chat/main.js"), "chat.css": join_styles(styles)}
    return others | {name: source.encode() for name, source in joined.items()}
