"""Workbooks written by hand, down to the XML: as no program writes them, and as somebody who means harm does."""

import io
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
SHEET = "xl/worksheets/sheet1.xml"


def cell(place: str, value: str = "1") -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet(cells: str, namespace: str = MAIN, prefix: str = "") -> str:
    text = f"<worksheet{{xmlns}}><sheetData><row>{cells}</row></sheetData></worksheet>"
    if prefix:
        for name in ("worksheet", "sheetData", "row", "c ", "c>", "v>"):
            text = text.replace(f"<{name}", f"<{prefix}:{name}").replace(f"</{name}", f"</{prefix}:{name}")
    return text.replace("{xmlns}", f' xmlns{":" + prefix if prefix else ""}="{namespace}"')


def relations(kind: str, target: str) -> str:
    relation = f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{RELATIONS}">{relation}</Relationships>'


def workbook(
    cells: str = "", target: str = "worksheets/sheet1.xml", more: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a workbook of one sheet, in the part ``target``.

    Args:
        cells: of its first row; or a whole sheet, where it begins with ``<worksheet``.
        target: where the sheet is, from ``xl/``.
        more: other parts of the archive.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relations(f"{OFFICE}/officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", relations(f"{OFFICE}/worksheet", target))
        whole = cells if cells.startswith("<") and "worksheet" in cells[:30] else sheet(cells)
        archive.writestr(f"xl/{target}", whole)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()
