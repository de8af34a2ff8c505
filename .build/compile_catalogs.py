"""What the wheel's build adds: every catalog compiled, so that an installed tutor reads no .po file."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogs(BuildHookInterface):
    """Compiles translations/*/LC_MESSAGES/messages.po into the wheel; nothing is left in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the wheel carry a .mo for each .po; an editable install reads the .po itself."""
        self.folder = Path(tempfile.mkdtemp())
        if version == "editable":
            return
        for source in sorted(Path(self.root, "translations").glob("*/LC_MESSAGES/messages.po")):
            language = source.parent.parent.name
            compiled = self.folder / f"{language}.mo"
            with source.open("rb") as text, compiled.open("wb") as binary:
                write_mo(binary, read_po(text, locale=language))
            build_data["force_include"][str(compiled)] = f"tutor/translations/{language}/LC_MESSAGES/messages.mo"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the compiled catalogs once the wheel holds them."""
        shutil.rmtree(self.folder)
