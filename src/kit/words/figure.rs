//! Amounts and quantities, which are exact decimals kept as text: grouped as a language writes them, with every digit, and never turned
//! into a float. Files, the API and forms have the text itself.

use std::fmt;

use askama::{FastWritable, Values};
use iso_currency::Currency;

use super::{Arg, Lang, Say, ToArg, dates, lang};

/// An exact number for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure(String);

impl Figure {
    /// A number with its own decimals, such as a quantity. Anything else is shown as it is.
    pub fn of(exact: impl fmt::Display) -> Self {
        Self(exact.to_string())
    }

    /// An amount with at least the decimals of its currency, or with its own if the currency is unknown.
    pub fn money(exact: impl fmt::Display, currency: impl Code) -> Self {
        let currency = currency.code().and_then(Currency::from_code);
        let least = currency.and_then(Currency::exponent).map_or(0, usize::from);
        Self(padded(exact.to_string(), least))
    }

    /// A quantity with at least the decimals of its item, or with its own if there is no item.
    pub fn quantity(exact: impl fmt::Display, of: impl Places) -> Self {
        Self(padded(exact.to_string(), of.places()))
    }

    /// With "+" before a number above zero, for a difference.
    pub fn signed(self) -> Self {
        let above = is_number(&self.0)
            && !self.0.starts_with(['-', '+'])
            && self.0.bytes().any(|sign| matches!(sign, b'1'..=b'9'));
        if above { Self(format!("+{}", self.0)) } else { self }
    }

    /// How many characters it has before grouping.
    pub fn signs(&self) -> usize {
        self.0.len()
    }
}

/// Something that may have a currency code.
pub trait Code {
    fn code(&self) -> Option<&str>;
}

impl<T: Code + ?Sized> Code for &T {
    fn code(&self) -> Option<&str> {
        T::code(self)
    }
}

impl Code for str {
    fn code(&self) -> Option<&str> {
        Some(self)
    }
}

impl Code for String {
    fn code(&self) -> Option<&str> {
        Some(self)
    }
}

impl<T: Code> Code for Option<T> {
    fn code(&self) -> Option<&str> {
        self.as_ref()?.code()
    }
}

/// Something that says how many decimals it is counted in.
pub trait Places {
    fn places(&self) -> usize;
}

impl<T: Places + ?Sized> Places for &T {
    fn places(&self) -> usize {
        T::places(self)
    }
}

impl<T: Places> Places for Option<T> {
    fn places(&self) -> usize {
        self.as_ref().map_or(0, T::places)
    }
}

impl Places for usize {
    fn places(&self) -> usize {
        *self
    }
}

/// With at least this many decimals.
fn padded(mut exact: String, least: usize) -> String {
    let has = exact.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if has < least && is_number(&exact) {
        if has == 0 {
            exact.push('.');
        }
        exact.extend(std::iter::repeat_n('0', least - has));
    }
    exact
}

/// Whether a text is digits, optionally with a sign before them and decimals after a point.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, decimals)) => digits(whole) && digits(decimals),
        None => digits(unsigned),
    }
}

impl Say for Figure {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        if is_number(&self.0) { dates::decimal(to, &self.0, lang) } else { to.write_str(&self.0) }
    }
}

impl ToArg for Figure {
    fn arg(&self) -> Arg {
        Arg::Figure(self.clone())
    }
}

/// In English, for logs and tests.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f, Lang::ENGLISH)
    }
}

impl FastWritable for Figure {
    fn write_into(&self, to: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.say(to, lang(values))?)
    }
}

impl Say for rust_decimal::Decimal {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        Figure::of(self).say(to, lang)
    }
}

impl ToArg for rust_decimal::Decimal {
    fn arg(&self) -> Arg {
        Figure::of(self).arg()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german() -> Lang {
        Lang::tagged("de", false).unwrap()
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_and_loses_none_of_its_own() {
        for (exact, currency, english, in_german) in [
            ("1234580.26", "USD", "1,234,580.26", "1.234.580,26"),
            ("12.3", "EUR", "12.30", "12,30"),
            ("-1000", "EUR", "-1,000.00", "-1.000,00"),
            ("+999.5", "EUR", "+999.50", "+999,50"),
            ("+1000", "JPY", "+1,000", "+1.000"),
            ("1234.5", "JPY", "1,234.5", "1.234,5"),
            ("1234.5", "KWD", "1,234.500", "1.234,500"),
            ("0.1234", "USD", "0.1234", "0,1234"),
            ("0", "USD", "0.00", "0,00"),
            (
                "12345678901234567890.12345679",
                "USD",
                "12,345,678,901,234,567,890.12345679",
                "12.345.678.901.234.567.890,12345679",
            ),
            ("99999999999999999999", "EUR", "99,999,999,999,999,999,999.00", "99.999.999.999.999.999.999,00"),
            ("1234.5", "?", "1,234.5", "1.234,5"),
        ] {
            let figure = Figure::money(exact, currency);
            assert_eq!(
                (figure.to_string().as_str(), figure.said(german()).as_str()),
                (english, in_german),
                "{exact} {currency}"
            );
        }
        assert_eq!(Figure::money("5", None::<String>).to_string(), "5");
    }

    #[test]
    fn a_quantity_has_its_own_decimals() {
        for (exact, english, in_german) in [
            ("9007199254740993.25", "9,007,199,254,740,993.25", "9.007.199.254.740.993,25"),
            ("12.30", "12.30", "12,30"),
            ("999", "999", "999"),
            ("-1234", "-1,234", "-1.234"),
            ("0.00000001", "0.00000001", "0,00000001"),
        ] {
            let figure = Figure::of(exact);
            assert_eq!((figure.to_string().as_str(), figure.said(german()).as_str()), (english, in_german), "{exact}");
        }
        let decimal: rust_decimal::Decimal = "1234567.80".parse().unwrap();
        assert_eq!(
            (decimal.said(Lang::ENGLISH), decimal.said(german())),
            ("1,234,567.80".into(), "1.234.567,80".into())
        );
    }

    #[test]
    fn a_quantity_of_an_item_has_the_decimals_in_which_it_is_counted() {
        for (exact, places, english, in_german) in [
            ("1234", 0, "1,234", "1.234"),
            ("1234", 2, "1,234.00", "1.234,00"),
            ("12.3", 2, "12.30", "12,30"),
            ("12.3456", 2, "12.3456", "12,3456"),
            ("-1", 1, "-1.0", "-1,0"),
            ("", 2, "", ""),
        ] {
            let figure = Figure::quantity(exact, places);
            assert_eq!((figure.to_string().as_str(), figure.said(german()).as_str()), (english, in_german), "{exact}");
        }
        assert_eq!(Figure::quantity("5", None::<usize>).to_string(), "5");
    }

    #[test]
    fn a_difference_has_its_sign() {
        for (exact, shown) in [("12.5", "+12.50"), ("-3", "-3.00"), ("0", "0.00"), ("", "")] {
            assert_eq!(Figure::money(exact, "EUR").signed().to_string(), shown);
        }
        assert_eq!(Figure::of("+3").signed().to_string(), "+3");
    }

    #[test]
    fn what_is_no_number_stays_as_it_is() {
        for text in ["", "-", "5.", ".5", "1e400", "1,234", "1.2.3", "+-1234", "1234 USD", "12345½"] {
            assert_eq!(Figure::money(text, "USD").to_string(), text);
            assert_eq!(Figure::of(text).said(german()), text);
        }
    }
}
