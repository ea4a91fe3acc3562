"""Nine jobs of a data preparer's day: Brewhouse against DuckDB and Polars' own Python build.

    cargo build --release && python3 tests/bench/field.py [--rows 20000000] [--rounds 5] [--jobs sort,join] [--output tests/bench/field.md]

It installs DuckDB and Polars from PyPI into a folder of its own, makes the same seeded data each time, runs the three in turn, checks
that what they write is equal, and prints ratios (medians over the rounds, each from one round) with their spread, and peak memory.

The times of DuckDB and Polars leave out the start of Python and the import; those of Brewhouse are of the whole process, with
accounting, ledger, receipt, flush to disk and reading back. All know the columns' types: Brewhouse from the verdict that its first
look stored (that first run, and the first run on a file never seen, are figures of their own). Memory is the most anonymous memory
(RssAnon) that a process held, looked at every 10 ms.
"""

import argparse, json, os, platform, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve()
PACKAGES = ["duckdb", "polars", "numpy", "fastexcel", "xlsxwriter"]
NAMES = ["order_id", "customer", "region", "category", "quantity", "price", "ordered_at"]
REGIONS = ["EU", "US", "APAC", "LATAM", "eu"]
CATEGORIES = ["kitchen", "books", "audio", "garden", "toys", "sports"]
CUSTOMERS = 500_000
SHEET_ROWS = 1_000_000


def step(operation, conditions=(), **parameters):
    wire = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    found = {"Action": {"Operation": operation, "Parameters": wire}}
    if conditions:
        found["ConditionExpressions"] = [dict(zip(("Condition", "Value", "TargetColumn"), c)) for c in conditions]
    return found


TYPES = "{'order_id':'BIGINT','customer':'VARCHAR','region':'VARCHAR','category':'VARCHAR','quantity':'BIGINT','price':'DOUBLE','ordered_at':'TIMESTAMP'}"
CSV = f"read_csv('orders.csv', header=true, auto_detect=false, columns={TYPES})"
JSONL = "read_json('orders.jsonl', format='newline_delimited', columns=%s)" % TYPES.replace("TIMESTAMP", "VARCHAR")
TARGET = "TO '{out}' (FORMAT parquet, COMPRESSION zstd)"


