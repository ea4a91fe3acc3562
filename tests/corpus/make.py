"""Makes the hostile files of this folder and what is expected of each, worked out by hand here and not taken from the program.

    python3 tests/corpus/make.py

Each case: name, bytes, the names of the columns, their types (s text, l whole number, d decimal, b true or false, D date, T date and
time), the rows (None is missing), the lines that are set aside, and what else is claimed of the layout.
"""
import json
import pathlib

HERE = pathlib.Path(__file__).parent
CASES = []


def case(name, data, names, types, rows, aside=(), **more):
    raw = data if isinstance(data, bytes) else data.encode("utf-8")
    CASES.append(dict(file=name, columns=names.split("|"), types=list(types), rows=rows, aside=list(aside), **more))
    (HERE / name).write_bytes(raw)


# Delimiters.
case("comma.csv", "a,b\n1,x\n2,y\n", "a|b", "ls", [["1", "x"], ["2", "y"]], delimiter=",")
case("semicolon.csv", "a;b\n1,5;x\n2,25;y\n", "a|b", "ds", [["1.5", "x"], ["2.25", "y"]], delimiter=";")
case("tab.csv", "a\tb\n1\tx, y\n2\tz\n", "a|b", "ls", [["1", "x, y"], ["2", "z"]], delimiter="\t")
case("pipe.csv", "a|b|c\n1,5|2,5|x\n3,5|4,5|y\n", "a|b|c", "dds", [["1.5", "2.5", "x"], ["3.5", "4.5", "y"]], delimiter="|")
case("caret.csv", "a^b\n1^2\n3^4\n", "a|b", "ll", [["1", "2"], ["3", "4"]], delimiter="^")
case("tilde.csv", "a~b\n1~2\n3~4\n", "a|b", "ll", [["1", "2"], ["3", "4"]], delimiter="~")
case("blank.csv", "x y z\n1 2 3\n4 5 6\n", "x|y|z", "lll", [["1", "2", "3"], ["4", "5", "6"]], delimiter=" ")
case("control.csv", "a\x1fb\n1\x1fx,y\n2\x1fz\n", "a|b", "ls", [["1", "x,y"], ["2", "z"]], delimiter="\x1f")
case("one_column.csv", "first name\nJohn Smith\nJane Doe\nAnn Lee\n", "first name", "s", [["John Smith"], ["Jane Doe"], ["Ann Lee"]])
case("one_number.csv", "n\n1\n2\n3\n", "n", "l", [["1"], ["2"], ["3"]])
case("times.csv", "id,time\n1,10:30:00\n2,11:45:10\n3,12:00:00\n", "id|time", "ls",
     [["1", "10:30:00"], ["2", "11:45:10"], ["3", "12:00:00"]], delimiter=",")
case("commas_in_text.csv", "id;note\n1;a, b, c\n2;d, e\n3;f\n", "id|note", "ls", [["1", "a, b, c"], ["2", "d, e"], ["3", "f"]], delimiter=";")
case("addresses.csv", "id,url\n1,http://a.b/c;d\n2,http://e.f/g;h\n", "id|url", "ls", [["1", "http://a.b/c;d"], ["2", "http://e.f/g;h"]], delimiter=",")

# Quotes.
case("quoted.csv", 'a,b\n"1, 2","say ""hi"""\n"x\ny",z\n', "a|b", "ss", [["1, 2", 'say "hi"'], ["x\ny", "z"]])
case("apostrophes.csv", "a,b\n'1, 2','x'\n'3, 4','y'\n", "a|b", "ss", [["1, 2", "x"], ["3, 4", "y"]], quote="'")
case("apostrophe_in_words.csv", "a,b\nit's,1\nisn't,2\n", "a|b", "sl", [["it's", "1"], ["isn't", "2"]])
case("inches.csv", 'size,n\n5" pipe,1\n3" pipe,2\n6,3\n', "size|n", "sl", [['5" pipe', "1"], ['3" pipe', "2"], ["6", "3"]])
case("empty_quoted.csv", 'a,b\n"",1\n,2\nx,3\n', "a|b", "sl", [["", "1"], [None, "2"], ["x", "3"]])
case("quoted_numbers.csv", 'a,b\n"1","1.5"\n"2","2.5"\n', "a|b", "ld", [["1", "1.5"], ["2", "2.5"]])
case("never_closed.csv", 'a,b\n1,"open\n2,x\n3,y\n', "a|b", "ls", [["2", "x"], ["3", "y"]], [2])
case("closed_late.csv", 'a,b\n1,"open\n2,"x"\n3,y\n', "a|b", "ls", [["2", "x"], ["3", "y"]], [2])
case("text_after_quote.csv", 'a,b\n"x"y,1\nz,2\n', "a|b", "sl", [['"x"y', "1"], ["z", "2"]])

