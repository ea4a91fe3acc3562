"""Writes one table in every format and compression, and compares what DuckDB, PyArrow, pandas, fastavro,
openpyxl and (where it is installed) LibreOffice read with the values.

    python3 -m venv oracle-venv && oracle-venv/bin/pip install duckdb pyarrow pandas openpyxl zstandard fastavro cramjam backports.zstd
    cargo build && oracle-venv/bin/python tests/oracle/read_back.py [PROGRAM]

Ends with 1 when any reader sees another value than was written.
"""
import csv
import datetime as dt
import gzip
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import duckdb
import fastavro
import openpyxl
import pandas
import pyarrow
import pyarrow.feather
import pyarrow.json
import pyarrow.orc
import pyarrow.parquet
import pyarrow.parquet.encryption

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/debug/brewhouse")
NAMES = ["id", "text", "whole", "wide", "decimal", "flag", "day", "at"]
D, T = dt.date, dt.datetime
ROWS = [
    ("00123", "a, \"b\"", 1, 9223372036854775807, 0.5, True, D(2024, 2, 29), T(2024, 2, 29, 10, 30)),
    ("1e5", "two\nlines", -3, -9223372036854775808, -2.25, False, D(1900, 3, 1), T(2024, 2, 29, 23, 59, 59)),
    ("+49 30", "=1+1", 0, 12345678901234567, 142857142857142.0, True, D(2100, 12, 31), T(1969, 12, 31, 0, 0, 1)),
    ("NA", "日本 é 😀", None, None, None, None, None, None),
    ("@x", "", 42, 1, 0.1, False, D(1999, 1, 1), T(2000, 1, 1)),
]
FAILED = []
KEY = "0123456789abcdef0123456789abcdef"


