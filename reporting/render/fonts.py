"""The report's typefaces. They come from packages, so that a report is the same on every machine."""

from pathlib import Path

import fontpkg_fira_sans  # type: ignore[import-untyped]  # ships no types
import fontpkg_rubik  # type: ignore[import-untyped]  # ships no types

SANS = Path(fontpkg_fira_sans.ROOT) / "files"
OTHER_SCRIPTS = Path(fontpkg_rubik.ROOT) / "files"  # Hebrew and Arabic
REGULAR = (SANS / "FiraSans-Regular.ttf", OTHER_SCRIPTS / "Rubik[wght].ttf")
