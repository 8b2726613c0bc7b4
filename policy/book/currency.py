"""Currencies (ISO 4217) and their smallest amounts."""

from __future__ import annotations

from fractions import Fraction

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_CODES.split())
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_MILLS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_MILLS.split(), 3),
}


def decimals(currency: str) -> int:
    """Digits after the point in an amount that can be paid: 2 for cents."""
    return _DECIMALS.get(currency, 2)


def cent(currency: str) -> Fraction:
    """The smallest amount that can be paid."""
    return Fraction(1, 10 ** decimals(currency))


def to_cents(amount: Fraction, currency: str) -> Fraction:
    """The payable amount next to an exact one, half to the even cent (IEEE 754 roundTiesToEven): rounding many
    fills so has no drift to either side."""
    return round(amount, decimals(currency))