# Line ends.
case("windows.csv", "a,b\r\n1,x\r\n2,y\r\n", "a|b", "ls", [["1", "x"], ["2", "y"]], lineEnds="CR LF")
case("old_mac.csv", "a,b\r1,x\r2,y\r", "a|b", "ls", [["1", "x"], ["2", "y"]], lineEnds="CR")
case("mixed_ends.csv", "a,b\r\n1,x\n2,y\r\n", "a|b", "ls", [["1", "x"], ["2", "y"]], lineEnds="LF and CR LF")
case("no_last_end.csv", "a,b\n1,x\n2,y", "a|b", "ls", [["1", "x"], ["2", "y"]])
case("lone_return.csv", "a,b\n1,2\r3,4\n5,6\n", "a|b", "ll", [["5", "6"]], [2])
case("blank_lines.csv", "\n\na,b\n1,2\n\n3,4\n\n", "a|b", "ll", [["1", "2"], ["3", "4"]])

# Ragged records.
case("too_few.csv", "a,b,c\n1,2,3\n4,5\n6,7,8\n", "a|b|c", "lll", [["1", "2", "3"], ["6", "7", "8"]], [3])
case("too_many.csv", "a,b\n1,2\n3,4,5\n6,7\n", "a|b", "ll", [["1", "2"], ["6", "7"]], [3])
case("trailing_commas.csv", "a,b\n1,2,\n3,4,\n", "a|b", "ll", [["1", "2"], ["3", "4"]])
case("trailing_header.csv", "a,b,\n1,2\n3,4\n", "a|b", "ll", [["1", "2"], ["3", "4"]])
case("unnamed_last.csv", "a,b\n1,2,x\n3,4,y\n", "a|b|Column_3", "lls", [["1", "2", "x"], ["3", "4", "y"]])
case("footer.csv", "a,b\n1,2\n3,4\nTotal: 2\n", "a|b", "ll", [["1", "2"], ["3", "4"]], [4])
case("nul.csv", b"a,b\n1,2\n3\x00,4\n5,6\n", "a|b", "ll", [["1", "2"], ["5", "6"]], [3])

# Headers.
case("no_header.csv", "1,x\n2,y\n3,z\n", "Column_1|Column_2", "ls", [["1", "x"], ["2", "y"], ["3", "z"]], header=False)
case("no_header_dates.csv", "2024-01-01,5\n2024-01-02,6\n", "Column_1|Column_2", "Dl", [["2024-01-01", "5"], ["2024-01-02", "6"]], header=False)
case("years.csv", "land,2019,2020\nDE,1,2\nFR,3,4\n", "land|2019|2020", "sll", [["DE", "1", "2"], ["FR", "3", "4"]], header=True)
case("all_text.csv", "x,y\na,b\nc,d\n", "x|y", "ss", [["a", "b"], ["c", "d"]], header=True)
case("twice.csv", "a,a,a\n1,2,3\n", "a|a_2|a_3", "lll", [["1", "2", "3"]])
case("unnamed.csv", ",b,\n1,2,3\n4,5,6\n", "Column_1|b|Column_3", "lll", [["1", "2", "3"], ["4", "5", "6"]])
case("suffix_taken.csv", "a,a,a_2\n1,2,3\n", "a|a_3|a_2", "lll", [["1", "2", "3"]])
case("header_again.csv", "id,n\n1,2\nid,n\n3,4\n", "id|n", "ll", [["1", "2"], ["3", "4"]])
case("header_alone.csv", "a,b\n", "a|b", "ss", [])
case("name_of_two_lines.csv", '"a\nb",c\n1,2\n', "a\nb|c", "ll", [["1", "2"]])

# What stands before the table.
case("title.csv", "Report of May\n\na,b,c\n1,2,3\n4,5,6\n", "a|b|c", "lll", [["1", "2", "3"], ["4", "5", "6"]], preamble=2)
case("comments.csv", "# by x\n# on monday\na,b\n1,2\n3,4\n", "a|b", "ll", [["1", "2"], ["3", "4"]], preamble=2)
case("comment_between.csv", "# by x\na,b\n1,2\n# more\n3,4\n", "a|b", "ll", [["1", "2"], ["3", "4"]], preamble=1)
case("hash_header.csv", "##meta\n#id\tn\nx\t1\ny\t2\n", "#id|n", "sl", [["x", "1"], ["y", "2"]], preamble=1)
case("hash_values.csv", "a,b\n#1,2\n#3,4\n", "a|b", "sl", [["#1", "2"], ["#3", "4"]], preamble=0)

# Values that must stay text, byte for byte.
for name, values in {
    "zeros": ["00123", "00456"], "exponents": ["1e5", "5E1"], "phones": ["+49 30", "+1 555"], "cards": ["41111111111111112222", "1"],
    "hexadecimal": ["0x1F", "0x20"], "underscores": ["1_000", "2_000"], "named_nan": ["NaN", "1.5"], "negative_zero": ["-0", "1"],
    "padded_zeros": [" 05", "6"], "thousands": ["1,000", "2,000"], "half_dates": ["2024-02-30", "2024-02-01"], "mixed_truth": ["true", "TRUE"],
    "wide_digits": ["１２３", "４"], "either_order": ["01/02/2024", "03/04/2024"], "two_orders": ["31/12/2024", "12/31/2024"],
    "short_years": ["31/12/24", "30/11/24"], "missing_words": ["NA", "5"], "ranges": ["1-2", "3-4"], "percent": ["5 %", "6 %"],
}.items():
    rows = [[value, str(at)] for at, value in enumerate(values)]
    case(f"text_{name}.csv", "v;n\n" + "".join(f"{value};{at}\n" for value, at in rows), "v|n", "sl", rows)

