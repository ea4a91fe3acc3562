"""Does to a program what happens to programs, and looks at what is left: the old output whole or the new one whole, a message, no litter.

    cargo build --release && python3 tests/faults/run.py --binary target/release/brewhouse
    python3 tests/faults/run.py --kills 40 --cancels 40          # the debug build, quicker
    python3 tests/faults/run.py --only hostile

Python's standard library alone, and a program that was built before. Prints how often each kind was done and what was wrong; exit code 1
when anything was. A full disk and a read-only one are small memory disks where this user may mount them; otherwise a limit on the size
of files and a folder without permission to write, and that is said. Kinds: kill, full, readonly, vanished, changing, two, open, cancel,
hostile; and in all of them that no input was written to.
"""
import argparse
import hashlib
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import hostile as hostile_files  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPE = """[
  {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "note"}}},
  {"Action": {"Operation": "MULTIPLY", "Parameters": {"sourceColumn1": "n", "sourceColumn2": "price", "targetColumn": "total"}}}
]"""
PROJECT = """{"FormatVersion": 1, "Name": "p", "Dataset": {"Name": "d", "Input": {"Path": "INPUT"}}, "Recipe": {"Steps": RECIPE},
 "Outputs": [{"Location": {"Path": "OUT/first.parquet"}, "Overwrite": true}, {"Location": {"Path": "OUT/second.csv"}, "Overwrite": true}]}"""
# What an optimised build keeps to; the other is told without being judged.
CANCEL_LIMIT = 0.2


class Bench:
    """The program, the folder that all happens in, and what was found."""

    def __init__(self, arguments):
        self.binary = str(pathlib.Path(arguments.binary).resolve())
        self.dice = random.Random(arguments.seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="faults-", dir=arguments.folder))
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.optimised = arguments.optimised or "release" in self.binary
        self.done, self.wrong, self.notes = {}, [], []
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("RUST_BACKTRACE", "BREWHOUSE_"))}
        self.environment |= {"TMPDIR": str(self.temporary), "XDG_CACHE_HOME": str(self.folder / "cache"), "XDG_DATA_HOME": str(self.folder / "data")}
        (self.folder / "recipe.json").write_text(RECIPE)

    def start(self, arguments, **more):
        return subprocess.Popen([self.binary, *map(str, arguments)], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)

    def run(self, arguments, timeout=600, **more):
        child = self.start(arguments, **more)
        try:
            _, said = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return None, "it hung"
        return child.returncode, said.decode(errors="replace")

    def count(self, kind, what):
        self.done.setdefault(kind, {}).setdefault(what, 0)
        self.done[kind][what] += 1

    def blame(self, kind, what):
        self.wrong.append(f"{kind}: {what}")
        print(f"  WRONG {kind}: {what}", flush=True)

    def mistaken(self, kind, code, said, what=""):
        """Whether a program ended in a way that none may: by a signal, a panic, with an engine's words, or in silence."""
        odd = code is None or code < 0 or code == 101 or "panicked" in said or "mistake of its own" in said or "the engine stopped" in said
        if odd or (code not in (0, 1) and not said.strip()):
            self.blame(kind, f"{what}: exit {code}: {said.strip()[-300:]}")
            return True
        return False

    def write(self, name, rows, seed):
        """A table of orders; a word beside each row tells one table from another."""
        dice = random.Random(seed)
        regions = ["EU", "US", "APAC", "LATAM"]
        lines = ["id,region,n,price,note"]
        lines += [f"{at},{dice.choice(regions)},{dice.randrange(100)},{dice.randrange(10000) / 100:.2f},note {seed} {at % 97}" for at in range(rows)]
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path


