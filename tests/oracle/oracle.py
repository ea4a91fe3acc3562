"""Functions against DuckDB and Python: the same generated table, the same question, two programs.

    pip install duckdb
    python3 tests/oracle/oracle.py target/debug/brewhouse

Each entry of CHECKS is an operation, its parameters, and what DuckDB or Python says; a difference is printed with its row.
Not part of the tests, because it needs an installation. What it found stands in tests/cases.
"""

import json
import math
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROWS = 4000
TEXTS = ["", " ", "a", "Ada Lovelace", "  two  blanks ", "STRASSE", "straße", "日本語 text", "e\u0301 accent", "İstanbul",
         "tab\there", "line\nbreak", "o'clock", "x" * 40, "-12.5", "ÀÉÎ", "😀 smile", "a,b;c", "0"]


def table(path):
    draw = random.Random(7)
    maybe = lambda value: None if draw.random() < 0.1 else value
    rows = []
    for at in range(ROWS):
        whole = draw.choice([0, 1, -1, draw.randint(-50, 50), draw.randint(-10**12, 10**12)])
        fraction = draw.choice([0.0, -0.5, 0.5, 1.5, 2.5, draw.uniform(-100, 100), draw.uniform(-1e6, 1e6)])
        second = draw.randint(-2_000_000_000, 4_000_000_000)
        rows.append((at, maybe(whole), maybe(draw.randint(-9, 9)), maybe(fraction), maybe(draw.choice(TEXTS)), maybe(second),
                     maybe(draw.randint(-2_000_000_000, 4_000_000_000)), draw.choice(["p", "q", None])))
    data = duckdb.connect()
    data.execute("create table raw (id bigint, n bigint, m bigint, x double, t varchar, s bigint, u bigint, g varchar)")
    data.executemany("insert into raw values (?,?,?,?,?,?,?,?)", rows)
    data.execute("""create table t as select id, n, m, x, t, g, make_timestamp(s * 1000000) as seen,
                    make_timestamp(u * 1000000) as until, make_timestamp(s * 1000000)::date as day from raw order by id""")
    data.execute(f"copy t to '{path}' (format parquet)")
    return data


def one(operation, sql, source="sourceColumn", column="n", **more):
    return operation, {source: column, **more}, sql


def two(operation, a, b, sql):
    return operation, {"sourceColumn1": a, "sourceColumn2": b}, sql


def several(operation, sql, **more):
    return operation, {"sourceColumns": '["n","m"]', **more}, sql


def rolling(operation, sql, **more):
    return operation, {"sourceColumn": "m", "numRowsBefore": "3", "numRowsAfter": "1", "orderByColumn": "id", **more}, (
        f"{sql} over (order by id rows between 3 preceding and 1 following)")


def python(operation, column, answer, **parameters):
    return operation, {"sourceColumn": column, **parameters}, answer


