"""Makes the small files of this folder with the programs of others, so that what is read was not written by this program.

    python3 -m venv venv && venv/bin/pip install pyarrow fastavro cramjam backports.zstd xlwt odfpy openpyxl
    venv/bin/python tests/formats/make.py

pyarrow writes ORC and encrypted Parquet, fastavro writes Avro, xlwt old workbooks (xls) with both epochs, odfpy OpenDocument sheets. Nothing
free writes binary workbooks (xlsb): its records are put together here as [MS-XLSB] has them, and LibreOffice reads the result alike.
"""
import datetime as dt
import decimal
import pathlib
import struct
import uuid
import zipfile

import fastavro
import openpyxl
import openpyxl.utils.datetime
import pyarrow
import pyarrow.orc
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

# ORC with all that it has, in every compression.
kinds = pyarrow.schema([
    ("id", pyarrow.int64()), ("small", pyarrow.int8()), ("x", pyarrow.float32()), ("y", pyarrow.float64()), ("ok", pyarrow.bool_()),
    ("name", pyarrow.string()), ("bytes", pyarrow.binary()), ("price", pyarrow.decimal128(9, 2)), ("day", pyarrow.date32()),
    ("at", pyarrow.timestamp("ns")), ("then", pyarrow.timestamp("ns", "UTC")), ("tags", pyarrow.list_(pyarrow.string())),
    ("place", pyarrow.struct([("city", pyarrow.string()), ("no", pyarrow.int32())])), ("more", pyarrow.map_(pyarrow.string(), pyarrow.int16())),
])
whole = dict(id=9007199254740993, small=-128, x=0.5, y=-1e300, ok=True, name="Köln 😀", bytes=b"ab", price=decimal.Decimal("12.50"),
             day=dt.date(2024, 2, 29), at=dt.datetime(2024, 2, 29, 10, 30, 0, 500000), then=dt.datetime(2024, 2, 29, 10, 30, tzinfo=UTC),
             tags=["x", None], place={"city": "Rom", "no": 7}, more=[("a", 1), ("b", None)])
early = dict(id=-2, small=127, x=-0.25, y=0.0, ok=False, name="", bytes=b"", price=decimal.Decimal("-0.01"), day=dt.date(1969, 12, 31),
             at=dt.datetime(1900, 1, 1), then=dt.datetime(1969, 12, 31, tzinfo=UTC), tags=[],
             place={"city": None, "no": None}, more=[])
nothing = {field.name: None for field in kinds}
for codec in ["uncompressed", "zlib", "snappy", "lz4", "zstd"]:
    pyarrow.orc.write_table(pyarrow.Table.from_pylist([whole, early, nothing], kinds), HERE / f"{codec}.orc", compression=codec)
far = pyarrow.table({"at": pyarrow.array([dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59)], pyarrow.timestamp("us"))})
pyarrow.orc.write_table(far, HERE / "far.orc")
# 285,000 years from now.
beyond = pyarrow.table({"id": [1, 2], "at": pyarrow.array([9 * 10**18, 0], pyarrow.timestamp("us"))})
pyarrow.orc.write_table(beyond, HERE / "beyond.orc")
# A part of a second before 1970, which pyarrow writes as less than nothing.
early = pyarrow.table({"at": pyarrow.array([dt.datetime(1900, 1, 1, 0, 0, 0, 250)], pyarrow.timestamp("ns"))})
pyarrow.orc.write_table(early, HERE / "early.orc")

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


# A binary workbook: shared and inline texts, numbers packed and in full, dates by their format, a truth value, an error, a blank.
def record(kind, body=b""):
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body)]) + body


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cells(*values):
    for column, (kind, style, body) in enumerate(values):
        yield record(kind, struct.pack("<II", column, style) + body)


def row(number, *values):
    return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0)) + b"".join(cells(*values))


def shared(index):
    return (7, 0, struct.pack("<I", index))


def inline(text):
    return (6, 0, wide(text))


def real(value, style=0):
    return (5, style, struct.pack("<d", value))


def packed(value, hundredth=False):
    return (2, 0, struct.pack("<I", (value << 2 | 2 | hundredth) & 0xFFFFFFFF))


BLANK = (1, 0, b"")
TEXTS = ["id", "name", "amount", "day", "at", "flag", "007", "Köln", "008"]
PARTS = {
    "[Content_Types].xml": """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/>
<Override PartName="/xl/sharedStrings.bin" ContentType="application/vnd.ms-excel.sharedStrings"/>
<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/></Types>""",
    "_rels/.rels": """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.bin"/></Relationships>""",
    "xl/_rels/workbook.bin.rels": """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.bin"/>
<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.bin"/>
</Relationships>""",
    "xl/workbook.bin": record(131) + record(153, struct.pack("<II", 0, 0) + wide("")) + record(143)
    + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Data")) + record(144) + record(132),
    "xl/sharedStrings.bin": record(159, struct.pack("<II", len(TEXTS), len(TEXTS)))
    + b"".join(record(19, b"\0" + wide(text)) for text in TEXTS) + record(160),
    "xl/styles.bin": record(278) + record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + wide("yyyy\\-mm\\-dd hh:mm:ss"))
    + record(616) + record(617, struct.pack("<I", 3))
    + b"".join(record(47, struct.pack("<HHHHHBBHH", 0, form, 0, 0, 0, 0, 0, 0, 1)) for form in (0, 14, 164)) + record(618) + record(279),
    "xl/worksheets/sheet1.bin": record(129) + record(148, struct.pack("<IIII", 0, 3, 0, 5)) + record(145)
    + row(0, *(shared(at) for at in range(6)))
    + row(1, shared(6), shared(7), packed(1250, True), real(45351, 1), real(45351.4375, 2), (4, 0, b"\1"))
    + row(2, shared(8), inline("x"), packed(-3), real(36525, 1), real(36525.999988425923, 2), (4, 0, b"\0"))
    + row(3, inline("009"), (3, 0, b"\x07"), BLANK, BLANK, BLANK, BLANK) + record(146) + record(130),
}
with zipfile.ZipFile(HERE / "book.xlsb", "w", zipfile.ZIP_DEFLATED) as out:
    for name, body in PARTS.items():
        out.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), body)
