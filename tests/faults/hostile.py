"""Files that lie, never end, or unpack to more than any memory; made one after the other, so that they need little room.

`make` yields the name of each file once it lies in the folder, and the most memory that it may take where that is not the usual: a file
that is damaged at random from good ones, zip bombs, workbooks of absurd dimensions, lines without an end, deep JSON, NULs.
"""
import gzip
import io
import random
import re
import struct
import subprocess
import zipfile

ROWS = b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'
TYPES = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
         '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
         '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
         '</Types>')
RELS = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>')
BOOK = ('<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>')
SHEET = ('<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}<sheetData>{}</sheetData></worksheet>')


def is_litter(path):
    """Whether a file beside an output, or in the temporary folder, is one that a program left."""
    return path.name.endswith((".tmp", ".lock")) or path.name.startswith((".", "brewhouse", "sheet", "."))


def workbook(path, sheet, more=(), method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as book:
        book.writestr("[Content_Types].xml", TYPES)
        book.writestr("_rels/.rels", RELS.format("officeDocument", "xl/workbook.xml"))
        book.writestr("xl/workbook.xml", BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", RELS.format("worksheet", "worksheets/sheet1.xml"))
        for name, text in (("xl/worksheets/sheet1.xml", sheet), *more):
            with book.open(name, "w", force_zip64=True) as part:
                for piece in [text] if isinstance(text, str) else text:
                    part.write(piece.encode() if isinstance(piece, str) else piece)


def open_document(path, table):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        book.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        book.writestr("content.xml", '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                      'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
                      f'<office:body><office:spreadsheet><table:table table:name="S">{table}</table:table></office:spreadsheet></office:body>'
                      '</office:document-content>')


def repeated(piece, times):
    """A piece so many times, a bit at once."""
    block = piece * max(1, (1 << 20) // len(piece))
    whole, rest = divmod(len(piece) * times, len(block))
    for _ in range(whole):
        yield block
    yield block[:rest]


def packed(path, piece, times):
    with gzip.open(path, "wb", compresslevel=1) as out:
        for part in repeated(piece, times):
            out.write(part)


def plain(path, *pieces):
    with open(path, "wb") as out:
        for piece in pieces:
            for part in [piece] if isinstance(piece, bytes) else piece:
                out.write(part)


def lying_zip(path, size):
    """A sheet that says it is short and unpacks to much more."""
    workbook(path, repeated(b" ", size), method=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            at = found.start() + place
            if struct.unpack_from("<I", data, at)[0] == size & 0xFFFFFFFF:
                struct.pack_into("<I", data, at, 100)
    path.write_bytes(bytes(data))


def cases(folder, size):
    """Each name with what makes the file; a third part is the most memory it may take, in MB."""
    million = 1_000_000 if size >= 1 << 28 else 100_000
    held = size // (1 << 20)
    yield "line.csv", lambda path: plain(path, b"a,b\n", repeated(b"x", size)), 600 + held * 5
    yield "quoted_line.csv", lambda path: plain(path, b'a,b\n1,"', repeated(b"x,\n", size // 3)), 600 + held * 5
    yield "line.jsonl", lambda path: plain(path, b'{"a":"', repeated(b"x", size), b'"}\n'), 600 + held * 6
    yield "line.json", lambda path: plain(path, b'[{"a":"', repeated(b"x", size), b'"}]'), 600 + held * 8
    yield "line.txt", lambda path: plain(path, repeated(b"x", size)), 600 + held * 5
    yield "delimiters.csv", lambda path: plain(path, repeated(b",", million // 5), b"\n", repeated(b",", million // 5), b"\n"), 4000
    yield "quotes.csv", lambda path: plain(path, b"a,b\n", repeated(b'"', 20 * million)), None
    yield "carriage.csv", lambda path: plain(path, b"a,b\r", repeated(b"1,2\r", 2 * million)), None
    for ending in ["csv", "json", "jsonl", "parquet", "arrow", "avro", "xlsx", "xls", "xlsb", "ods", "csv.gz", "csv.zst", "zip"]:
        yield f"nuls.{ending}", lambda path: plain(path, repeated(b"\0", 10 * million)), None
        yield f"empty.{ending}", lambda path: plain(path, b""), None
        yield f"noise.{ending}", lambda path: plain(path, random.Random(3).randbytes(200_000)), None
    for name, piece in [("lists", b"["), ("objects", b'{"a":'), ("both", b'[{"a":')]:
        for ending in ["json", "jsonl"]:
            yield f"deep_{name}.{ending}", lambda path, piece=piece: plain(path, repeated(piece, 1_000_000)), None
            whole = {b"[": b"]", b'{"a":': b"}", b'[{"a":': b"}]"}[piece]
            yield (f"deep_{name}_closed.{ending}", lambda path, piece=piece, whole=whole:
                   plain(path, b'[{"x":' if ending == "json" else b'{"x":', repeated(piece, 20_000), b"1", repeated(whole, 20_000),
                         b"}]" if ending == "json" else b"}\n"), None)
    yield "keys.json", lambda path: plain(path, b"[{", b",".join(b'"k%d":%d' % (at, at) for at in range(50_000)), b"}]"), None
    yield "bomb.csv.gz", lambda path: packed(path, b"0", size * 2), 600 + held * 10
    yield "bomb_lines.csv.gz", lambda path: packed(path, b"0,0\n", size // 8), None
    yield "bomb.jsonl.gz", lambda path: packed(path, b"[", size), 600 + held * 6
    yield "bomb.xlsx", lambda path: workbook(path, repeated(b" ", size)), None
    yield "bomb_strings.xlsx", lambda path: workbook(path, SHEET.format("", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), [
        ("xl/sharedStrings.xml", repeated(b" ", 3 << 30))]), None
    yield "lying.xlsx", lambda path: lying_zip(path, size), None
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    yield "far.xlsx", lambda path: workbook(path, SHEET.format('<dimension ref="A1:XFD1048576"/>', far)), None
    yield "dimension.xlsx", lambda path: workbook(path, SHEET.format('<dimension ref="A1:ZZZZZZ99999999999"/>', far[:38])), None
    beyond = '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'
    yield "beyond.xlsx", lambda path: workbook(path, SHEET.format("", beyond)), None
    yield "nowhere.xlsx", lambda path: workbook(path, SHEET.format("", '<row r="0"><c r="A0"><v>1</v></c><c r="1"><v>1</v></c></row>')), None
    shared = '<row r="1"><c r="A1" t="s"><v>99999999999</v></c></row>'
    yield "shared.xlsx", lambda path: workbook(path, SHEET.format("", shared)), None
    entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + SHEET.format("", "<row><c><v>&b;</v></c></row>")[21:]
    yield "laughs.xlsx", lambda path: workbook(path, entity), None
    wide = ('<table:table-row table:number-rows-repeated="{}"><table:table-cell table:number-columns-repeated="{}" '
            'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>')
    yield "repeated.ods", lambda path: open_document(path, wide.format(1_048_576, 16_384)), None
    yield "repeated_more.ods", lambda path: open_document(path, wide.format(4_294_967_295, 4_294_967_295)), None
    yield "repeated_rows.ods", lambda path: open_document(path, wide.format(1_048_576, 2)), 2500
    deep = "<table:table-cell>" * 200_000
    yield "deep.ods", lambda path: open_document(path, f"<table:table-row>{deep}"), None
    yield "short.xls", lambda path: plain(path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff" * 600), None
    footer = struct.pack("<I", 0x7FFFFFF0)
    yield "footer.parquet", lambda path: plain(path, b"PAR1", b"\0" * 100, footer, b"PAR1"), None
    yield "footer_none.parquet", lambda path: plain(path, b"PAR1", struct.pack("<I", 0), b"PAR1"), None
    yield "long_stream.arrow", lambda path: plain(path, b"\xff\xff\xff\xff\xff\xff\xff\x7f", b"\0" * 100), None
    yield "long_block.avro", lambda path: plain(path, b"Obj\x01", b"\x02\x16avro.schema", b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"), None


def damaged(folder, bench, table, times):
    """Good files of every format, cut and changed at random."""
    dice = random.Random(7)
    recipe = bench.folder / "none.json"
    recipe.write_text("[]")
    good = []
    for ending in ["parquet", "arrow", "avro", "xlsx", "jsonl", "json_array", "csv.gz", "csv.zst", "csv.lz4"]:
        path = folder / f"good.{ending}"
        subprocess.run([bench.binary, "run", str(recipe), "--input", str(table), "--output", str(path), "--overwrite", "--quiet"],
                       check=True, env=bench.environment, cwd=bench.folder)
        good.append((ending, path.read_bytes()))
        path.unlink()
    formats = bench.folder.__class__(__file__).resolve().parents[1] / "formats"
    good += [(path.name.split(".", 1)[1], path.read_bytes()) for path in sorted(formats.iterdir()) if path.suffix in (".xls", ".ods", ".xlsb", ".avro")]
    for at in range(times):
        ending, data = good[at % len(good)]
        data = bytearray(data)
        how = dice.randrange(4)
        if how == 0:
            data = data[:dice.randrange(len(data))]
        elif how == 1:
            for _ in range(dice.choice([1, 3, 10, 100])):
                data[dice.randrange(len(data))] = dice.randrange(256)
        elif how == 2:
            # Counts and lengths stand at the end of some formats and at the beginning of others.
            edge = min(200, len(data))
            for _ in range(3):
                place = dice.randrange(edge)
                data[place if dice.random() < 0.5 else len(data) - 1 - place] = dice.choice([0, 0x7F, 0x80, 0xFF])
        elif ending in ("xlsx", "ods", "xlsb"):
            data = inside(bytes(data), dice)
        else:
            begin, length = dice.randrange(len(data)), dice.randrange(1, 400)
            data[begin:begin + length] = dice.randbytes(length)
        yield f"damaged_{at}.{ending}", bytes(data)


def inside(data, dice):
    """An archive with one of its parts changed, so that its own sums still hold."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = dice.choice(names)
        for name in names:
            part = bytearray(old.read(name))
            if name == chosen and part:
                for _ in range(dice.choice([1, 5, 20])):
                    part[dice.randrange(len(part))] = dice.randrange(256)
            new.writestr(name, bytes(part))
    return out.getvalue()


def make(folder, bench, table, size, times):
    for name, write, limit in cases(folder, size):
        write(folder / name)
        yield name, limit
    for name, data in damaged(folder, bench, table, times):
        (folder / name).write_bytes(data)
        yield name, None


