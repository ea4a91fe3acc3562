#!/usr/bin/env python3
"""Checks every figure of `brewhouse profile` against an independent computation: DuckDB for counts, NumPy for sizes.

    python3 -m venv venv && venv/bin/pip install duckdb numpy
    venv/bin/python tests/oracle/profile.py target/debug/brewhouse

Tables: the sample shop, random ones of several seeds, and columns that are empty, constant, without a value, boundless or huge.
Not part of cargo test. Exit code 1 tells that a figure differs.
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from datetime import date, datetime
from decimal import Decimal

import duckdb
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
checked = 0
wrong = []


def check(where, found, wanted, tolerance=1e-9, near=1e-300):
    """One comparison; None means that the figure cannot be told."""
    global checked
    checked += 1
    if isinstance(wanted, (float, np.floating)) and (not math.isfinite(wanted)):
        wanted = None
    if found is None or wanted is None:
        good = found is None and wanted is None
    elif isinstance(wanted, (float, np.floating)):
        good = isinstance(found, (int, float)) and abs(found - wanted) <= tolerance * max(abs(wanted), abs(found)) + near
    else:
        good = found == wanted
    if not good:
        wrong.append(f"{where}: {found!r} instead of {wanted!r}")


def profile(program, path, *options):
    run = subprocess.run([program, "profile", str(path), "--json", "--correlate", "all", *options], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{path}: {run.stderr}")
    return json.loads(run.stdout)


def cells_of(con, table, name):
    return [row[0] for row in con.execute(f'select "{name}" from {table}').fetchall()]


def plain(value):
    """A value as the file holds it."""
    if isinstance(value, datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S.%f")
        return text[:-7] if value.microsecond == 0 else text[:-3] if value.microsecond % 1000 == 0 else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def check_counts(where, found, values, text):
    present = [v for v in values if v is not None and not (text and v == "")]
    tally = {}
    for value in present:
        key = "NaN" if isinstance(value, float) and math.isnan(value) else (0.0 if value == 0 and isinstance(value, float) else value)
        tally[key] = tally.get(key, 0) + 1
    check(f"{where} missing", found["missingValuesCount"], len(values) - len(present))
    check(f"{where} distinct", found["distinctValuesCount"], len(tally))
    check(f"{where} unique", found["uniqueValuesCount"], sum(1 for n in tally.values() if n == 1))
    total = len(present)
    entropy = -math.fsum(n / total * math.log(n / total) for n in tally.values()) if total else 0.0
    check(f"{where} entropy", found["entropy"], entropy + 0.0)
    counts = sorted(tally.values(), reverse=True)[:50]
    common = found["mostCommonValues"]
    check(f"{where} common counts", [c["count"] for c in common], counts)
    for entry in common:
        keys = [k for k in tally if plain(k if k != "NaN" else math.nan) == entry["value"] or k == entry["value"]]
        if entry["value"] is not None:
            check(f"{where} common {entry['value']!r}", entry["count"] in [tally[k] for k in keys], True)
    # Ties are told in the order of the values.
    order = [(-c["count"], c["value"]) for c in common if c["value"] is not None]
    check(f"{where} order of common", order, sorted(order))


def median_distance(x):
    return float(np.median(np.abs(x - np.median(x))))


def check_sizes(where, found, x, whole, number):
    """Figures of size: numbers, or lengths of text."""
    n = len(x)
    if n == 0:
        for name in ["min", "max", "mean", "median", "mode", "standardDeviation"]:
            check(f"{where} {name}", found.get(name), None)
        return
    with np.errstate(all="ignore"):
        scale = 2.0 ** -np.floor(np.log2(np.abs(x).max())) if np.abs(x).max() > 0 else 1.0
        y = x * scale
        mean = math.fsum(y) / n
        deviation = math.sqrt(math.fsum((y - mean) ** 2) / (n - 1)) / scale if n > 1 else None
        check(f"{where} mean", found.get("mean"), mean / scale)
        check(f"{where} median", found.get("median"), float(np.median(y)) / scale)
        check(f"{where} deviation", found.get("standardDeviation"), deviation, 1e-8)
        values, counts = np.unique(x, return_counts=True)
        check(f"{where} mode", found.get("mode"), float(values[counts.argmax()]))
        check(f"{where} min", float(found["min"]), float(x.min()))
        check(f"{where} max", float(found["max"]), float(x.max()))
        buckets = found["valueDistribution"]
        check(f"{where} cells in ranges", sum(b["count"] for b in buckets), n)
        if x.min() < x.max():
            edges = equal_edges(float(x.min()), float(x.max()), whole)
            check(f"{where} ranges", len(buckets), 20)
            for at, bucket in enumerate(buckets):
                low, high = edges[at], edges[at + 1]
                check(f"{where} range {at}", float(bucket["bucket"][0]), low, 1e-12)
                check(f"{where} range end {at}", bucket["bucket"][1] == "inf", at == 19)
                # A value on a bound that is no exact float may be counted on either side.
                inside = (x >= float(bucket["bucket"][0])) & ((x < float(bucket["bucket"][1])) if at < 19 else True)
                check(f"{where} count of range {at}", bucket["count"], int(inside.sum()))
        constant = x.min() == x.max()
        z = np.zeros(n) if constant or n < 2 else (y / scale * 0.5 - mean / scale * 0.5) / deviation * 2
        check(f"{where} outliers", found["zScoreOutliersCount"], int((np.abs(z) > 3).sum()))
        far = sorted({float(v): float(abs(s)) for v, s in zip(x, z) if abs(s) > 3}.items(), key=lambda p: (-p[1], p[0]))[:50]
        check(f"{where} sample", sorted(float(o["value"]) for o in found["zScoreOutliersSample"]), sorted(v for v, _ in far))
        if not number:
            return
        total = math.fsum(x)if np.abs(x).max() < 1e290 else None
        if total is not None:
            check(f"{where} sum", float(found["sum"]), total, 1e-9 if total else 1e-6)
        check(f"{where} range", found.get("range"), float(x.max() - x.min()))
        check(f"{where} zeros", found["zerosCount"], int((x == 0).sum()))
        for p in [5, 25, 75, 95]:
            check(f"{where} percentile {p}", found[f"percentile{p}"], float(np.percentile(y, p)) / scale)
        check(f"{where} middle half", found.get("interquartileRange"), float((np.percentile(y, 75) - np.percentile(y, 25)) / scale), 1e-8)
        check(f"{where} median distance", found.get("medianAbsoluteDeviation"), median_distance(y) / scale, 1e-8)
        check(f"{where} variance", found.get("variance"), deviation**2 if n > 1 else None, 1e-8)
        d = y - mean
        second = math.fsum(d**2) / n
        lean = not constant and second > 0
        check(f"{where} skewness", found.get("skewness"), math.fsum(d**3) / n / second**1.5 if lean else None, 1e-6, 1e-12)
        check(f"{where} kurtosis", found.get("kurtosis"), math.fsum(d**4) / n / second**2 - 3 if lean else None, 1e-6)
        if whole and np.abs(x).max() > 2**53:
            return  # floats hold fewer digits than these numbers have
        low = [[float(v), int(c)] for v, c in zip(values, counts)]
        check(f"{where} smallest", [[float(v["value"]), v["count"]] for v in found["minimumValues"]], low[:5])
        check(f"{where} largest", [[float(v["value"]), v["count"]] for v in found["maximumValues"]], low[::-1][:5])
        if not constant and n > 1 and "zScoreDistribution" in found:
            check(f"{where} cells by distance", sum(b["count"] for b in found["zScoreDistribution"]), n)


def equal_edges(low, high, whole):
    if whole:
        quotient, rest = divmod(int(high) - int(low), 20)
        widths = [quotient + (at >= 20 - rest) for at in range(20)]
        return [low + sum(widths[:at]) for at in range(21)]
    return [low + (high / 20 - low / 20) * at for at in range(20)] + [high]


def check_table(program, con, table, path, *options):
    found = profile(program, path, *options)
    name = pathlib.Path(path).name
    rows = con.execute(f"select count(*) from {table}").fetchone()[0]
    check(f"{name} rows", found["sampleSize"], rows)
    distinct = con.execute(f"select count(*) from (select distinct * from {table})").fetchone()[0]
    check(f"{name} duplicates", found["duplicateRowsCount"], rows - distinct)
    numbers = {}
    for column in found["columns"]:
        where = f"{name} {column['name']} ({column['type']})"
        if column["type"].startswith(("list", "struct", "other")):
            nulls = con.execute(f'select count(*) from {table} where "{column["name"]}" is null').fetchone()[0]
            check(f"{where} missing", column["missingValuesCount"], nulls)
            continue
        values = cells_of(con, table, column["name"])
        text = column["type"] == "string"
        check_counts(where, column, values, text)
        ours = column["brewhouse"]
        if text:
            x = np.array([len(v) for v in values if v], dtype=float)
            check_sizes(where, column, x, True, False)
            check(f"{where} empty", ours["emptyValuesCount"], sum(v == "" for v in values))
            blank = con.execute(f"""select count(*) from {table} where "{column['name']}" <> '' and trim("{column['name']}", ' \t\n\r') = ''""").fetchone()[0]
            check(f"{where} blank", ours["blankValuesCount"], blank)
            if ours["allPatternsCounted"] and len(ours["patterns"]) < 50:
                check(f"{where} patterns", sum(p["count"] for p in ours["patterns"]), len(x))
        elif column["type"] in ("long", "int", "short", "byte", "double", "float", "decimal"):
            x = np.array([float(v) for v in values if v is not None], dtype=float)
            whole = column["type"] in ("long", "int", "short", "byte")
            finite = x[np.isfinite(x)]
            check_sizes(where, column, finite, whole, True)
            check(f"{where} NaN", ours["notANumberCount"], int(np.isnan(x).sum()))
            check(f"{where} boundless", ours["infiniteCount"], int(np.isinf(x).sum()))
            numbers[column["name"]] = (column, values)
            if len(finite):
                bins = ours["histogram"]
                check(f"{where} histogram", sum(b["count"] for b in bins), len(finite))
                for b, after in zip(bins, bins[1:]):
                    inside = (finite >= b["bucket"][0]) & (finite < b["bucket"][1])
                    check(f"{where} histogram from {b['bucket'][0]}", b["count"], int(inside.sum()))
        elif column["type"].startswith(("date", "timestamp")):
            present = [v for v in values if v is not None]
            check(f"{where} earliest", column.get("min"), plain(min(present)) if present else None)
            check(f"{where} latest", column.get("max"), plain(max(present)) if present else None)
            if present:
                check(f"{where} cells in ranges", sum(b["count"] for b in column["valueDistribution"]), len(present))
                check(f"{where} histogram", sum(b["count"] for b in ours["histogram"]), len(present))
        quality = ours["validValuesCount"] + ours["mismatchedValuesCount"] + column["missingValuesCount"]
        check(f"{where} quality", quality, rows)
    for name_a, (a, xs) in numbers.items():
        for name_b, (_, ys) in numbers.items():
            pairs = [(float(x), float(y)) for x, y in zip(xs, ys) if x is not None and y is not None]
            pairs = np.array([p for p in pairs if math.isfinite(p[0]) and math.isfinite(p[1])]).reshape(-1, 2)
            wanted = None
            if name_a == name_b:
                wanted = 1.0 if len(pairs) and pairs[:, 0].min() < pairs[:, 0].max() else None
            elif len(pairs) > 1:
                pairs = pairs / np.maximum(np.abs(pairs).max(axis=0), 1e-300)
                if np.ptp(pairs[:, 0]) > 0 and np.ptp(pairs[:, 1]) > 0:
                    wanted = float(np.corrcoef(pairs.T)[0, 1])
            got = a["correlations"].get(name_b)
            # Cells of very different size cancel out: a correlation is good to some digits only.
            check(f"{name} correlation of {name_a} and {name_b}", None if got is None else round(got, 6), None if wanted is None else round(wanted, 6), 2e-6)


def random_table(con, path, seed, rows):
    con.execute(f"select setseed({seed / 100})")
    con.execute(f"""create or replace table t as select
        (random()*20)::bigint - 5 as small, case when random() < 0.1 then null else (random()*1e15)::bigint end as wide,
        case when random() < 0.05 then null when random() < 0.02 then 'nan'::double when random() < 0.02 then 'infinity'::double
             when random() < 0.02 then '-infinity'::double else round(random()*1000, 1) end as real,
        exp(random()*20)*case when random() < 0.5 then -1 else 1 end as skewed, 1e9 + random() as shifted,
        case when random() < 0.1 then null when random() < 0.1 then '' when random() < 0.05 then '  '
             else repeat(chr(97 + (random()*5)::int), (random()*8)::int) end as word,
        'id ' || (random()*{rows})::bigint as id, random() < 0.3 as flag,
        case when random() < 0.1 then null else date '1999-12-20' + (random()*4000)::int end as day,
        timestamp '2024-01-01' + to_microseconds((random()*1e12)::bigint) as moment,
        (random()*100)::decimal(12, 2) as money, case when random() < 0.5 then null else (random()*3)::tinyint end as tiny
        from range({rows})""")
    if seed % 2:
        con.execute("insert into t select * from t limit 17")
    con.execute(f"copy t to '{path}' (format parquet)")


def odd_table(con, path):
    rows = 40
    con.execute(f"""create or replace table odd as select
        7::bigint as constant, 2.5::double as constant_real, 'same' as constant_text, null::bigint as no_whole, null::double as no_real,
        null::varchar as no_text, null::date as no_day, '' as empty, 'nan'::double as all_nan, 'infinity'::double as all_boundless,
        (case when i % 2 = 0 then 1 else -1 end) * (1 + i / 100.0) * 1e307 as huge, (1 + i) * 1e-300 as minute,
        9223372036854775807 - i as widest, case when i = 3 then 5 end as one, case when i < 2 then i end as two, -0.0::double as minus_zero,
        repeat('x', i::int) as growing, chr(128512) || chr(233) as odd_letters, [i, i] as list, {{'a': i, 'b': null}} as structure,
        date '0001-01-01' + (i::int * 30000) as long_ago, i % 3 = 0 as flag
        from range({rows}) r(i)""")
    con.execute(f"copy odd to '{path}' (format parquet)")
    con.execute("create or replace table none as select * from odd limit 0")
    con.execute(f"copy none to '{pathlib.Path(path).with_name('none.parquet')}' (format parquet)")


def main():
    program = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/brewhouse").resolve())
    con = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for seed in range(1, 7):
            path = folder / f"random{seed}.parquet"
            random_table(con, path, seed, [1, 2, 50, 1000, 5000, 20000][seed - 1])
            check_table(program, con, "t", path)
        odd_table(con, folder / "odd.parquet")
        check_table(program, con, "odd", folder / "odd.parquet")
        check_table(program, con, "none", folder / "none.parquet")
        shop = ROOT / "samples/securecart"
        for name, numbers in [("orders", ["discount_pct", "total_eur"]), ("customers", []), ("products", ["list_price", "stock", "reorder_level"])]:
            con.execute(f"create or replace table shop as select * from read_csv('{shop / name}.csv', all_varchar = true, nullstr = '')")
            found = profile(program, shop / f"{name}.csv")
            kinds = {"long": "bigint", "double": "double", "date": "date", "timestamp": "timestamp", "boolean": "boolean"}
            casts = [f'"{c["name"]}"::{kinds[c["type"]]} as "{c["name"]}"' if c["type"] in kinds else f'"{c["name"]}"' for c in found["columns"]]
            con.execute(f"create or replace table typed as select {', '.join(casts)} from shop")
            check_table(program, con, "typed", shop / f"{name}.csv")
    print(f"{checked} figures checked, {len(wrong)} differ")
    for line in wrong[:60]:
        print("  " + line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
