"""The day on which all tests of previews take place."""

from datetime import date

TODAY = date(2026, 11, 23)
