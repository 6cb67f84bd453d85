"""Spreadsheets as LibreOffice writes them, made by hand: no library of ours writes them so."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = (
    f'xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0" xmlns:text="{_OASIS}:text:1.0" '
    f'xmlns:style="{_OASIS}:style:1.0" xmlns:manifest="{_OASIS}:manifest:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def ods_value(shown: str, attributes: str) -> str:
    """Return a cell that shows a text, with the attributes that hold its value."""
    return f"<table:table-cell {attributes}><text:p>{escape(shown)}</text:p></table:table-cell>"


_FAULTY = 'table:formula="of:=#REF!" office:value-type="string" office:string-value="" calcext:value-type="error"'
ERROR = ods_value("#REF!", _FAULTY)
UNCOMPUTED = '<table:table-cell table:formula="of:=[.A2]"/>'
_EMPTY = '<table:table-cell table:number-columns-repeated="16384"/>'
# How LibreOffice writes the empty rest of a sheet.
REST = f'<table:table-row table:number-rows-repeated="1048500">{_EMPTY}</table:table-row>'


def ods_cell(text: str) -> str:
    """Return a cell of text, or the cell itself where ``text`` is one."""
    if text.startswith("<table:"):
        return text
    if not text:
        return "<table:table-cell/>"
    return ods_value(text, 'office:value-type="string"')


def ods_sheet(name: str, lines: Sequence[Sequence[str]], hidden: Sequence[int] = (), style: str = "") -> str:
    """Return a sheet; the rows whose numbers are in ``hidden`` are filtered out, and of style ta2 it is hidden."""
    rows = ""
    for number, line in enumerate(lines, 1):
        filtered = ' table:visibility="filter"' if number in hidden else ""
        rows += f"<table:table-row{filtered}>{''.join(map(ods_cell, line))}</table:table-row>"
    named = f'table:name="{name}" table:style-name="{style}"'
    return f"<table:table {named}><table:table-column/>{rows}{REST}</table:table>"


def ods(*sheets: str) -> bytes:
    """Return a spreadsheet."""
    hidden = '<style:table-properties table:display="false"/>'
    style = f'<style:style style:name="ta2" style:family="table">{hidden}</style:style>'
    body = f"<office:body><office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body>"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES} office:version="1.3">'
        f"<office:automatic-styles>{style}</office:automatic-styles>"
        f"{body}</office:document-content>"
    )
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    manifest = f"<manifest:manifest {_NAMES}>{entry}</manifest:manifest>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _KIND)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return out.getvalue()
