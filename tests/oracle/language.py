"""Stems, telephone numbers and encryption against nltk, Google's phonenumbers and cryptography.

    pip install nltk phonenumbers cryptography
    python3 tests/oracle/language.py target/debug/brewhouse WORDS.txt

WORDS.txt holds one small word a line. Telephone numbers are only told apart: Google also knows the length of every number, so a few
that are a digit short are taken here and not there; a number that both take must be the same.
"""

import base64
import csv
import hashlib
import hmac
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import phonenumbers as phones
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from nltk.stem import LancasterStemmer, PorterStemmer

SECRET = "a secret of the examples"
REGIONS = ["US", "CA", "GB", "DE", "FR", "IT", "ES", "NL", "CH", "SE", "PL", "IN", "CN", "JP", "AU", "BR", "MX", "ZA", "TR", "SG"]


def run(program, steps, rows):
    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    with open(folder / "in.csv", "w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    recipe = [{"Action": {"Operation": operation, "Parameters": parameters}} for operation, parameters in steps]
    (folder / "recipe.json").write_text(json.dumps(recipe))
    subprocess.run([program, "run", folder / "recipe.json", "--input", folder / "in.csv", "--output", folder / "out.csv", "--quiet"],
                   check=True, env={**os.environ, "BREWHOUSE_SECRET_PEPPER": SECRET})
    with open(folder / "out.csv", newline="") as file:
        return list(csv.DictReader(file))


def stems(program, words):
    modes = {"PORTER": PorterStemmer(mode="ORIGINAL_ALGORITHM"), "LANCASTER": LancasterStemmer()}
    steps = [("TOKENIZATION", {"sourceColumn": "w", "targetColumn": mode, "stemmingMode": mode}) for mode in modes]
    rows = run(program, steps, [["w"], *([word] for word in words)])
    # Porter's own program leaves words of two letters alone.
    return [(row["w"], mode, row[mode]) for row in rows for mode, stemmer in modes.items()
            if row[mode] != stemmer.stem(row["w"]) and not (mode == "PORTER" and len(row["w"]) < 3)]


def numbers(program):
    draw, rows = random.Random(1), [["p", "c"]]
    for region in REGIONS:
        example = phones.example_number(region)
        for _ in range(20):
            digits = phones.national_significant_number(example)[:-3] + f"{draw.randrange(1000):03}"
            number = phones.parse(f"+{example.country_code}{digits}")
            rows += [[phones.format_number(number, form), region] for form in (0, 1, 2)]
    written = run(program, [("FORMAT_PHONE_NUMBER", {"sourceColumn": "p", "defaultRegionColumn": "c"})], rows)
    wrong = []
    for (given, region), row in zip(rows[1:], written):
        number = phones.parse(given, region)
        want = phones.format_number(number, phones.PhoneNumberFormat.E164)
        if phones.is_valid_number(number) and row["p"] != want:
            wrong.append((given, region, row["p"], want))
    return wrong


def tokens(program):
    def code(key, *parts):
        maker = hmac.new(key, digestmod=hashlib.sha256)
        for part in parts:
            maker.update(struct.pack(">Q", len(part)) + part)
        return maker.digest()

    texts = ["", "a", "42", "straße", "日本語", "x" * 500]
    step = ("DETERMINISTIC_ENCRYPT", {"sourceColumns": '["t"]', "secretId": "pepper"})
    rows = run(program, [step], [["t", "k"], *([text, "k"] for text in texts)])
    keys = [code(SECRET.encode(), f"deterministic {part}, version 1".encode()) for part in ("nonce", "text")]
    wrong = []
    for text, row in zip(texts, rows):
        nonce = code(keys[0], text.encode())[:12]
        sealed = nonce + AESGCMSIV(keys[1]).encrypt(nonce, text.encode(), b"bh1d..")
        want = "bh1d.." + base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        if row["t"] != want:
            wrong.append((text, row["t"], want))
    return wrong


def main(program, words):
    found = {"stems": stems(program, words), "telephone numbers": numbers(program), "encrypted texts": tokens(program)}
    for name, wrong in found.items():
        print(f"{name}: {len(wrong)} differ", *wrong[:5], sep="\n    ")
    return int(any(found.values()))


if __name__ == "__main__":
    text = Path(sys.argv[2]).read_text()
    sys.exit(main(sys.argv[1], sorted(set(re.findall(r"^[a-z]{1,20}$", text, re.M)))))