def content(path):
    """The hash of what a file holds; a workbook says when it was made beside its sheets."""
    if path.suffix == ".xlsx":
        try:
            with zipfile.ZipFile(path) as book:
                parts = [book.read(name) for name in sorted(book.namelist()) if not name.startswith("docProps/")]
        except zipfile.BadZipFile:
            parts = [b"no whole workbook", path.read_bytes()]
        return hashlib.sha256(b"".join(parts)).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Shape:
    """A kind of output: how it is run, and what of it lies on disk."""

    def __init__(self, bench, name, place, more=()):
        self.bench, self.name, self.place, self.more = bench, name, place, list(more)
        self.wanted, self.bytes = {}, {}

    def arguments(self, source, receipt=True):
        out = self.place
        if self.name == "several":
            # Both outputs stand in a project.
            project = self.bench.folder / f"{pathlib.Path(source).stem}-{out.name}.brewhouse.json"
            project.write_text(PROJECT.replace("INPUT", str(source)).replace("RECIPE", RECIPE).replace("OUT", str(out)))
            arguments = ["run", project]
        else:
            target = {"file": out / "out.parquet", "folder": out / "parts", "text": out / "out.csv", "workbook": out / "out.xlsx"}[self.name]
            arguments = ["run", "recipe.json", "--input", source, "--output", target, "--overwrite", *self.more]
        return arguments + (["--receipt", out / "receipt.json"] if receipt else []) + ["--quiet"]

    def found(self):
        """Every file of the place but the receipt, by its name and hash."""
        files = {}
        for path in sorted(self.place.rglob("*")):
            if path.is_file() and path.name != "receipt.json":
                files[str(path.relative_to(self.place))] = content(path)
        return files

    def litter(self):
        """What lies beside the outputs and is none of them."""
        return [name for name in self.found() if "/." in f"/{name}" or name.endswith(".tmp")] + [
            str(path.relative_to(self.place)) for path in self.place.rglob(".*") if path.is_dir()]

    def outputs(self):
        litter = self.litter()
        return {name: found for name, found in self.found().items() if not any(name.startswith(odd) for odd in litter)}

    def learn(self, name, source):
        """Runs a table to its end and remembers what that leaves."""
        code, said = self.bench.run(self.arguments(source))
        if code != 0 or self.litter():
            sys.exit(f"{self.name} of {name} cannot be made: exit {code}: {said} {self.litter()}")
        self.wanted[name] = self.outputs()
        self.bytes[name] = sum(path.stat().st_size for path in self.place.rglob("*") if path.is_file() and path.name != "receipt.json")

    def state(self):
        """Which of the tables an output holds; several outputs are whole each on its own."""
        outputs = self.outputs()
        for name, wanted in self.wanted.items():
            if outputs == wanted:
                return name
        if self.name == "several":
            each = [next((n for n, w in self.wanted.items() if outputs.get(k) == w[k]), None) for k in self.wanted["small"]]
            if None not in each and set(outputs) == set(self.wanted["small"]):
                return "one of each"
        return None


def shapes(bench, place, small, large, names=("file", "folder", "several")):
    more = {"folder": ["--partition-by", "region"]}
    made = []
    for name in names:
        folder = place / name
        folder.mkdir(parents=True)
        shape = Shape(bench, name, folder, more.get(name, []))
        shape.learn("large", large)
        shape.learn("small", small)
        made.append(shape)
    return made


def check_after(bench, kind, shape, small, what, known=True):
    """The outputs are whole; the next run works, and nothing lies beside them after it."""
    state = shape.state()
    if not known and state is None:
        state = "another"
    if state is None:
        bench.blame(kind, f"{shape.name}, {what}: neither the old nor the new output: {sorted(shape.found())}")
    bench.count(kind, f"{shape.name}: {'old' if state == 'small' else 'new' if state == 'large' else state} output whole")
    code, said = bench.run(shape.arguments(small))
    if code != 0 or shape.state() != "small" or shape.litter():
        bench.blame(kind, f"{shape.name}, {what}: the next run: exit {code}, {shape.state()}, litter {shape.litter()}: {said[-300:]}")


