#!/usr/bin/env python3
"""Makes the SecureCart sample: orders.csv, customers.csv, products.csv and clickstream.jsonl.

    python3 generate.py            writes the four files beside this script
    python3 generate.py --check    says whether the files there are the ones it would write

Same files, byte for byte, on every machine: one seed, whole-number arithmetic, no clock, and of Python's random numbers only
random(), whose sequence is guaranteed. People and shops are invented; mail addresses use domains reserved for examples.
"""

import csv
import io
import json
import random
import sys
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

SEED = 20240229
ORDERS, CUSTOMERS, EVENTS = 19_000, 2_000, 10_000
FIRST_DAY, DAYS = datetime(2024, 1, 1), 540

# Names as written, and as they stand in a mail address: first names, family names, and how the two are put together.
NAMES = {
    "latin": (
        "Zoë:zoe José:jose Chloé:chloe Jürgen:juergen Søren:soren Ana:ana Łukasz:lukasz Inês:ines Åsa:asa Seán:sean Ada:ada "
        "Noah:noah Giulia:giulia Márta:marta Émile:emile Lucía:lucia Tomáš:tomas Emma:emma Björk:bjork Marco:marco",
        "García:garcia Müller:mueller O'Neill:oneill Ørsted:orsted Núñez:nunez Kowalski:kowalski Lefèvre:lefevre Rossi:rossi "
        "Smith:smith Meyer:meyer Weiß:weiss Fernández:fernandez Dvořák:dvorak Bello:bello D'Angelo:dangelo Håkansson:hakansson "
        "Gonçalves:goncalves Johnson:johnson Szabó:szabo Brontë:bronte",
        "{first} {family}",
    ),
    "japanese": ("さくら:sakura 健太:kenta 美咲:misaki 大輔:daisuke 葵:aoi", "田中:tanaka 佐藤:sato 鈴木:suzuki 高橋:takahashi 渡辺:watanabe", "{family} {first}"),
    "chinese": ("伟:wei 芳:fang 秀英:xiuying 娜:na 强:qiang", "王:wang 李:li 张:zhang 刘:liu 陈:chen", "{family}{first}"),
    "korean": ("민준:minjun 서연:seoyeon 지우:jiwoo 하은:haeun", "김:kim 이:lee 박:park 최:choi", "{family}{first}"),
    "hindi": ("आरव:aarav दीया:diya रोहन:rohan अनन्या:ananya", "शर्मा:sharma वर्मा:verma गुप्ता:gupta सिंह:singh", "{first} {family}"),
    "cyrillic": ("Олена:olena Иван:ivan Мария:maria Георги:georgi Наталія:natalia", "Петров:petrov Иванова:ivanova Шевченко:shevchenko Димитров:dimitrov Коваленко:kovalenko", "{first} {family}"),
    "arabic": ("محمد:mohamed فاطمة:fatima يوسف:youssef ليلى:layla", "الخطيب:alkhatib حداد:haddad النجار:alnajjar منصور:mansour", "{first} {family}"),
    "greek": ("Γιώργος:giorgos Ελένη:eleni Νίκος:nikos Αθηνά:athina", "Παπαδόπουλος:papadopoulos Νικολάου:nikolaou Γεωργίου:georgiou Οικονόμου:oikonomou", "{first} {family}"),
}
# Region: currencies, and countries with the scripts of their customers' names.
REGIONS = {
    "EU": ("EUR EUR EUR EUR GBP CHF", "DE:latin,latin,latin,arabic FR:latin,latin,latin,arabic ES:latin IT:latin PL:latin IE:latin SE:latin GR:greek,greek,latin BG:cyrillic UA:cyrillic"),
    "US": ("USD USD USD USD CAD", "US:latin,latin,latin,latin,latin,chinese,arabic CA:latin"),
    "APAC": ("USD AUD SGD", "JP:japanese CN:chinese KR:korean IN:hindi,latin AU:latin SG:chinese,latin"),
    "LATAM": ("USD", "MX:latin BR:latin AR:latin CO:latin"),
}
SHARES = ["EU"] * 9 + ["US"] * 6 + ["APAC"] * 4 + ["LATAM"] * 2
RATES = {"EUR": 100, "USD": 108, "GBP": 86, "CHF": 95, "CAD": 147, "AUD": 164, "SGD": 145}
SIGNS = {"EUR": "€{}", "USD": "${}", "GBP": "£{}", "CHF": "CHF {}", "CAD": "CA${}", "AUD": "A${}", "SGD": "S${}"}
# Category: prefix of its article numbers, things, smallest and largest price in cents.
CATEGORIES = {
    "Kitchen": ("KIT", "Kettle,Chef's knife,Cutting board,Saucepan,Moka pot", 900, 14900),
    "Audio": ("AUD", "Headphones,Speaker,Turntable,Microphone", 2900, 39900),
    "Books": ("BOO", "Cookbook,Atlas,Novel,Dictionary", 700, 4900),
    "Garden": ("GAR", 'Hose 1/2",Secateurs,Planter,Lantern', 600, 12900),
    "Toys": ("TOY", "Puzzle,Building blocks,Kite,Marble run", 500, 7900),
    "Sports": ("SPO", "Yoga mat,Dumbbells,Racket,Bottle", 800, 18900),
}
NOTES = [
    "Leave with neighbour, flat 3", "Gift, please wrap", 'Customer asked for the "blue" one', "Call before delivery, after 17:00",
    "First line: ring twice\nSecond line: back door", 'Said: "too small",\nwants to exchange', "c/o Meyer, 2nd floor\r\nno lift",
    "Fragile; handle with care", "Voir étage 4, porte gauche", "置き配希望", "اتصل قبل التسليم", "🎁 birthday, by Friday", '""', "N/A",
]
EVENT_KINDS = ["view"] * 6 + ["search"] * 2 + ["add_to_cart"] * 2 + ["checkout", "purchase"]
DEVICES = [("mobile", "iOS", "Safari"), ("mobile", "Android", "Chrome"), ("desktop", "Windows", "Edge"), ("desktop", "macOS", "Safari"), ("desktop", "Linux", "Firefox"), ("tablet", "Android", "Chrome")]
TAGS = ["promo", "email", "returning", "search-ad", "app", "größe-L", "夏セール"]


