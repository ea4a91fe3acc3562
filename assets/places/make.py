"""Makes the tables of this folder from their sources; README.md says where those come from.

python3 make.py US.txt countries.json cities5000.json cities15000.json zcta.json map_data.txt 1.txt names
(names is the folder of that PyPI package)
(zcta.json is the list of census areas as {"zip": ...}; needs numpy and the zstd program)
"""
import json, subprocess, sys
from collections import defaultdict
import numpy as np

us, countries, cities5000, cities15000, zcta, zones, codes, people = sys.argv[1:]

def packed(name, lines):
    text = "\n".join(lines) + "\n"
    subprocess.run(["zstd", "-19", "-q", "-f", "-o", name], input=text.encode(), check=True)

# Zip codes: code|city|state|time zone|1 where the census knows an area. Time zone: that of the nearest city of GeoNames.
inside = {c["countrycode"] for c in json.load(open(cities5000)).values()} & {"US", "PR", "GU", "VI", "AS", "MP"}
places = [c for c in json.load(open(cities5000)).values() if c["countrycode"] in inside]
spots = np.radians(np.array([[c["latitude"], c["longitude"]] for c in places]))
areas = {z["zip"] for z in json.load(open(zcta))}
lines, seen = [], set()
for row in open(us, encoding="utf-8"):
    cells = row.rstrip("\n").split("\t")
    code, city, state, lat, lon = cells[1], cells[2], cells[4], cells[9], cells[10]
    if code in seen or not state:
        continue
    seen.add(code)
    zone = ""
    if lat and state not in ("AA", "AE", "AP"):
        at = np.radians([float(lat), float(lon)])
        far = (spots[:, 0] - at[0]) ** 2 + ((spots[:, 1] - at[1]) * np.cos(at[0])) ** 2
        zone = places[int(far.argmin())]["timezone"]
    lines.append(f"{code}|{city}|{state}|{zone}|{int(code in areas)}")
packed("us-zips.zst", sorted(lines))

# Countries: two letters|three letters|name|currency|name of the currency
with open("countries.txt", "w", encoding="utf-8") as out:
    for c in sorted(json.load(open(countries)).values(), key=lambda c: c["iso"]):
        out.write("|".join([c["iso"], c["iso3"], c["name"], c["currencycode"], c["currencyname"]]) + "\n")

# Cities of more than 15,000 people, in small letters, with and without accents.
import unicodedata
names = set()
for c in json.load(open(cities15000)).values():
    name = c["name"].lower()
    names |= {name, "".join(l for l in unicodedata.normalize("NFD", name) if not unicodedata.combining(l))}
names |= {n for n in ["new york", "münchen", "köln", "wien", "roma", "milano", "praha", "warszawa", "lisboa", "moskva"]}
packed("cities.zst", sorted(n for n in names if "|" not in n))

# Names of people: given names, an empty line, surnames
def census(*files):
    return sorted({line.split()[0].lower() for file in files for line in open(f"{people}/dist.{file}")})
packed("people.zst", census("female.first", "male.first") + [""] + census("all.last"))

# Telephone numbers: leading digits|time zones
lines = [l.rstrip("\n") for l in open(zones, encoding="utf-8") if l[0].isdigit()]
packed("phone-zones.zst", lines)

# Area codes of +1: code|state, province or country
states = dict(line.split("|")[:2] for line in open("us-states.txt"))
with open("area-codes.txt", "w", encoding="utf-8") as out:
    for line in open(codes, encoding="utf-8"):
        digits, _, place = line.rstrip("\n").partition("|")
        if digits.isdigit() and len(digits) == 4:
            place = {"Washington State": "Washington", "Washington D.C.": "District of Columbia", "Toronto, ON": "Ontario",
                     "Montreal, QC": "Quebec", "British Colombia": "British Columbia"}.get(place, place)
            out.write(f"{digits[1:]}|{states.get(place[-2:], place) if place[-4:-2] == ', ' else place}\n")