def kill(bench, files, arguments):
    small, large, took = files
    made = shapes(bench, bench.folder / "kill", small, large)
    for at in range(arguments.kills):
        shape = made[at % len(made)]
        child = bench.start(shape.arguments(large))
        # Most of what can break happens at the end: half of the moments are there.
        moment = bench.dice.uniform(0, took * 1.1) if at % 2 else bench.dice.uniform(took * 0.7, took * 1.2)
        try:
            child.wait(moment)
            bench.count("kill", "done before")
        except subprocess.TimeoutExpired:
            child.kill()
        child.communicate()
        check_after(bench, "kill", shape, small, f"after {moment:.3f} s")


def mounted(place, options):
    place.mkdir(parents=True, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True).returncode == 0


def size(large):
    """A disk that has room for every output of a table, twice."""
    return f"size={64 + (large.stat().st_size * 8 >> 20)}m"


def refused(bench, kind, shape, code, said, words):
    if bench.mistaken(kind, code, said, shape.name):
        return
    if code != 2 or not re.search(words, said):
        bench.blame(kind, f"{shape.name}: exit {code}, told: {said.strip()[-300:]}")
    if shape.state() != "small" or shape.litter():
        bench.blame(kind, f"{shape.name}: left {sorted(shape.found())}")
    bench.count(kind, f"{shape.name}: old output whole, told")


def full(bench, files, _):
    small, large, _ = files
    names = ("file", "folder", "several", "text", "workbook")
    for share in [0.05, 0.5, 0.95]:
        place = bench.folder / f"full-{share}"
        disk = mounted(place, size(large))
        if not disk:
            bench.notes.append("full: no disk could be mounted; a limit on the size of files stands for it")
            place.mkdir(exist_ok=True)
        for shape in shapes(bench, place, small, large, names):
            limit = int(shape.bytes["large"] * share)
            if disk:
                # Only so much room is left beside what is there.
                held = sum(path.stat().st_blocks * 512 for path in place.rglob("*"))
                subprocess.run(["mount", "-o", f"remount,size={held + limit // 4096 * 4096}", str(place)], check=True)
            more = {} if disk else {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))}
            code, said = bench.run(shape.arguments(large, receipt=False), **more)
            refused(bench, "full", shape, code, said, "make room|disk")
            if disk:
                subprocess.run(["mount", "-o", f"remount,{size(large)}", str(place)], check=True)
            check_after(bench, "full", shape, small, "with room again")
        if disk:
            subprocess.run(["umount", str(place)], check=True)
    # No room for the copy that irregular text is made straight in.
    shape = shapes(bench, bench.folder / "full-copy", small, large, ("file",))[0]
    odd = bench.folder / "odd.csv"
    odd.write_text(large.read_text() + '1,EU,2,3.50,"a "stray" quote"\n')
    if mounted(bench.temporary, "size=16k"):
        code, said = bench.run(shape.arguments(odd, receipt=False))
        refused(bench, "full", shape, code, said, "make room|disk|temporary")
        subprocess.run(["umount", str(bench.temporary)], check=True)


def readonly(bench, files, _):
    small, large, _ = files
    place = bench.folder / "readonly"
    disk = mounted(place, size(large))
    made = shapes(bench, place, small, large)
    if disk:
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    elif os.geteuid() == 0:
        bench.notes.append("readonly: no disk could be mounted, and nothing is forbidden to this user: left out")
        return
    for shape in made:
        if not disk:
            for folder in [shape.place, *filter(pathlib.Path.is_dir, shape.place.rglob("*"))]:
                folder.chmod(0o555)
        code, said = bench.run(shape.arguments(large, receipt=False))
        refused(bench, "readonly", shape, code, said, "cannot be (written|made)|may write")
        for folder in [shape.place, *filter(pathlib.Path.is_dir, shape.place.rglob("*"))] if not disk else []:
            folder.chmod(0o755)
    if disk:
        subprocess.run(["umount", str(place)], check=True)