class Dice:
    """Random choices made of random() alone."""

    def __init__(self, seed):
        self.next = random.Random(seed).random

    def chance(self, share):
        return self.next() < share

    def whole(self, low, high):
        return low + int(self.next() * (high - low + 1))

    def pick(self, items):
        return items[int(self.next() * len(items))]

    def often_first(self, items):
        """Prefers what stands early, as customers and articles are not equally busy."""
        return items[int(self.next() * self.next() * len(items))]

    def weighted(self, shares):
        """One of the keys by its share in percent, or none for the rest."""
        mark = self.next() * 100
        for key, share in shares.items():
            mark -= share
            if mark < 0:
                return key
        return None


def money(cents):
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def products(dice):
    rows = []
    for category, (prefix, things, low, high) in CATEGORIES.items():
        for number in range(1, 35):
            thing = f"{dice.pick(things.split(','))} {dice.pick(['Classic', 'Pro', 'Mini', 'XL', 'Nº 5', 'Été'])}"
            price = low + (high - low) * dice.whole(0, 100) * dice.whole(0, 100) // 10_000
            stock = dice.weighted({"0": 8, "-3": 1}) or ("" if dice.chance(0.02) else str(dice.whole(1, 900)))
            rows.append({
                "sku": f"{prefix}-{number:04}", "name": thing, "category": category, "list_price": money(price // 10 * 10 + 9),
                "stock": stock, "warehouse": dice.pick(["Rotterdam", "Memphis", "Singapore", "São Paulo"]),
                "reorder_level": str(dice.pick([10, 20, 50])), "discontinued": "true" if dice.chance(0.06) else "false",
            })
    return rows


def person(dice, script):
    first, family, form = NAMES[script]
    first, family = (dice.pick(words.split()).split(":") for words in (first, family))
    return form.format(first=first[0], family=family[0]), f"{first[1]}.{family[1]}"


def customers(dice):
    """The customers of the table, then those that only orders know (their rows are not written)."""
    rows = []
    for number in range(1, CUSTOMERS + 31):
        region = dice.pick(SHARES)
        country, scripts = dice.pick(REGIONS[region][1].split()).split(":")
        name, address = person(dice, dice.pick(scripts.split(",")))
        signed_up = date(2019, 1, 1) + timedelta(days=dice.whole(0, 1800))
        rows.append({
            "customer_id": f"C{number:05}", "name": name, "email": f"{address}{number}@{dice.pick(['example.com', 'example.org', 'mail.example', 'shop.example'])}",
            "country": country, "segment": dice.weighted({"Consumer": 60, "Small business": 25, "Enterprise": 12}) or "",
            "signed_up": signed_up.isoformat(), "marketing_opt_in": dice.weighted({"yes": 55, "no": 42}) or "", "region": region,
        })
    return rows[:CUSTOMERS], rows[CUSTOMERS:]


def messy_date(dice, at):
    kind = dice.weighted({"day first": 18, "named": 3, "bad": 0.4, "none": 1.1})
    if kind == "day first":
        return at.strftime("%d/%m/%Y")
    if kind == "named":
        return f"{'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()[at.month - 1]} {at.day}, {at.year}"
    if kind == "bad":
        return dice.pick(["31/02/2024", "2024-02-30 10:00:00", "00/00/0000", "30/02/2025", "yesterday"])
    return "" if kind == "none" else at.strftime("%Y-%m-%d %H:%M:%S")


def messy_name(dice, name):
    kind = dice.weighted({"before": 4, "after": 5, "both": 2, "upper": 5, "lower": 4, "inner": 1, "hard": 0.5, "split": 2, "none": 0.8})
    forms = {
        "before": "  " + name, "after": name + dice.pick([" ", "   "]), "both": f" {name} ", "upper": name.upper(), "lower": name.lower(),
        "inner": name.replace(" ", "  "), "hard": name + "\u00a0", "split": unicodedata.normalize("NFD", name), "none": "",
    }
    return forms.get(kind, name)


def messy_region(dice, region):
    kind = dice.weighted({"lower": 9, "title": 4, "before": 0.6, "after": 0.4, "none": 0.5})
    return {"lower": region.lower(), "title": region.capitalize(), "before": " " + region.lower(), "after": region + " ", "none": ""}.get(kind, region)


def messy_email(dice, email):
    kind = dice.weighted({"upper": 3, "no at": 0.6, "none": 2.5})
    return {"upper": email.upper(), "no at": email.replace("@", ".", 1), "none": ""}.get(kind, email)


def spelled(dice, word):
    return dice.weighted({word.capitalize(): 20, word.upper(): 10}) or word


def order(dice, number, at, who, articles):
    article = dice.often_first(articles)
    currency = dice.pick(REGIONS[who["region"]][0].split())
    euro = int(article["list_price"].replace(".", "")) * dice.whole(94, 103) // 100
    price = euro * RATES[currency] // 100
    if dice.chance(0.0004):
        price, euro = price * 100, euro * 100  # cents typed as whole units
    discount = dice.weighted({"0": 60, "5": 10, "10": 12, "15": 5, "20": 4, "150": 0.04}) or ""
    status = dice.weighted({"shipped": 52, "paid": 30, "pending": 5, "cancelled": 6, "canceled": 1.5}) or "refunded"
    quantity = dice.often_first([1, 2, 3, 4, 5, 6, 8, 12]) * (-1 if status == "refunded" else 1)
    total = quantity * euro * (100 - min(int(discount or 0), 100)) // 100
    odd = dice.weighted({"": 1.5, "0": 0.8, "1.0": 0.5, " 2 ": 0.4, "two": 0.1})
    missing_price = dice.weighted({"": 2.6, "N/A": 0.9})
    sku = article["sku"] if not dice.chance(0.008) else f"OLD-{dice.whole(1, 40):04}"
    shown = money(price)
    return {
        "order_id": f"{number:07}",
        "customer_id": "" if dice.chance(0.006) else who["customer_id"],
        "customer_name": messy_name(dice, who["name"]),
        "email": messy_email(dice, who["email"]),
        "ordered_at": messy_date(dice, at),
        "region": messy_region(dice, who["region"]),
        "category": spelled(dice, article["category"]) if dice.chance(0.2) else article["category"],
        "sku": sku.lower() if dice.chance(0.04) else sku,
        "quantity": odd if odd is not None and status != "refunded" else str(quantity),
        "unit_price": missing_price if missing_price is not None else shown,
        "price_text": shown.replace(".", ",") + " €" if currency == "EUR" and dice.chance(0.3) else SIGNS[currency].format(shown),
        "currency": currency.lower() if dice.chance(0.03) else currency,
        "discount_pct": discount,
        "total_eur": "" if dice.chance(0.002) else money(total),
        "status": spelled(dice, status),
        "coupon": dice.weighted({"SPRING24": 3, "spring24": 1, "WELCOME10": 4, "BLACK-FRIDAY": 2}) or "",
        "note": dice.pick(NOTES) if dice.chance(0.07) else "",
        "updated_at": (at + timedelta(hours=dice.whole(1, 72))).strftime("%Y-%m-%d %H:%M"),
    }


def orders(dice, known, unknown, articles):
    """Orders by time; some lines are sent twice, and some pending orders come again when they are paid."""
    buyers = known[: CUSTOMERS - 140]  # the others never bought anything
    lines, at = [], FIRST_DAY
    for number in range(1234, 1234 + ORDERS):
        at += timedelta(seconds=dice.whole(0, 2 * DAYS * 86_400 // ORDERS))
        who = dice.pick(unknown) if dice.chance(0.012) else dice.often_first(buyers)
        row = order(dice, number, at, who, articles)
        place = (number + dice.whole(0, 3)) * 10
        lines.append((place, row))
        if dice.chance(0.012):
            lines.append((place + dice.whole(1, 400), row))
        if row["status"].lower() == "pending" and dice.chance(0.25):
            later = datetime.fromisoformat(row["updated_at"]) + timedelta(hours=dice.whole(2, 96))
            again = row | {"status": dice.pick(["paid", "Paid", "shipped"]), "updated_at": later.strftime("%Y-%m-%d %H:%M")}
            lines.append((place + dice.whole(50, 900), again))
    return [row for _, row in sorted(lines, key=lambda line: line[0])]


def clickstream(dice, known, articles):
    """Events by time. A session keeps its device and customer; a third of the visitors are not logged in.

    What an event does not have is left out of its line.
    """
    sessions = []
    for number in range(EVENTS // 6):
        kind, system, browser = dice.pick(DEVICES)
        device = {"type": kind, "os": system, "browser": browser}
        if dice.chance(0.05):
            del device["browser"]
        who = None if dice.chance(0.33) else dice.often_first(known)["customer_id"]
        tags = [tag for tag in TAGS if dice.chance(0.15)]
        sessions.append({"session_id": f"s{number:04x}{dice.whole(0, 255):02x}", "customer_id": who, "device": device, "tags": tags})
    events, at = [], datetime(2025, 6, 1)
    for _ in range(EVENTS):
        at += timedelta(milliseconds=dice.whole(0, 120_000))
        session = sessions[min(len(events) // 6 + dice.whole(0, 12), len(sessions) - 1)]
        kind = dice.pick(EVENT_KINDS)
        event = {"at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "session_id": session["session_id"], "event": kind}
        if session["customer_id"]:
            event["customer_id"] = session["customer_id"]
        if kind in ("view", "add_to_cart"):
            event["sku"] = dice.often_first(articles)["sku"]
        events.append(event | {"device": session["device"], "tags": session["tags"]})
    return events


def as_csv(rows, without=()):
    names = [name for name in rows[0] if name not in without]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def make():
    # Each table has its own dice, so that a change to one leaves the others as they are.
    articles = products(Dice(SEED))
    popular = sorted(articles, key=lambda article: article["sku"][-4:])
    known, unknown = customers(Dice(SEED + 1))
    bought = orders(Dice(SEED + 2), known, unknown, popular)
    events = clickstream(Dice(SEED + 3), known, popular)
    return {
        "orders.csv": as_csv(bought),
        "customers.csv": as_csv(known, without=("region",)),
        "products.csv": as_csv(articles),
        "clickstream.jsonl": "".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) + "\n" for e in events),
    }


def main(arguments):
    folder = Path(__file__).resolve().parent
    files = {folder / name: text.encode() for name, text in make().items()}
    if arguments == ["--check"]:
        changed = [path.name for path, data in files.items() if not path.is_file() or path.read_bytes() != data]
        print(f"not as generated: {', '.join(changed)}" if changed else "all files are as generated")
        return 1 if changed else 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for path, data in files.items():
        path.write_bytes(data)
        print(f"{path.name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
