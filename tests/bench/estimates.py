"""Thirty runs: what was expected before each, against what it took.

    cargo build --release && python3 tests/bench/estimates.py [--rows 20000000]

The data are those of field.py. A run tries its first rows, foretells rows, time, memory and output, and its receipt holds both; a ratio is
what it took to what was expected. Wanted: time within a factor of 2, memory within 1.5.
"""

import argparse, json, os, sys, tempfile
from pathlib import Path

import field
from field import step

SUM = {"sourceColumnName": "quantity", "targetColumnName": "pieces", "functionName": "SUM"}
MEDIAN = {"sourceColumnName": "price", "targetColumnName": "middle", "functionName": "MEDIAN"}


def grouped(keys, *results):
    return step("GROUP_BY", sourceColumns=keys, groupByAggFunctionOptions=list(results))


def sort(*names):
    return step("SORT", expressions=[{"sourceColumn": name, "ordering": "ASCENDING"} for name in names])


UPPER = step("UPPER_CASE", sourceColumn="customer")
SOLD = step("REMOVE_VALUES", [("LESS_THAN_EQUAL", "0", "quantity")], sourceColumn="quantity")
FEW = step("REMOVE_VALUES", [("GREATER_THAN", "0", "quantity")], sourceColumn="quantity")
REVENUE = step("MULTIPLY", sourceColumn1="quantity", sourceColumn2="price", targetColumn="revenue")
UNIQUE = step("DELETE_DUPLICATE_ROWS")
NARROW = step("DELETE", sourceColumns=["order_id", "price", "ordered_at"])

# Name, input, steps, output, further arguments.
RUNS = [
    ("copy", "orders.csv", [], "out.parquet", []),
    ("copy, snappy", "orders.csv", [], "out.parquet", ["--compression", "snappy"]),
    ("copy to CSV", "orders.csv", [], "out.csv", []),
    ("copy to JSON Lines", "orders.csv", [], "out.jsonl", []),
    ("copy to Arrow", "orders.csv", [], "out.arrow", []),
    ("copy by region", "orders.csv", [], "out", ["--partition-by", "region", "--format", "parquet"]),
    ("Parquet to Parquet", "orders.parquet", [], "out.parquet", []),
    ("Parquet by category", "orders.parquet", [], "out", ["--partition-by", "category", "--format", "parquet"]),
    ("JSON Lines to Parquet", "orders.jsonl", [], "out.parquet", ["--text", "ordered_at"]),
    ("upper case", "orders.csv", [UPPER], "out.parquet", []),
    ("rows sold, revenue", "orders.csv", [SOLD, REVENUE], "out.parquet", []),
    ("few rows", "orders.csv", [FEW], "out.parquet", []),
    ("mean fills", "orders.csv", [step("FILL_WITH_AVERAGE", sourceColumn="price")], "out.parquet", []),
    ("median fills", "orders.csv", [step("FILL_WITH_MEDIAN", sourceColumn="price")], "out.parquet", []),
    ("number to text", "orders.csv", [step("CHANGE_DATA_TYPE", sourceColumn="price", columnDataType="string")], "out.parquet", []),
    ("year of a date", "orders.csv", [step("YEAR", sourceColumn="ordered_at", targetColumn="year")], "out.parquet", []),
    ("formula", "orders.csv", [step("FORMULA", valueExpression="quantity * price * 1.19", targetColumn="gross")], "out.parquet", []),
    ("hash", "orders.csv", [step("CRYPTOGRAPHIC_HASH", sourceColumns=["customer"], algorithm="SHA256")], "out.parquet", []),
    ("one column for each category", "orders.csv", [step("ONE_HOT_ENCODING", sourceColumn="category")], "out.parquet", []),
    ("group by two", "orders.csv", [grouped(["region", "category"], SUM)], "out.parquet", []),
    ("group by customer", "orders.csv", [grouped(["customer"], SUM)], "out.parquet", []),
    ("median by customer", "orders.csv", [grouped(["customer"], SUM, MEDIAN)], "out.parquet", []),
    ("join", *("orders.csv", field.JOBS["join"][2], "out.parquet", field.JOBS["join"][3])),
    ("sort by two", "orders.csv", [sort("customer", "ordered_at")], "out.parquet", []),
    ("sort by price", "orders.parquet", [sort("price")], "out.parquet", []),
    ("distinct of four columns", "orders.csv", [NARROW, UNIQUE], "out.parquet", []),
    ("distinct", "orders.parquet", [UNIQUE], "out.parquet", []),
    ("cleaning recipe", "orders.csv", field.JOBS["clean"][2], "out.parquet", []),
    ("first order of each customer", "orders.csv", [step("KEEP_FIRST_BY", groupByColumns=["customer"], orderByColumns=["ordered_at"])], "out.parquet", []),
    ("numbers within a customer", "orders.csv", [step("ROW_NUMBER", groupByColumns=["customer"], orderByColumns=["ordered_at"], targetColumn="number")], "out.parquet", []),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--brewhouse", default=str(field.HERE.parents[2] / "target/release/brewhouse"))
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "brewhouse-field"))
    options = parser.parse_args()
    program = str(Path(options.brewhouse).resolve())
    folder = Path(options.folder).resolve() / str(options.rows)
    if not (folder / "orders.xlsx").exists():
        sys.exit("the data are not there yet: run field.py with the same --rows and --folder first")
    os.chdir(folder)
    own = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data"), "BREWHOUSE_SECRET_KEY": "0123456789abcdef0123456789abcdef"}
    print("| run | rows out, expected | time, expected | ratio | memory, expected | ratio | output, expected |")
    print("|---|---|---|---|---|---|---|")
    times, memories, rows = [], [], []
    for name, source, steps, out, more in RUNS:
        Path("estimate.recipe.json").write_text(json.dumps(steps))
        command = [program, "run", "estimate.recipe.json", "--input", source, "--output", out, "--overwrite", "--quiet", "--no-digest"]
        field.measured([*command, "--receipt", "estimate.receipt.json", *more], env=own)
        receipt = json.loads(Path("estimate.receipt.json").read_text())
        expected = receipt["estimate"]
        size = sum(file["bytes"] for file in receipt["outputs"])
        # What was expected counts from when it was said.
        took = receipt["seconds"] - receipt["openingSeconds"]
        held = receipt["anonymousMemoryBytes"]
        ratios = took / expected["seconds"], held / expected["memoryBytes"], (receipt["rowsOut"] + 1) / (expected["rowsOut"] + 1)
        for found, ratio in zip((times, memories, rows), ratios):
            found.append(ratio)
        print(
            f"| {name} | {receipt['rowsOut']:,}, {expected['rowsOut']:,} | {took:.1f} s, {expected['seconds']:.1f} s | {ratios[0]:.2f} | "
            f"{held / 1e9:.2f} GB, {expected['memoryBytes'] / 1e9:.2f} GB | {ratios[1]:.2f} | {size / 1e6:.0f} MB, {expected['outputBytes'] / 1e6:.0f} MB |",
            flush=True,
        )
        field.remove(out)
    within = lambda ratios, factor: f"{sum(1 / factor <= ratio <= factor for ratio in ratios)} of {len(ratios)} within a factor of {factor}"
    print(f"\nTime: {within(times, 2)}. Memory: {within(memories, 1.5)}. Rows: {within(rows, 1.2)}.")


if __name__ == "__main__":
    main()