# Values that become types.
case("day_first.csv", "d\n01/02/2024\n31/12/2024\n", "d", "D", [["2024-02-01"], ["2024-12-31"]])
case("month_first.csv", "d\n01/02/2024\n12/31/2024\n", "d", "D", [["2024-01-02"], ["2024-12-31"]])
case("points.csv", "d\n01.02.2024\n31.12.2024\n", "d", "D", [["2024-02-01"], ["2024-12-31"]])
case("stamps.csv", "t\n2024-02-29 10:30:00\n2024-02-29 10:30:00.5\n", "t", "T", [["2024-02-29T10:30:00"], ["2024-02-29T10:30:00.500"]])
case("decimal_comma.csv", "a;b\n1,5;0,125\n-2,25;3\n", "a|b", "dd", [["1.5", "0.125"], ["-2.25", "3.0"]])
# Blanks around a value take nothing from it; within text they are part of it.
case("padded.csv", 'n;x;d;t;b;w\n 5; 1.50;2024-02-29 ;2024-02-29 10:30\t; true;a \n" 6 ";-2\t;2024-03-01;2024-03-01 00:00;false; b\n',
     "n|x|d|t|b|w", "ldDTbs", [["5", "1.5", "2024-02-29", "2024-02-29T10:30:00", "true", "a "],
                               ["6", "-2.0", "2024-03-01", "2024-03-01T00:00:00", "false", " b"]])
case("padded_commas.csv", "x;d\n 1,5;31/12/2024 \n2; 01/12/2024\n", "x|d", "dD", [["1.5", "2024-12-31"], ["2.0", "2024-12-01"]])
case("truth.csv", "a,b\ntrue,1\nfalse,2\n", "a|b", "bl", [["true", "1"], ["false", "2"]])
case("wide_whole.csv", "a,b\n9223372036854775807,1\n-9223372036854775808,2\n", "a|b", "ll",
     [["9223372036854775807", "1"], ["-9223372036854775808", "2"]])

# Encodings.
case("mark.csv", b"\xef\xbb\xbf" + "a,b\nä,1\n".encode(), "a|b", "sl", [["ä", "1"]], encoding="UTF-8")
case("utf_16le.csv", "a,b\nä,1\nö,2\n".encode("utf-16"), "a|b", "sl", [["ä", "1"], ["ö", "2"]], encoding="UTF-16LE")
case("utf_16be.csv", b"\xfe\xff" + "a,b\nä,1\nö,2\n".encode("utf-16-be"), "a|b", "sl", [["ä", "1"], ["ö", "2"]], encoding="UTF-16BE")
case("windows_1252.csv", "name,n\nMüller,1\nWeiß,2\nCafé,3\n".encode("cp1252"), "name|n", "sl",
     [["Müller", "1"], ["Weiß", "2"], ["Café", "3"]], encoding="windows-1252")
case("windows_1251.csv", "имя,n\nИван Петров,1\nМария Сидорова,2\n".encode("cp1251"), "имя|n", "sl",
     [["Иван Петров", "1"], ["Мария Сидорова", "2"]], encoding="windows-1251")
case("shift_jis.csv", "名前,n\n山田太郎,1\n鈴木花子,2\nカタカナ,3\n".encode("shift_jis"), "名前|n", "sl",
     [["山田太郎", "1"], ["鈴木花子", "2"], ["カタカナ", "3"]], encoding="Shift_JIS")
case("euc_kr.csv", "이름,n\n김철수,1\n이영희,2\n박민수,3\n".encode("euc_kr"), "이름|n", "sl",
     [["김철수", "1"], ["이영희", "2"], ["박민수", "3"]], encoding="EUC-KR")
case("big5.csv", "姓名,n\n陳小明,1\n林小華,2\n黃大偉,3\n".encode("big5"), "姓名|n", "sl",
     [["陳小明", "1"], ["林小華", "2"], ["黃大偉", "3"]], encoding="Big5")
case("iso_2022_jp.csv", "名前,n\n山田太郎,1\n鈴木花子,2\n".encode("iso2022_jp"), "名前|n", "sl",
     [["山田太郎", "1"], ["鈴木花子", "2"]], encoding="ISO-2022-JP")
case("damaged_utf_8.csv", "name,n\nJürgen,1\nÄnne,2\n".encode() + b"br\xffken,3\nfine,4\n", "name|n", "sl",
     [["Jürgen", "1"], ["Änne", "2"], ["fine", "4"]], [4], encoding="UTF-8")

(HERE / "expected.json").write_text(json.dumps(CASES, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
print(len(CASES), "cases")
