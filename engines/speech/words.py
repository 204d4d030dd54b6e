"""Written English to spoken words: numbers, years, times, money, abbreviations and symbols.

The result holds only words and the punctuation that a voice can follow.
"""

from __future__ import annotations

import re
import unicodedata

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
ABBREVIATIONS = {
    "Dr.": "Doctor",
    "Mr.": "Mister",
    "Mrs.": "Missis",
    "Ms.": "Miz",
    "Prof.": "Professor",
    "Capt.": "Captain",
    "Lt.": "Lieutenant",
    "Sgt.": "Sergeant",
    "Col.": "Colonel",
    "Gen.": "General",
    "Rev.": "Reverend",
    "Jr.": "Junior",
    "Ph.D.": "P H D",
    "PhD": "P H D",
    "Mx.": "Mix",
    "Sr.": "Senior",
    "Ave.": "Avenue",
    "Rd.": "Road",
    "Mt.": "Mount",
    "vs.": "versus",
    "etc.": "et cetera",
    "e.g.": "for example",
    "i.e.": "that is",
    "approx.": "approximately",
    "a.m.": "A M",
    "p.m.": "P M",
}
UNITS = {
    "km": "kilometers",
    "cm": "centimeters",
    "mm": "millimeters",
    "m": "meters",
    "kg": "kilograms",
    "mph": "miles per hour",
    "km/h": "kilometers per hour",
    "ft": "feet",
    "hrs": "hours",
    "min": "minutes",
    "°C": "degrees Celsius",
    "°F": "degrees Fahrenheit",
    "°": "degrees",
    "%": "percent",
    "am": "A M",
    "pm": "P M",
}
CURRENCIES = {"$": ("dollar", "cents"), "£": ("pound", "pence"), "€": ("euro", "cents")}
SYMBOLS = {"&": " and ", "@": " at ", "+": " plus ", "=": " equals ", "#": " number ", "/": " ", "*": " ", "_": " "}
QUOTES = str.maketrans({"‘": "'", "’": "'", "`": "'", "–": "—", "“": '"', "”": '"', "\u00a0": " "})


def spoken(text: str) -> str:
    """The text as it is said aloud: letters, apostrophes and ``.,!?;:—…`` only."""
    text = _plain(text)
    text = _abbreviations(text)
    text = _numbers(text)
    text = re.sub(r"([A-Za-z])\1{2,}", r"\1", text)
    for symbol, word in SYMBOLS.items():
        text = text.replace(symbol, word)
    text = re.sub(r"\s*(--+|—| - )\s*", " — ", text)
    text = re.sub(r"\.{3,}", "…", text)
    text = re.sub(r"[^A-Za-z' .,!?;:—…-]", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def _plain(text: str) -> str:
    """Typographic marks to their plain forms, accents off their letters."""
    text = text.translate(QUOTES)
    marked = unicodedata.normalize("NFKD", text.replace("…", "..."))
    return "".join(c for c in marked if not unicodedata.combining(c)).replace("⁄", "/")


def _abbreviations(text: str) -> str:
    text = re.sub(r"\bSt\. (?=[A-Z])", "Saint ", text)
    text = re.sub(r"(?<=[a-z]) St\.", " Street", text)
    text = re.sub(r"\bNo\. ?(?=\d)", "number ", text)
    for short, long in ABBREVIATIONS.items():
        text = re.sub(rf"(?<![A-Za-z]){re.escape(short)}(?=\s*$)", f"{long}.", text)
        text = re.sub(rf"(?<![A-Za-z]){re.escape(short)}", long, text)
    return text


def _numbers(text: str) -> str:
    """Every number form, the more particular before the more general."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"([$£€])(\d+)(?:\.(\d\d))?(?: (thousand|million|billion))?", _money, text)
    text = re.sub(r"\b(\d{1,2}):([0-5]\d)\b", _clock, text)
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1])), text)
    text = re.sub(r"(?:'|\b(\d\d))(\d0)s\b", _decade, text)
    units = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
    text = re.sub(rf"(?<=\d) ?({units})(?![A-Za-z])", lambda m: " " + UNITS[m[1]], text)
    text = re.sub(r"(?<=\d)-(?=\d)", " to ", text)
    text = re.sub(r"(?<![\w.])-(?=\d)", "minus ", text)
    text = re.sub(r"\b1/2\b", "one half", text)
    text = re.sub(r"\d+\.\d+", _decimal, text)
    text = re.sub(r"(?<![\d.])(1[1-9]|20)(\d\d)(?!\d)", lambda m: year(int(m[1] + m[2])), text)
    text = re.sub(r"\d+", lambda m: f" {_digits(m[0])} ", text)
    return re.sub(r" +(?=[.,!?;:])", "", text)


def cardinal(number: int) -> str:
    """``1205`` is "one thousand two hundred five"."""
    for size, name in SCALES:
        if number >= size:
            rest = f" {cardinal(number % size)}" if number % size else ""
            return f"{cardinal(number // size)} {name}{rest}"
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")


def ordinal(number: int) -> str:
    """``21`` is "twenty-first"."""
    words = re.split(r"([ -])", cardinal(number))
    last = words[-1]
    if last.endswith("y"):
        words[-1] = f"{last[:-1]}ieth"
    else:
        words[-1] = ORDINALS.get(last, f"{last}th")
    return "".join(words)


def year(number: int) -> str:
    """``1984`` is "nineteen eighty-four", ``2005`` "two thousand five"."""
    century, rest = divmod(number, 100)
    if 2000 <= number < 2010 or number % 1000 == 0:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def _digits(digits: str) -> str:
    """A whole number; long codes and those with a leading zero are read digit by digit."""
    if len(digits) > 15 or (len(digits) > 1 and digits[0] == "0"):
        return " ".join(ONES[int(digit)] for digit in digits)
    return cardinal(int(digits))


def _decimal(match: re.Match[str]) -> str:
    whole, part = match[0].split(".")
    return f"{cardinal(int(whole))} point {' '.join(ONES[int(digit)] for digit in part)}"


def _money(match: re.Match[str]) -> str:
    unit, cents = CURRENCIES[match[1]]
    amount, scale = int(match[2]), match[4]
    plural = "" if amount == 1 and not scale else "s"
    words = f"{cardinal(amount)}{f' {scale}' if scale else ''} {unit}{plural}"
    return f"{words} and {cardinal(int(match[3]))} {cents}" if match[3] and int(match[3]) else words


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{cardinal(hour)} o'clock"
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"


def _decade(match: re.Match[str]) -> str:
    century = f"{cardinal(int(match[1]))} " if match[1] else ""
    tens = cardinal(int(match[2])) if int(match[2]) else "hundred"
    return f"{century}{tens[:-1]}ies" if tens.endswith("y") else f"{century}{tens}s"
