#!/bin/sh
# The profile of many rows against DuckDB's SUMMARIZE of the same Parquet file, run in turn, medians of three.
#   tests/oracle/profile_speed.sh [PROGRAM] [ROWS] [PYTHON]
# PROGRAM must be an optimised build; PYTHON needs duckdb (pip install duckdb). The bar is a ratio of at most 1.5.
set -eu
program=${1:-target/release/brewhouse}
rows=${2:-20000000}
python=${3:-python3}
exec "$python" - "$program" "$rows" <<'PYTHON'
import os, resource, statistics, subprocess, sys, tempfile, time
import duckdb

program, rows = sys.argv[1], int(sys.argv[2])
path = os.path.join(tempfile.gettempdir(), f"brewhouse-profile-{rows}.parquet")
if not os.path.exists(path):
    duckdb.sql(f"""copy (select i as order_id, printf('C%06d', (hash(i) % 500000)::int) as customer,
        ['EU', 'US', 'APAC', 'LATAM', 'eu'][1 + (hash(i + 1) % 5)::int] as region,
        ['kitchen', 'books', 'audio', 'garden', 'toys', 'sports'][1 + (hash(i + 2) % 6)::int] as category,
        (hash(i + 3) % 12)::bigint - 1 as quantity,
        case when hash(i + 4) % 100 < 3 then null else (hash(i + 5) % 20000) / 100.0 end as price,
        timestamp '2024-01-01' + to_minutes((hash(i + 6) % 525600)::bigint) as ordered_at
        from range({rows}) t(i)) to '{path}' (format parquet)""")
ours, theirs, memory = [], [], 0
for turn in range(4):
    start = time.perf_counter()
    run = subprocess.Popen([program, "profile", path, "--json"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    if status:
        sys.exit("the profile failed")
    a = time.perf_counter() - start
    start = time.perf_counter()
    duckdb.connect().execute(f"summarize select * from '{path}'").fetchall()
    b = time.perf_counter() - start
    print(f"  {a:6.2f} s, SUMMARIZE {b:6.2f} s" + ("  (not counted)" if turn == 0 else ""))
    memory = max(memory, usage.ru_maxrss)
    if turn:
        ours.append(a)
        theirs.append(b)
a, b = statistics.median(ours), statistics.median(theirs)
print(f"{rows} rows x 7 columns: {a:.2f} s, SUMMARIZE {b:.2f} s, ratio {a / b:.2f}; peak memory {memory / 1e6:.2f} GB")
PYTHON
