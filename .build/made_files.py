"""What an installation makes: every catalog compiled, so that it reads no .po file, and the router trained."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MadeFiles(BuildHookInterface):
    """Puts compiled catalogs and the trained router into the wheel, and the router alone into an editable checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the wheel carry what is made; an editable install reads the .po files themselves."""
        self.folder = Path(tempfile.mkdtemp())
        if version == "editable":
            self._train(Path(self.root, "tutor", "router.npy"))
            return
        router = self.folder / "router.npy"
        self._train(router)
        build_data["force_include"][str(router)] = "tutor/router.npy"
        for source in sorted(Path(self.root, "translations").glob("*/LC_MESSAGES/messages.po")):
            language = source.parent.parent.name
            compiled = self.folder / f"{language}.mo"
            with source.open("rb") as text, compiled.open("wb") as binary:
                write_mo(binary, read_po(text, locale=language))
            build_data["force_include"][str(compiled)] = f"tutor/translations/{language}/LC_MESSAGES/messages.mo"

    def _train(self, file: Path) -> None:
        sys.path.insert(0, self.root)
        from tutor.dialogue.kept_router import open_router
        from tutor.lessons.course import read_terms

        content = Path(self.root, "content")
        written = [lesson.stem for lesson in content.joinpath("lessons").glob("*.md")]
        open_router(content / "phrases", read_terms(content, written), [file])

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made once the wheel holds it."""
        shutil.rmtree(self.folder)