def vanished(bench, files, arguments):
    small, large, took = files
    made = shapes(bench, bench.folder / "vanished", small, large)
    for at in range(max(9, arguments.kills // 5)):
        shape = made[at % len(made)]
        copy = bench.folder / "going.csv"
        shutil.copy(large, copy)
        child = bench.start(shape.arguments(copy))
        moment = 0 if at < 3 else bench.dice.uniform(0, took)
        time.sleep(moment)
        copy.unlink()
        _, said = child.communicate(timeout=600)
        said = said.decode(errors="replace")
        if not bench.mistaken("vanished", child.returncode, said, shape.name):
            wanted = {0: "large", 2: "small"}.get(child.returncode)
            if shape.state() != wanted or (child.returncode == 2 and not re.search("is gone|no such file|not there", said)):
                bench.blame("vanished", f"{shape.name} after {moment:.3f} s: exit {child.returncode}, {shape.state()}: {said[-300:]}")
        check_after(bench, "vanished", shape, small, f"after {moment:.3f} s")


def changing(bench, files, arguments):
    small, large, took = files
    made = shapes(bench, bench.folder / "changing", small, large, ("file",))
    row = b"7,EU,1,2.50,a row more\n"

    def grow(path):
        with path.open("ab") as out:
            for _ in range(50):
                out.write(row)
                out.flush()

    def cut(path):
        os.truncate(path, path.stat().st_size // 2)

    def overwrite(path):
        with path.open("r+b") as out:
            out.seek(path.stat().st_size // 2)
            out.write(b"#" * 5000)

    def replace(path):
        other = path.with_suffix(".new")
        shutil.copy(small, other)
        os.replace(other, path)

    ways = [grow, cut, overwrite, replace]
    shape = made[0]
    for at in range(max(len(ways) * 3, arguments.kills // 4)):
        way = ways[at % len(ways)]
        copy = bench.folder / "changes.csv"
        shutil.copy(large, copy)
        child = bench.start(shape.arguments(copy))
        moment = bench.dice.uniform(0, took)
        time.sleep(moment)
        way(copy)
        _, said = child.communicate(timeout=600)
        said, code = said.decode(errors="replace"), child.returncode
        if not bench.mistaken("changing", code, said, way.__name__):
            if code == 2:
                fine = shape.state() == "small"
            elif shape.state() == "large":
                fine = code == 0
            else:
                # It was read after it changed: then the output is that of the file as it is now.
                after, rejects = shape.outputs(), 0 if code == 0 else 1
                again, _ = bench.run(shape.arguments(copy))
                fine = again == rejects and shape.outputs() == after
            if not fine:
                bench.blame("changing", f"{way.__name__} after {moment:.3f} s: exit {code}, {shape.state()}: {said[-300:]}")
            told = {0: "read as it was or is", 1: "read as it is, rows set aside", 2: "told, old output whole"}.get(code)
            bench.count("changing", f"{way.__name__}: {told}")
        for path in shape.place.glob("*.rejects.csv"):
            path.unlink()
        # What it holds was looked at above.
        check_after(bench, "changing", shape, small, way.__name__, known=False)


def two(bench, files, arguments):
    small, large, took = files
    made = shapes(bench, bench.folder / "two", small, large)
    for at in range(max(9, arguments.kills // 5)):
        shape = made[at % len(made)]
        first = bench.start(shape.arguments(large, receipt=False))
        time.sleep(bench.dice.uniform(0, took))
        second = bench.start(shape.arguments(small, receipt=False))
        for child in (second, first):
            said = child.communicate(timeout=600)[1].decode(errors="replace")
            if bench.mistaken("two", child.returncode, said, shape.name):
                continue
            if child.returncode != 0 and not (child.returncode == 2 and "another run is writing" in said):
                bench.blame("two", f"{shape.name}: exit {child.returncode}: {said[-300:]}")
            bench.count("two", "wrote" if child.returncode == 0 else "told that another run is writing")
        if shape.state() is None or shape.litter():
            bench.blame("two", f"{shape.name}: left {sorted(shape.found())}")
        check_after(bench, "two", shape, small, "two at once")


def opened(bench, files, _):
    small, large, _ = files
    for shape in shapes(bench, bench.folder / "open", small, large):
        kept = {path: path.open("rb") for path in shape.place.rglob("*") if path.is_file()}
        before = {path: path.read_bytes() for path in kept}
        code, said = bench.run(shape.arguments(large))
        if code != 0 or shape.state() != "large" or shape.litter():
            bench.blame("open", f"{shape.name}: exit {code}: {said}")
        for path, file in kept.items():
            if file.read() != before[path]:
                bench.blame("open", f"{path.name} changed under whoever reads it")
            file.close()
        bench.count("open", f"{shape.name}: the reader keeps the old one, the path has the new one")


def cancel(bench, files, arguments):
    small, large, took = files
    made = shapes(bench, bench.folder / "cancel", small, large)
    times, late = [], 0
    for at in range(arguments.cancels):
        shape = made[at % len(made)]
        which = [signal.SIGTERM, signal.SIGINT][at // len(made) % 2]
        child = bench.start(shape.arguments(large))
        moment = bench.dice.uniform(0, took)
        try:
            child.wait(moment)
        except subprocess.TimeoutExpired:
            pass
        began = time.monotonic()
        over = child.poll() is not None
        child.send_signal(which)
        said = child.communicate(timeout=60)[1].decode(errors="replace")
        waited = time.monotonic() - began
        code = child.returncode
        if over or code == 0:
            bench.count("cancel", "done before")
        elif code == -which:
            # Before the program was there to hear it: nothing was begun.
            bench.count("cancel", "before it began")
        elif code == 128 + which:
            times.append(waited)
            bench.count("cancel", "told")
            old = "the old output is as it was" in said
            if not old and "was in place already" not in said or old and shape.state() != "small":
                bench.blame("cancel", f"{shape.name}: {shape.state()}, told {said[-300:]}")
            if bench.optimised and waited > CANCEL_LIMIT:
                late += 1
        else:
            bench.blame("cancel", f"{shape.name} after {moment:.3f} s: exit {code}: {said[-300:]}")
        # Right after it, not only after the next run.
        if shape.state() is None or shape.litter() or list(bench.temporary.iterdir()):
            bench.blame("cancel", f"{shape.name} after {moment:.3f} s left {sorted(shape.found())} {list(bench.temporary.iterdir())}")
        if shape.state() != "small" and at < arguments.cancels - 1:
            bench.run(shape.arguments(small))
    times.sort()
    if times:
        at = lambda share: times[min(len(times) - 1, int(share * len(times)))] * 1000  # noqa: E731
        bench.notes.append(f"cancel: {len(times)} answered: median {at(0.5):.0f} ms, 90 % {at(0.9):.0f}, 99 % {at(0.99):.0f}, longest {times[-1] * 1000:.0f}"
                           + ("" if bench.optimised else " (not an optimised build: not judged)"))
    if late:
        bench.blame("cancel", f"{late} of {len(times)} took longer than {CANCEL_LIMIT} s")


def watched(bench, arguments, limit, timeout):
    """Runs the program under a limit of memory: its exit code, what it said, and the most that it held."""
    child = bench.start(arguments)
    most, stop = [0], threading.Event()

    def watch():
        while not stop.wait(0.02):
            try:
                text = pathlib.Path(f"/proc/{child.pid}/status").read_text()
            except OSError:
                return
            found = re.search(r"RssAnon:\s+(\d+)", text)
            most[0] = max(most[0], int(found[1]) // 1024 if found else 0)
            if most[0] > limit:
                child.kill()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        said = child.communicate(timeout=timeout)[1].decode(errors="replace")
        code = child.returncode
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        code, said = None, f"it hung for {timeout} s"
    stop.set()
    thread.join()
    return code, f"{said} (killed at {most[0]} MB)" if most[0] > limit else said, most[0]


def hostile(bench, files, arguments):
    folder = bench.folder / "hostile"
    folder.mkdir()
    # The other build takes minutes for what an optimised one does in seconds.
    size = (1 << 30) if bench.optimised else (20 << 20)
    worst = (0, "")
    for name, limit in hostile_files.make(folder, bench, files[0], size, arguments.damaged):
        path = folder / name
        for command in (["inspect", path], ["run", "recipe-none.json", "--input", path, "--output", folder / "out.parquet", "--overwrite", "--quiet"]):
            (bench.folder / "recipe-none.json").write_text("[]")
            code, said, most = watched(bench, command, limit or arguments.memory, arguments.patience)
            killed = code is None or code == -signal.SIGKILL
            bench.mistaken("hostile", code, said, f"{command[0]} {name} ({most} MB)")
            bench.count("hostile", {0: "read", 1: "read, rows set aside, or told", 2: "told"}.get(code, "wrong"))
            worst = max(worst, (most, f"{command[0]} {name}"))
        for left in list(folder.glob(".out*")) + list(bench.temporary.iterdir()):
            if hostile_files.is_litter(left):
                if not killed:
                    bench.blame("hostile", f"{name} left {left}")
                left.unlink()
        path.unlink()
        for made in folder.glob("out.parquet*"):
            made.unlink()
    bench.notes.append(f"hostile: the most memory was {worst[0]} MB, for {worst[1]}")


KINDS = {"kill": kill, "full": full, "readonly": readonly, "vanished": vanished, "changing": changing, "two": two, "open": opened,
         "cancel": cancel, "hostile": hostile}


def sized(bench, seconds):
    """A small table, and one that a run takes about so long for."""
    small = bench.write("small.csv", 50, 1)
    shape = Shape(bench, "file", bench.folder / "size")
    shape.place.mkdir()
    rows = 2_000
    while True:
        large = bench.write("large.csv", rows, 2)
        began = time.monotonic()
        code, said = bench.run(shape.arguments(large))
        took = time.monotonic() - began
        if code != 0:
            sys.exit(f"the program does not run: exit {code}: {said}")
        if took >= seconds or rows >= 8_000_000:
            return small, large, took
        rows *= 4 if took < seconds / 4 else 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "target/debug/brewhouse"))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cancels", type=int, default=500)
    parser.add_argument("--damaged", type=int, default=150, help="damaged copies of files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5, help="about how long the run that is disturbed takes")
    parser.add_argument("--memory", type=int, default=1500, help="the most memory for a hostile file, in MB")
    parser.add_argument("--patience", type=int, default=120, help="seconds for a hostile file")
    parser.add_argument("--folder", help="where it all happens; the temporary folder otherwise")
    parser.add_argument("--optimised", action="store_true", help="judge times although the path does not say release")
    parser.add_argument("--only", default=",".join(KINDS))
    arguments = parser.parse_args()
    bench = Bench(arguments)
    try:
        files = sized(bench, arguments.seconds)
        before = {path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files[:2]}
        print(f"{files[1].stat().st_size / 1e6:.1f} MB, {files[2]:.2f} s a run, seed {arguments.seed}", flush=True)
        for kind in arguments.only.split(","):
            began = time.monotonic()
            KINDS[kind](bench, files, arguments)
            print(f"{kind}: {time.monotonic() - began:.0f} s", flush=True)
            for what, count in sorted(bench.done.get(kind, {}).items()):
                print(f"  {count:5} {what}", flush=True)
        for path, was in before.items():
            if (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) != was:
                bench.blame("inputs", f"{path.name} was written to")
        print("inputs: none was written to" if not any(text.startswith("inputs") for text in bench.wrong) else "inputs: WRONG")
    finally:
        for place in sorted(bench.folder.rglob("*"), reverse=True):
            if place.is_mount():
                subprocess.run(["umount", str(place)], check=False)
        shutil.rmtree(bench.folder, ignore_errors=True)
    for note in bench.notes:
        print(note)
    print(f"{len(bench.wrong)} wrong")
    sys.exit(1 if bench.wrong else 0)


if __name__ == "__main__":
    main()
