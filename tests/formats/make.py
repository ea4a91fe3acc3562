"""Makes the small files of this folder with the programs of others, so that what is read was not written by this program.

    python3 -m venv venv && venv/bin/pip install pyarrow fastavro cramjam backports.zstd xlwt odfpy openpyxl
    venv/bin/python tests/formats/make.py

pyarrow writes encrypted Parquet, fastavro writes Avro, xlwt old workbooks (xls) with both epochs, odfpy OpenDocument sheets.
"""
import datetime as dt
import decimal
import pathlib
import uuid

import fastavro
import openpyxl
import openpyxl.utils.datetime
import pyarrow
import pyarrow.parquet
import pyarrow.parquet.encryption
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HERE = pathlib.Path(__file__).parent
KEY = b"0123456789abcdef"
OTHER = b"fedcba9876543210"

# Avro with what it has and Arrow has otherwise: enumerations, UUIDs, maps, decimals, times with and without a zone.
SCHEMA = {
    "type": "record", "name": "row", "fields": [
        {"name": "id", "type": "long"},
        {"name": "code", "type": ["null", "string"]},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["a", "b"]}},
        {"name": "key", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "flag", "type": ["null", "boolean"]},
    ],
}
UTC = dt.timezone.utc
ROWS = [
    dict(id=1, code="007", price=decimal.Decimal("12.50"), day=dt.date(2024, 2, 29), at=dt.datetime(2024, 2, 29, 10, 30, tzinfo=UTC),
         kind="b", key=uuid.UUID("123e4567-e89b-12d3-a456-426614174000"), tags=["x", "y"], flag=True),
    dict(id=-2, code=None, price=decimal.Decimal("-0.01"), day=dt.date(1969, 12, 31), at=dt.datetime(1969, 12, 31, tzinfo=UTC),
         kind="a", key=uuid.UUID(int=0), tags=[], flag=None),
]
for codec in ["null", "deflate", "snappy", "zstandard", "bzip2"]:
    with open(HERE / f"{codec}.avro", "wb") as out:
        fastavro.writer(out, SCHEMA, ROWS, codec=codec)

# Parquet with an encrypted footer, and with keys of its own for columns.
TABLE = pyarrow.table({"id": [1, 2, 3], "name": ["ä", None, "c"], "x": [0.5, -1.0, None]})
encrypt = pyarrow.parquet.encryption.create_encryption_properties
pyarrow.parquet.write_table(TABLE, HERE / "locked.parquet", encryption_properties=encrypt(footer_key=KEY))

# Old workbooks: dates by both epochs, an error, a formula without a value, text that looks like a number.
for name, epoch in [("book.xls", False), ("book_1904.xls", True)]:
    book = xlwt.Workbook()
    book.dates_1904 = epoch
    sheet = book.add_sheet("Data")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    stamp = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    for at, title in enumerate(["id", "name", "amount", "day", "at", "flag"]):
        sheet.write(0, at, title)
    for row, (code, text, amount, date, time, flag) in enumerate([
        ("007", "Köln", 12.5, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 10, 30), True),
        ("008", "x", -3, dt.date(1999, 12, 31), dt.datetime(1999, 12, 31, 23, 59, 59), False),
    ], 1):
        sheet.write(row, 0, code)
        sheet.write(row, 1, text)
        sheet.write(row, 2, amount)
        sheet.write(row, 3, date, day)
        sheet.write(row, 4, time, stamp)
        sheet.write(row, 5, flag)
    book.add_sheet("Empty")
    book.save(str(HERE / name))

book = openpyxl.Workbook()
book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
sheet = book.active
sheet.append(["id", "day", "at"])
sheet.append(["007", dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 10, 30)])
sheet.append(["008", dt.date(1999, 12, 31), dt.datetime(1999, 12, 31, 23, 59, 59)])
book.save(HERE / "book_1904.xlsx")

# An OpenDocument sheet with cells repeated, as its programs write them.
doc = OpenDocumentSpreadsheet()
table = Table(name="Data")


def cell(value, kind, repeat=None, shown=None):
    more = {"numbercolumnsrepeated": repeat} if repeat else {}
    if kind == "string":
        made = TableCell(valuetype="string", **more)
    elif kind == "date":
        made = TableCell(valuetype="date", datevalue=value, **more)
    elif kind == "boolean":
        made = TableCell(valuetype="boolean", booleanvalue=value, **more)
    elif kind == "empty":
        return TableCell(**more)
    else:
        made = TableCell(valuetype="float", value=value, **more)
    made.addElement(P(text=shown or str(value)))
    return made


for cells in [
    [("id", "string"), ("name", "string"), ("amount", "string"), ("day", "string"), ("flag", "string")],
    [("007", "string"), ("Köln", "string"), (12.5, "float"), ("2024-02-29", "date"), ("true", "boolean")],
    [("008", "string"), ("", "empty"), (-3, "float"), ("1999-12-31", "date"), ("false", "boolean")],
]:
    row = TableRow()
    for value, kind in cells:
        row.addElement(cell(value, kind))
    table.addElement(row)
doc.spreadsheet.addElement(table)
doc.save(str(HERE / "book.ods"))
