"""The nine jobs on an input many times the memory that a run may take.

    cargo build --release && python3 tests/bench/memory.py [--memory 2GB] [--gigabytes 15] [--jobs sort,join]

The data are those of field.py, read so many times over that the input has the wanted size (as hard links, so that the disk needs room for
the results and what is worked on alone). Memory is the most anonymous memory (RssAnon) that the process held, looked at every 10 ms from
outside, beside what its own receipt says; a job fails that goes over the budget, that does not balance, or that yields another number
of rows than the same rows once do, times the copies (or the same number, where repeated rows fall away).
"""

import argparse, json, os, shutil, sys, tempfile
from pathlib import Path

import field

# Jobs whose rows do not grow with the copies.
ONCE = {"clean", "group", "distinct", "excel"}


def size_of(text):
    units = {"GB": 1e9, "MB": 1e6}
    return int(float(text[:-2]) * units[text[-2:].upper()])


def many(source, gigabytes):
    """A folder with so many links to a file that they hold so many bytes, and how many they are."""
    source = Path(source)
    copies = max(1, round(gigabytes * 1e9 / source.stat().st_size))
    if source.suffix == ".parquet":
        # What it holds counts, not how well it packs.
        copies = max(1, round(gigabytes * 1e9 / Path("orders.csv").stat().st_size))
    folder = Path(f"many.{source.suffix[1:]}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for at in range(copies):
        os.link(source, folder / f"{at:03d}{source.suffix}")
    return folder, copies


def job(name, options, folder, rows):
    title, source, steps, more = field.JOBS[name][:4]
    Path(f"{name}.recipe.json").write_text(json.dumps(steps))
    # A sheet holds no more than a million rows: that one is read as it is.
    parts, copies = (source, 1) if name == "excel" else many(source, options.gigabytes)
    size = sum(file.stat().st_size for file in Path(parts).glob("*")) if copies > 1 else os.path.getsize(source)
    out = f"{name}.many" + ("" if name == "partition" else ".parquet")
    program = str(Path(options.brewhouse).resolve())
    ours = [program, "run", f"{name}.recipe.json", "--input", str(parts), "--output", out, "--format", "parquet", "--overwrite"]
    ours += ["--quiet", "--no-digest", "--memory", options.memory, "--receipt", "memory.receipt.json", *more]
    own = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
    seconds, most, _ = field.measured(ours, env=own)
    receipt = json.loads(Path("memory.receipt.json").read_text())
    wrong = []
    budget = size_of(options.memory)
    if most > budget:
        wrong.append("over the budget")
    if not receipt["balanced"]:
        wrong.append("does not balance")
    expected = receipt["rowsOut"] if name in ONCE else (rows if name != "excel" else field.SHEET_ROWS) * copies
    if receipt["rowsOut"] != expected:
        wrong.append(f"{receipt['rowsOut']} rows instead of {expected}")
    left = [str(path) for path in Path(".").glob(".brewhouse*")]
    if left:
        wrong.append(f"left {left}")
    print(
        f"| {title} | {size / 1e9:.1f} GB | {receipt['rowsIn']:,} | {receipt['rowsOut']:,} | {seconds:.0f} s | {most / 1e9:.2f} GB | "
        f"{receipt['spilledBytes'] / 1e9:.1f} GB | {'; '.join(wrong) or 'yes'} |",
        flush=True,
    )
    field.remove(out)
    field.remove(str(parts)) if copies > 1 else None
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000, help="rows of the data that are read again and again")
    parser.add_argument("--gigabytes", type=float, default=15)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--jobs", type=lambda text: text.split(","), default=list(field.JOBS))
    parser.add_argument("--brewhouse", default=str(field.HERE.parents[2] / "target/release/brewhouse"))
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "brewhouse-field"))
    options = parser.parse_args()
    options.brewhouse = str(Path(options.brewhouse).resolve())
    folder = Path(options.folder).resolve() / str(options.rows)
    if not (folder / "orders.xlsx").exists():
        sys.exit("the data are not there yet: run field.py with the same --rows and --folder first")
    os.chdir(folder)
    print("| job | input | rows in | rows out | time | anonymous memory | worked on in files | within the budget, balanced, nothing left |")
    print("|---|---|---|---|---|---|---|---|")
    good = [job(name, options, folder, options.rows) for name in options.jobs]
    print(f"\n{sum(good)} of {len(good)} jobs kept to {options.memory}.")
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