def field(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return str(value)


def plain(value):
    """A value as Python holds it, whoever read it."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pandas.NaT or value is pandas.NA:
        return None
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime()
    if hasattr(value, "item"):
        return value.item()
    return value


def check(what, rows, exact=True):
    rows = [tuple(plain(value) for value in row) for row in rows]
    wanted = ROWS if exact else [tuple(None if value == "" else value for value in row) for row in ROWS]
    if not exact:
        rows = [tuple(None if value == "" else value for value in row) for row in rows]
    rows = [tuple(fit(is_, want) for is_, want in zip(row, want_row)) for row, want_row in zip(rows, wanted)]
    good = rows == wanted
    print("ok  " if good else "BAD ", what)
    if not good:
        FAILED.append(what)
        for row, want in zip(rows, wanted):
            for name, is_, wants in zip(NAMES, row, want):
                if is_ != wants:
                    print(f"      {name}: {is_!r}, written {wants!r}")


def fit(value, want):
    """Brings the types of a reader to those of Python; never the values."""
    if isinstance(want, dt.datetime) and isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    if isinstance(want, dt.date) and not isinstance(want, dt.datetime):
        if isinstance(value, str):
            return dt.date.fromisoformat(value)
        return value.date() if isinstance(value, dt.datetime) else value
    if isinstance(want, dt.datetime) and isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(want, int) and not isinstance(want, bool):
        if isinstance(value, float) and value.is_integer() or isinstance(value, str):
            return int(value)
    if isinstance(want, float) and isinstance(value, int):
        return float(value)
    return value


def shown(text, want):
    """A text that LibreOffice shows, as the type that was written."""
    if text == "":
        return None
    if isinstance(want, bool):
        return {"TRUE": True, "FALSE": False}[text]
    if isinstance(want, (int, float)):
        return type(want)(text)
    return text


def run(folder, output, *options):
    command = [PROGRAM, "run", str(folder / "none.json"), "--input", str(folder / "in.csv"), "--output", str(output), "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "none.json").write_text("[]")
        lines = [",".join(NAMES)] + [",".join(field(value) for value in row) for row in ROWS]
        (folder / "in.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for codec in ["zstd", "snappy", "gzip", "lz4", "brotli", "none"]:
            path = folder / f"{codec}.parquet"
            run(folder, path, "--compression", codec)
            check(f"parquet {codec}: DuckDB", duckdb.sql(f"select * from '{path}'").fetchall())
            check(f"parquet {codec}: PyArrow", [tuple(row.values()) for row in pyarrow.parquet.read_table(path).to_pylist()])
            frame = pandas.read_parquet(path, dtype_backend="pyarrow")
            check(f"parquet {codec}: pandas", frame.astype(object).itertuples(index=False, name=None))
            footer = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(2)
            if not footer.is_stats_set or (footer.statistics.min, footer.statistics.max) != (-3, 42):
                FAILED.append(f"parquet {codec}: statistics")
        for codec in ["none", "lz4", "zstd"]:
            path = folder / f"{codec}.arrow"
            run(folder, path, "--compression", codec)
            check(f"arrow {codec}: PyArrow", [tuple(row.values()) for row in pyarrow.feather.read_table(path).to_pylist()])
        for codec, ending in [("none", ""), ("gzip", ".gz"), ("zstd", ".zst")]:
            path = folder / f"out.csv{ending}"
            run(folder, path, "--compression", codec)
            types = {"id": "VARCHAR", "text": "VARCHAR", "day": "DATE", "at": "TIMESTAMP"}
            read = duckdb.read_csv(str(path), dtype=types, header=True)
            check(f"csv {codec}: DuckDB", read.fetchall(), exact=False)
            frame = pandas.read_csv(path, dtype={"id": "string", "whole": "Int64", "wide": "Int64"}, keep_default_na=False, na_values={n: [""] for n in NAMES[2:]})
            check(f"csv {codec}: pandas", frame.astype(object).itertuples(index=False, name=None), exact=False)
            path = folder / f"out.jsonl{ending}"
            run(folder, path, "--compression", codec)
            check(f"json lines {codec}: Python", lines_of(path, codec))
            if codec == "none":
                read = pyarrow.json.read_json(path).select(NAMES).to_pylist()
                check(f"json lines {codec}: PyArrow", [tuple(row.values()) for row in read])
        for codec in ["snappy", "deflate", "zstd", "bzip2", "none"]:
            path = folder / f"{codec}.avro"
            run(folder, path, "--compression", codec)
            with path.open("rb") as file:
                check(f"avro {codec}: fastavro", [tuple(row.values()) for row in fastavro.reader(file)])
        for codec in ["zstd", "snappy", "zlib", "lz4", "none"]:
            path = folder / f"{codec}.orc"
            run(folder, path, "--compression", codec)
            check(f"orc {codec}: PyArrow", [tuple(row.values()) for row in pyarrow.orc.read_table(path).to_pylist()])
        os.environ["BREWHOUSE_SECRET_ORACLE"] = KEY
        opening = pyarrow.parquet.encryption.create_decryption_properties(footer_key=KEY.encode())
        for codec in ["zstd", "snappy", "none"]:
            path = folder / f"{codec}.locked.parquet"
            run(folder, path, "--compression", codec, "--output-key", "oracle")
            read = pyarrow.parquet.read_table(path, decryption_properties=opening)
            check(f"encrypted parquet {codec}: PyArrow", [tuple(row.values()) for row in read.to_pylist()])
        path = folder / "out.xlsx"
        run(folder, path)
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        assert list(rows[0]) == NAMES and sheet.freeze_panes == "A2", "header"
        check("excel: openpyxl", rows[1:], exact=False)
        risky = [cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row[:2] if cell.value is not None]
        check_that("excel: ids and risky texts are text cells", set(risky) == {"s"})
        frame = pandas.read_excel(path, dtype={"id": str, "text": str, "wide": str}, keep_default_na=False, na_values=[""])
        check("excel: pandas", frame.astype(object).itertuples(index=False, name=None), exact=False)
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if office:
            command = [office, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", "--outdir", name, str(path)]
            subprocess.run(command, check=True, capture_output=True)
            with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
                told = list(csv.reader(file))
            check_that("excel: LibreOffice names", told[0] == NAMES)
            # As the cells are shown: LibreOffice has them in the letters of its own country, numbers and dates as they are formatted.
            check("excel: LibreOffice", [[shown(text, want) for text, want in zip(row, wanted)] for row, wanted in zip(told[1:], ROWS)], exact=False)
        else:
            print("--   excel: LibreOffice is not installed")
        run(folder, folder / "parts", "--partition-by", "flag", "--format", "parquet")
        total = duckdb.sql(f"select count(*), sum(whole) from read_parquet('{folder}/parts/**/*.parquet', hive_partitioning=true)").fetchall()[0]
        check_that("parts: DuckDB", total == (5, 40))
    if FAILED:
        sys.exit(f"{len(FAILED)} readers saw other values")


def lines_of(path, codec):
    """JSON Lines by Python's own reader, which keeps 64 bits."""
    if codec == "zstd":
        with pyarrow.CompressedInputStream(str(path), "zstd") as stream:
            text = stream.read().decode()
    elif codec == "gzip":
        text = gzip.decompress(path.read_bytes()).decode()
    else:
        text = path.read_text(encoding="utf-8")
    return [tuple(json.loads(line).get(name) for name in NAMES) for line in text.splitlines()]


def check_that(what, good):
    print("ok  " if good else "BAD ", what)
    if not good:
        FAILED.append(what)


if __name__ == "__main__":
    main()