MATH = [
    one("ABSOLUTE", "abs(n)"), one("ABSOLUTE", "abs(x)", column="x"), one("NEGATE", "-n"), one("SIGN", "sign(n)"),
    one("CEILING", "ceil(x)", column="x"), one("FLOOR", "floor(x)", source="sourceColumn1", column="x"),
    one("SQUARE_ROOT", "case when x >= 0 then sqrt(x) end", column="x"), one("EXPONENT", "exp(m)", column="m"),
    one("LN", "case when x > 0 then ln(x) end", column="x"), one("DEGREES", "degrees(x)", column="x"),
    one("RADIANS", "radians(x)", column="x"), one("LOG", "case when x > 0 then log2(x) end", column="x", base="2"),
    one("POWER", "m * m * m", column="m", exponent="3"), one("ROUND", "round(x)", column="x"),
    one("IS_EVEN", "case when n % 2 = 0 then 'e' when n is not null then 'o' end", trueString="e", falseString="o"),
    one("IS_ODD", "case when n % 2 <> 0 then 'o' when n is not null then 'e' end", trueString="o", falseString="e"),
    two("ADD", "n", "m", "n + m"), two("SUBTRACT", "n", "x", "n - x"), two("MULTIPLY", "m", "x", "m * x"),
    two("DIVIDE", "n", "m", "case when m <> 0 then n / m end"), two("MOD", "n", "m", "case when m <> 0 then n % m end"),
]
ACROSS = [
    several("SUM", "coalesce(n, 0) + coalesce(m, 0)"), several("ANY", "coalesce(n, m)"),
    several("KTH_LARGEST", "list_reverse_sort(list_filter([n, m], lambda v: v is not null))[2]", value="2"),
    several("AVERAGE", "list_avg([n, m])"), several("MIN", "least(n, m)"), several("MAX", "greatest(n, m)"),
    several("MEDIAN", "list_median([n, m])"), several("COUNT", "(n is not null)::int + (m is not null)::int"),
    several("COUNT_DISTINCT", "len(list_distinct([n, m]))"), several("STANDARD_DEVIATION", "list_stddev_pop([n, m])"),
    several("VARIANCE", "list_var_pop([n, m])"), several("COALESCE", "coalesce(n, m)"),
]
TEXT = [
    python("UPPER", "t", str.upper), python("LOWER", "t", str.lower), python("LEN", "t", len), python("TRIM", "t", str.strip),
    python("LEFT", "t", lambda t: t[:3], position="3"), python("RIGHT", "t", lambda t: t[-3:], position="3"),
    python("SUBSTRING", "t", lambda t: t[1:4], startPosition="2", endPosition="4"),
    python("REMOVE_WHITESPACE", "t", lambda t: "".join(c for c in t if not c.isspace())),
    python("STARTS_WITH", "t", lambda t: bool(re.match("[A-Za-z]", t)), pattern="[A-Za-z]"),
    python("ENDS_WITH", "t", lambda t: bool(re.search("[a-z]$", t)) and not t.endswith("\n"), pattern="[a-z]"),
    one("EXACT", "case when t is null then null else t = 'a' end", source="sourceColumn1", column="t", value2="a"),
    python("REPEAT_STRING", "t", lambda t: t * 3, count="3"),
]
DATE = [
    one(name, sql, column=column) for column in ["seen", "day"] for name, sql in [
        ("YEAR", f"year({column})"), ("MONTH", f"month({column})"), ("DAY", f"day({column})"),
        ("QUARTER", f"quarter({column})"), ("WEEK_NUMBER", f"week({column})"), ("WEEK_DAY", f"isodow({column})"),
        ("MONTH_NAME", f"monthname({column})"), ("UNIX_TIME", f"floor(epoch({column}))")]
] + [
    one("HOUR", "hour(seen)", column="seen"), one("MINUTE", "minute(seen)", column="seen"), one("SECOND", "second(seen)", column="seen"),
    one("DATE_FORMAT", "strftime(seen, '%m/%d/%Y')", column="seen", dateTimeFormat="mm/dd/yyyy"),
] + [
    ("DATE_ADD", {"sourceColumn": "seen", "units": units, "dateAddValue": value, "dateTimeFormat": "yyyy-mm-dd HH:MM:SS"},
     f"strftime(seen + interval ({value}) {units[:-1]}, '%Y-%m-%d %H:%M:%S')")
    for units in ["DAYS", "HOURS", "MONTHS", "YEARS", "WEEKS", "MINUTES", "SECONDS"] for value in ["1", "-13"]
] + [
    ("DATE_DIFF", {"sourceColumn1": "seen", "sourceColumn2": "until", "units": units}, f"datesub('{units[:-1]}', seen, until)")
    for units in ["DAYS", "HOURS", "MONTHS", "YEARS", "QUARTERS", "WEEKS", "MINUTES", "SECONDS"]
]
WINDOW = [
    rolling("ROLLING_SUM", "sum(m)"), rolling("ROLLING_AVERAGE", "avg(m)"), rolling("ROLLING_MIN", "min(m)"),
    rolling("ROLLING_MAX", "max(m)"), rolling("ROLLING_COUNT_A", "count(m)"),
    rolling("ROLLING_STANDARD_DEVIATION", "stddev_pop(m)"), rolling("ROLLING_VARIANCE", "var_pop(m)"),
    ("PREV", {"sourceColumn": "t", "numRows": "2"}, "lag(t, 2) over (order by id)"),
    ("NEXT", {"sourceColumn": "t", "numRows": "2"}, "lead(t, 2) over (order by id)"),
    ("ROW_NUMBER", {"groupByColumns": '["g"]', "orderByColumns": '["seen","id"]'},
     "row_number() over (partition by g order by seen nulls last, id)"),
]
CHECKS = MATH + ACROSS + TEXT + DATE + WINDOW


def same(a, b):
    if a is None or b is None:
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return str(a) == str(b)


def main(program):
    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    data = table(folder / "in.parquet")
    names = [f"r{at}" for at in range(len(CHECKS))]
    steps = [{"Action": {"Operation": operation, "Parameters": {**parameters, "targetColumn": name}}}
             for name, (operation, parameters, _) in zip(names, CHECKS)]
    (folder / "recipe.json").write_text(json.dumps(steps))
    subprocess.run([program, "run", folder / "recipe.json", "--input", folder / "in.parquet", "--output",
                    folder / "out.parquet", "--quiet"], check=True)
    ours = data.execute(f"select {', '.join(names)} from '{folder}/out.parquet' order by id").fetchall()
    given = data.execute("select id, n, m, x, t, seen, until, day, g from t order by id").fetchall()
    texts = [row[4] for row in given]
    wrong = 0
    for at, (operation, parameters, answer) in enumerate(CHECKS):
        if callable(answer):
            theirs = [None if text is None else answer(text) for text in texts]
        else:
            theirs = [row[0] for row in data.execute(f"select {answer} from t order by id").fetchall()]
        differ = [(given[row], ours[row][at], theirs[row]) for row in range(ROWS) if not same(ours[row][at], theirs[row])]
        wrong += bool(differ)
        if differ:
            print(f"{operation} {parameters}: {len(differ)} of {ROWS} rows differ")
            for row, mine, other in differ[:3]:
                print(f"    row {row}\n    here {mine!r}, there {other!r}")
    print(f"{len(CHECKS) - wrong} of {len(CHECKS)} agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "target/debug/brewhouse"))
