"""The messy shop of tests/window/story.sh: orders of several million rows as shops export them, and their customers.

    python3 story.py FOLDER ROWS
"""
import pathlib
import random
import sys

folder, rows = pathlib.Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
dice = random.Random(7)
REGIONS = ["EU"] * 38 + ["US"] * 27 + ["APAC"] * 17 + ["LATAM"] * 9 + ["eu", "Eu ", " us", "apac", "Latam"] + ["n/a"] * 2
CATEGORIES = {"kitchen": 38, "books": 16, "audio": 92, "garden": 47, "toys": 24, "sports": 61}
NOTES = [""] * 17 + ["gift, please wrap", "call before delivery", "leave at the door"]
NAMES = ["Ada Lovelace", "Grace Hopper", "Zoë Müller", "Jean-Luc Martin", "Søren Ångström", "Mária Nagy", "Łukasz Nowak"]


def moment():
    month, day = dice.choices(range(1, 13), [6, 6, 7, 7, 8, 7, 7, 7, 8, 9, 13, 15])[0], dice.randint(1, 28)
    hour, minute, chance = dice.randint(7, 22), dice.randint(0, 59), dice.random()
    if chance < 0.012:
        return ""
    if chance < 0.018:
        return dice.choice(["tomorrow", "asap", "2024-02-31 10:00:00"])
    return f"2024-{month:02}-{day:02} {hour:02}:{minute:02}:00"


def line(order):
    category = dice.choice(list(CATEGORIES))
    price = f"{CATEGORIES[category] * dice.lognormvariate(0, 0.35):.2f}"
    chance = dice.random()
    price = "" if chance < 0.034 else f"{price} EUR" if chance < 0.051 else price
    quantity = dice.choices(["1", "2", "3", "4", "5", "6", "12", "two", "-1"], [42, 24, 13, 8, 5, 4, 3, 0.4, 0.6])[0]
    customer = f"C{dice.randint(0, 59999):05}"
    return (
        f"{order:08};{moment()};{customer};{dice.choice(REGIONS)};{category};{quantity};{price};"
        f"{dice.choice(NOTES)}"
    )


with open(folder / "orders.csv", "w", encoding="cp1252", newline="\r\n") as out:
    out.write("order_id;ordered_at;customer_id;region;category;quantity;unit_price;note\n")
    for order in range(rows):
        # Twice in a million a record was cut off.
        out.write(f"{order:08};cut off\n" if order % 500_000 == 250_123 else line(order) + "\n")
with open(folder / "customers.csv", "w", encoding="utf-8") as out:
    out.write("id,name,country,segment\n")
    for customer in range(58_000):
        country = dice.choice(["DE", "FR", "US", "JP", "BR", "IN"])
        segment = dice.choice(["private", "private", "business", ""])
        out.write(f"C{customer:05},{dice.choice(NAMES)},{country},{segment}\n")
