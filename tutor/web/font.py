"""The font of formulas: STIX Two Math out of an installed package, so that no page asks another host for it."""

import gzip
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from flask import Response, request

KEPT_SECONDS = 30 * 24 * 3600


def maths_font() -> Response:
    """The font as TrueType, packed where the asker can unpack it."""
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(_packed() if packed else _plain(), content_type="font/ttf")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _plain() -> bytes:
    """The package is found without being imported: only its file is wanted."""
    spec = find_spec("ziamath")
    folders = spec.submodule_search_locations if spec else None
    return Path((folders or [""])[0], "fonts", "STIXTwoMath-Regular.ttf").read_bytes()


@lru_cache(maxsize=1)
def _packed() -> bytes:
    return gzip.compress(_plain(), 6)
