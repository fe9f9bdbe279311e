"""Currencies as people write them, and their ISO codes. What an amount is worth in dollars is another matter (`rates`)."""

from __future__ import annotations

import re

DOLLARS = "USD"
UNNAMED = "XXX"  # of an amount that names none (ISO 4217: no currency)
_CODES = (
    "AED AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL HKD HUF IDR ILS INR ISK JPY KES KRW KZT MAD MDL MXN MYR NGN NOK"
    " NZD PEN PHP PKR PLN RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR"
)
_WORDS = {  # folded: lower case without accents
    "USD": "$ us$ dollar dollars dolar dolari us dollar|us dollars|u.s. dollars|american dollars|bucks",
    "EUR": "€ euro euros",
    "GBP": "£ pound pounds sterling quid|pounds sterling|british pounds|lire sterline",
    "RON": "leu lei roni",
    "CHF": "franc francs franken fr.|swiss francs|franci elvetieni",
    "PLN": "zł zl zloty zlotys złoty złotych",
    "CZK": "kc koruna korun",
    "HUF": "forint forints ft",
    "BGN": "lev leva leve",
    "SEK": "kronor skr|swedish kronor",
    "NOK": "nkr|norwegian kroner",
    "DKK": "dkr|danish kroner",
    "AUD": "a$ au$|australian dollars|australian dollar",
    "CAD": "c$ ca$ can$|canadian dollars|canadian dollar",
    "NZD": "nz$|new zealand dollars|new zealand dollar",
    "HKD": "hk$|hong kong dollars|hong kong dollar",
    "SGD": "s$ sg$|singapore dollars|singapore dollar",
    "TWD": "nt$",
    "BRL": "r$ real reais",
    "MXN": "mx$|mexican pesos",
    "JPY": "yen jp¥ 円|japanese yen",
    "CNY": "yuan renminbi rmb cn¥ 元|chinese yuan",
    "KRW": "₩",
    "INR": "₹|indian rupees",
    "PKR": "|pakistani rupees",
    "RUB": "₽ ruble rubles rouble roubles",
    "UAH": "₴ hryvnia hryvnias",
    "TRY": "₺ tl",
    "ILS": "₪ shekel shekels nis",
    "NGN": "₦ naira",
    "PHP": "₱",
    "VND": "₫",
    "THB": "฿ baht",
    "KZT": "₸ tenge",
    "GEL": "₾ lari",
    "ZAR": "rand rands",
    "AED": "dirham dirhams",
}
AMBIGUOUS = {  # words for several currencies, and which
    **dict.fromkeys(("kr", "kr.", "krone", "kroner", "krona"), ("SEK", "NOK", "DKK")),
    **dict.fromkeys(("peso", "pesos"), ("MXN", "PHP", "COP", "CLP")),
    **dict.fromkeys(("rupee", "rupees", "rs", "rs."), ("INR", "PKR")),
    "¥": ("JPY", "CNY"),
}
ISO = {code.lower(): code for code in _CODES.split()} | {
    word: code
    for code, text in _WORDS.items()
    for place, words in enumerate(text.split("|"))
    for word in ([words] if place else words.split())
}
SIGNS = frozenset(word for word in (*ISO, *AMBIGUOUS) if not word.isalpha() and not any(map(str.isalnum, word)))


def other_currency(text: str) -> str:
    """The currency other than US dollars that a text names, as written, or nothing."""
    words = re.findall(r"[^\W\d_]*[^\w\s]|[^\W\d_]+", text.lower())
    return next((word for word in words if (word in ISO or word in AMBIGUOUS) and ISO.get(word) != DOLLARS), "")