def csv(pl):
    types = {"order_id": pl.Int64, "quantity": pl.Int64, "price": pl.Float64}
    frame = pl.scan_csv("orders.csv", schema={name: types.get(name, pl.String) for name in NAMES})
    return frame.with_columns(pl.col("ordered_at").str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us"))


def clean(pl):
    kept = csv(pl).filter(pl.col("quantity") > 0)
    kept = kept.with_columns(pl.col("customer").str.strip_chars().str.to_uppercase(), (pl.col("quantity") * pl.col("price")).alias("revenue"))
    return kept.with_columns(pl.col("price").fill_null(pl.col("price").mean())).unique()


def group(pl):
    keys = ["region", "category"]
    return csv(pl).group_by(keys).agg(pl.col("quantity").sum().alias("pieces"), pl.col("price").sum().alias("total")).sort(keys)


def join(pl):
    customers = pl.scan_csv("customers.csv", schema={"id": pl.String, "country": pl.String})
    return csv(pl).join(customers, left_on="customer", right_on="id", how="left").select(*NAMES, "country")


def jsonl(pl):
    types = {"order_id": pl.Int64, "quantity": pl.Int64, "price": pl.Float64}
    return pl.scan_ndjson("orders.jsonl", schema={name: types.get(name, pl.String) for name in NAMES})


def sheet(pl):
    frame = pl.read_excel("orders.xlsx", engine="calamine")
    return frame.lazy()


KEYS = ["customer", "region", "category", "quantity"]
# Name of the job, input, steps, further arguments, DuckDB's query, Polars' frame.
JOBS = {
    "csv": ("CSV to Parquet", "orders.csv", [], [], f"COPY (SELECT * FROM {CSV}) {TARGET}", csv),
    "clean": (
        "cleaning recipe",
        "orders.csv",
        [
            step("REMOVE_COMBINED", sourceColumn="customer", removeLeadingAndTrailingWhitespace="true"),
            step("UPPER_CASE", sourceColumn="customer"),
            step("REMOVE_VALUES", [("LESS_THAN_EQUAL", "0", "quantity")], sourceColumn="quantity"),
            step("MULTIPLY", sourceColumn1="quantity", sourceColumn2="price", targetColumn="revenue"),
            step("FILL_WITH_AVERAGE", sourceColumn="price"),
            step("DELETE_DUPLICATE_ROWS"),
        ],
        [],
        f"""COPY (WITH kept AS (SELECT order_id, upper(trim(customer)) AS customer, region, category, quantity, price, ordered_at,
                quantity * price AS revenue FROM {CSV} WHERE quantity > 0)
            SELECT DISTINCT * REPLACE (coalesce(price, (SELECT avg(price) FROM kept)) AS price) FROM kept) {TARGET}""",
        clean,
    ),
    "group": (
        "group by two columns",
        "orders.csv",
        [
            step(
                "GROUP_BY",
                sourceColumns=["region", "category"],
                groupByAggFunctionOptions=[
                    {"sourceColumnName": "quantity", "targetColumnName": "pieces", "functionName": "SUM"},
                    {"sourceColumnName": "price", "targetColumnName": "total", "functionName": "SUM"},
                ],
            )
        ],
        [],
        f"COPY (SELECT region, category, sum(quantity)::BIGINT AS pieces, sum(price) AS total FROM {CSV} GROUP BY ALL ORDER BY ALL) {TARGET}",
        group,
    ),
    "join": (
        "join of 500,000 customers",
        "orders.csv",
        [
            step(
                "JOIN",
                secondaryDatasetName="customers",
                joinKeys=[{"key": "customer", "value": "id"}],
                joinType="LEFT_JOIN",
                leftColumns=NAMES,
                rightColumns=["country"],
            )
        ],
        ["--dataset", "customers=customers.csv"],
        f"""COPY (SELECT o.*, c.country FROM {CSV} o LEFT JOIN
            read_csv('customers.csv', header=true, auto_detect=false, columns={{'id':'VARCHAR','country':'VARCHAR'}}) c ON o.customer = c.id) {TARGET}""",
        join,
    ),
    "sort": (
        "sort by two columns",
        "orders.csv",
        [step("SORT", expressions=[{"sourceColumn": "customer", "ordering": "ASCENDING"}, {"sourceColumn": "ordered_at", "ordering": "ASCENDING"}])],
        [],
        f"COPY (SELECT * FROM {CSV} ORDER BY customer, ordered_at) {TARGET}",
        lambda pl: csv(pl).sort("customer", "ordered_at"),
    ),
    "distinct": (
        "distinct",
        "orders.csv",
        [step("DELETE", sourceColumns=["order_id", "price", "ordered_at"]), step("DELETE_DUPLICATE_ROWS")],
        [],
        f"COPY (SELECT DISTINCT {', '.join(KEYS)} FROM {CSV}) {TARGET}",
        lambda pl: csv(pl).select(KEYS).unique(),
    ),
    "partition": (
        "Parquet to Parquet by region",
        "orders.parquet",
        [],
        ["--partition-by", "region"],
        "COPY (SELECT * FROM 'orders.parquet') TO '{out}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (region))",
        lambda pl: pl.scan_parquet("orders.parquet"),
    ),
    "jsonl": ("JSON Lines to Parquet", "orders.jsonl", [], ["--text", "ordered_at"], f"COPY (SELECT * FROM {JSONL}) {TARGET}", jsonl),
    "excel": ("workbook of 1,000,000 rows", "orders.xlsx", [], [], f"COPY (SELECT * FROM read_xlsx('orders.xlsx')) {TARGET}", sheet),
}


def one(tool, name, out):
    """One job of one rival, in a process of its own; prints the seconds of the work alone."""
    query, frame = JOBS[name][4:6]
    if tool == "duckdb":
        import duckdb

        con = duckdb.connect()
        if name == "excel":
            con.execute("LOAD excel")
        began = time.perf_counter()
        con.execute(query.replace("{out}", out))
    else:
        import polars as pl

        began = time.perf_counter()
        target = pl.PartitionBy(out, key="region") if name == "partition" else out
        frame(pl).sink_parquet(target, compression="zstd", mkdir=True)
    print(time.perf_counter() - began)


def data(folder, rows):
    """Orders as CSV, JSON Lines, Parquet and a workbook, and customers; the same for each seed and number of rows."""
    import duckdb, numpy as np, polars as pl

    dice = np.random.default_rng(7)
    with open(folder / "customers.csv", "w") as out:
        out.write("id,country\n")
        out.writelines(f"C{n:06d},{['DE', 'FR', 'US', 'JP'][n * 7919 % 4]}\n" for n in range(CUSTOMERS))
    with open(folder / "orders.csv", "wb") as out:
        for first in range(0, rows, 1_000_000):
            count = min(1_000_000, rows - first)
            at = np.datetime64("2024-01-01T00:00:00") + dice.integers(0, 366 * 86400, count).astype("timedelta64[s]")
            price = pl.Series(np.round(dice.random(count) * 20000) / 100)
            frame = pl.DataFrame(
                {
                    "order_id": np.arange(first, first + count),
                    "customer": pl.Series(dice.integers(0, CUSTOMERS, count)).cast(pl.String).str.zfill(6),
                    "region": pl.Series(REGIONS).gather(dice.integers(0, len(REGIONS), count)),
                    "category": pl.Series(CATEGORIES).gather(dice.integers(0, len(CATEGORIES), count)),
                    "quantity": dice.integers(-1, 12, count),
                    "price": pl.select(pl.when(pl.Series(dice.random(count) >= 0.03)).then(price)).to_series(),
                    "ordered_at": pl.Series(at.astype("datetime64[ms]")).dt.strftime("%Y-%m-%dT%H:%M:%S"),
                }
            ).with_columns(("C" + pl.col("customer")).alias("customer"))
            frame.write_csv(out, include_header=first == 0)
    os.chdir(folder)
    duckdb.sql(JOBS["csv"][4].replace("{out}", "orders.parquet"))
    csv(pl).with_columns(pl.col("ordered_at").dt.strftime("%Y-%m-%dT%H:%M:%S")).sink_ndjson("orders.jsonl")
    csv(pl).head(SHEET_ROWS).collect().write_excel("orders.xlsx", dtype_formats={pl.Datetime: "yyyy-mm-dd hh:mm:ss"})


def measured(command, **more):
    """Seconds, most anonymous memory in bytes, and output of a process that must succeed."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    most = 0
    while child.poll() is None:
        try:
            status = Path(f"/proc/{child.pid}/status").read_text()
            anon = [line for line in status.splitlines() if line.startswith("RssAnon")]
            most = max([most] + [int(line.split()[1]) * 1024 for line in anon])
        except OSError:
            pass
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    told = child.stdout.read()
    if child.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{child.stderr.read()}")
    return seconds, most, told


def digest(path, ordered):
    """What an output holds, whatever the order of its rows; sums of decimals to nine digits."""
    import duckdb

    files = f"{path}/**/*.parquet" if Path(path).is_dir() else path
    table = f"read_parquet('{files}', hive_partitioning={'true' if Path(path).is_dir() else 'false'})"
    columns = duckdb.sql(f"DESCRIBE SELECT * FROM {table}").fetchall()
    found = {"rows": duckdb.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0]}
    for name, kind, *_ in sorted(columns):
        if kind in ("DOUBLE", "FLOAT"):
            count, total = duckdb.sql(f'SELECT count("{name}"), fsum("{name}") FROM {table}').fetchall()[0]
            found[name] = (count, f"{total:.9g}")
        else:
            text = f"strftime(\"{name}\", '%Y-%m-%dT%H:%M:%S')" if kind.startswith("TIMESTAMP") else f'"{name}"::VARCHAR'
            found[name] = duckdb.sql(f'SELECT count("{name}"), sum(hash({text})) FROM {table}').fetchall()[0]
    if ordered:
        import polars as pl

        rows = pl.scan_parquet(path).select("customer", "ordered_at").collect()
        before, after = rows.slice(0, rows.height - 1), rows.slice(1)
        same = before["customer"] == after["customer"]
        found["sorted"] = bool(((before["customer"] < after["customer"]) | (same & (before["ordered_at"] <= after["ordered_at"]))).all())
    return found


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def spread(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else "n/a"


def run(options, folder):
    import duckdb, polars

    program = str(Path(options.brewhouse).resolve())
    own = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
    lines, notes = [], []
    for name in options.jobs:
        title, source, steps, more = JOBS[name][:4]
        Path(f"{name}.recipe.json").write_text(json.dumps(steps))
        outs = {tool: f"{name}.{tool}" + ("" if name == "partition" else ".parquet") for tool in ("brewhouse", "duckdb", "polars")}
        ours = [program, "run", f"{name}.recipe.json", "--input", source, "--output", outs["brewhouse"], "--format", "parquet"]
        ours += ["--overwrite", "--quiet", "--receipt", "receipt.json", *more]
        shutil.rmtree(folder / "cache", ignore_errors=True)
        first = measured(ours, env=own)
        times, memory, failed = {tool: [] for tool in outs}, {tool: 0 for tool in outs}, {}
        for turn in range(options.rounds + 1):
            tools = list(outs)
            for tool in tools[turn % 3 :] + tools[: turn % 3]:
                if tool in failed:
                    continue
                try:
                    if tool == "brewhouse":
                        seconds, most, _ = measured(ours, env=own)
                    else:
                        remove(outs[tool])
                        _, most, told = measured([sys.executable, str(HERE), "--one", tool, name, outs[tool]])
                        seconds = float(told.split()[-1])
                except RuntimeError as error:
                    if tool == "brewhouse":
                        raise
                    failed[tool] = str(error).strip().splitlines()[-1]
                    continue
                # The first round warms the file cache.
                if turn:
                    times[tool].append(seconds)
                    memory[tool] = max(memory[tool], most)
        digests = {tool: digest(out, name == "sort") for tool, out in outs.items() if tool not in failed}
        differ = [tool for tool, found in digests.items() if found != digests["brewhouse"]]
        for tool in differ:
            notes.append(f"{title}: {tool} wrote something else: {digests[tool]} against {digests['brewhouse']}")
        notes += [f"{title}: {tool} could not run: {why}" for tool, why in failed.items()]
        if digests["brewhouse"].get("sorted") is False:
            notes.append(f"{title}: the rows are not sorted")
        ratios = {tool: [a / b for a, b in zip(times["brewhouse"], times[tool])] for tool in ("duckdb", "polars")}
        cell = lambda tool: f"{statistics.median(times[tool]):.1f} s, {memory[tool] / 1e9:.2f} GB" if times[tool] else "n/a"
        line = f"| {title} | {cell('brewhouse')} | {cell('duckdb')} | {cell('polars')} | {spread(ratios['duckdb'])} | {spread(ratios['polars'])} | {first[0]:.1f} s |"
        print(line, flush=True)
        lines.append(line)
        for out in outs.values():
            remove(out)
    size = os.path.getsize("orders.csv") / 1e9
    head = [
        f"{options.rows:,} rows ({size:.2f} GB of CSV); {os.cpu_count()} cores, {platform.machine()}, {platform.system()}; {time.strftime('%Y-%m-%d')}; "
        f"DuckDB {duckdb.__version__}, Polars {polars.__version__} (Python); {options.rounds} rounds.",
        "",
        "| job | Brewhouse | DuckDB | Polars | against DuckDB | against Polars | file never seen before |",
        "|---|---|---|---|---|---|---|",
    ]
    notes = notes or ["What the three wrote was equal in every job."]
    return "\n".join(head + lines + [""] + [f"- {note}" for note in notes]) + "\n"


def main():
    if sys.argv[1:2] == ["--one"]:
        return one(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=lambda text: text.split(","), default=list(JOBS))
    parser.add_argument("--brewhouse", default=HERE.parents[2] / "target/release/brewhouse")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "brewhouse-field"))
    parser.add_argument("--output", help="a file for the table, beside what is printed")
    options = parser.parse_args()
    place = Path(options.folder)
    python = place / "python/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", place / "python"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    if Path(sys.executable) != python:
        os.execv(python, [str(python), str(HERE), *(str(Path(w).resolve()) if Path(w).exists() else w for w in sys.argv[1:])])
    folder = place / str(options.rows)
    if not (folder / "orders.xlsx").exists():
        folder.mkdir(parents=True, exist_ok=True)
        data(folder, options.rows)
    options.brewhouse = Path(options.brewhouse).resolve()
    output = options.output and Path(options.output).resolve()
    os.chdir(folder)
    table = run(options, folder)
    print("\n" + table)
    if output:
        output.write_text("# Nine jobs against DuckDB and Polars\n\nMade by `python3 tests/bench/field.py`; what is measured stands at its head.\n\n" + table)


if __name__ == "__main__":
    main()
