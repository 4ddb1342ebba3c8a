//! Numbers of a report, added up exactly: as many digits as a report of money has, and none of a float's.

use std::{
    fmt,
    ops::{Add, Neg},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::super::read::number::Written;
use crate::{choice, modules::customers::imports::read::Raw};

/// Decimals that are kept.
const PLACES: u32 = 16;
/// Digits before the point, as many as records have: with these the sum of all rows that a file may have is still exact.
const MOST_WHOLE: i64 = 16;

choice! {
    /// How a report writes numbers. It is said, not guessed: 1.000 is one, or a thousand.
    NumberFormat without column {
        Point = "point" / "1234.56",
        Comma = "comma" / "1234,56",
        CommaPoint = "comma_point" / "1,234.56",
        PointComma = "point_comma" / "1.234,56",
        SpaceComma = "space_comma" / "1 234,56",
        ApostrophePoint = "apostrophe_point" / "1'234.56",
    }
}

impl NumberFormat {
    /// What begins decimals.
    pub fn point(self) -> char {
        self.signs().0
    }

    /// What begins decimals, and what may part thousands.
    fn signs(self) -> (char, Option<char>) {
        match self {
            Self::Point => ('.', None),
            Self::Comma => (',', None),
            Self::CommaPoint => ('.', Some(',')),
            Self::PointComma => (',', Some('.')),
            Self::SpaceComma => (',', Some(' ')),
            Self::ApostrophePoint => ('.', Some('\'')),
        }
    }
}

/// A number with a sign, of up to sixteen digits on either side of the point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(i128);

impl Exact {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(10_i128.pow(PLACES));

    /// The number that stands in a cell; none when it is none, or has more digits than are kept. Of a number cell fifteen digits count:
    /// what is behind them is noise.
    pub fn of(cell: &Raw, format: NumberFormat) -> Option<Self> {
        match cell {
            Raw::Text(text) => Self::typed(text, format),
            cell => Self::kept(&Written::of_cell(cell.number()?)?),
        }
    }

    fn typed(text: &str, format: NumberFormat) -> Option<Self> {
        let (point, grouping) = format.signs();
        let whole = |whole: &str| match grouping {
            Some(sign) => ungrouped(whole, sign),
            None => Some(whole.to_owned()),
        };
        Self::kept(&Written::of(text.trim(), point, whole)?)
    }

    fn kept(written: &Written) -> Option<Self> {
        if written.is_zero() {
            return Some(Self::ZERO);
        }
        if written.point > MOST_WHOLE || written.decimals() > i64::from(PLACES) {
            return None;
        }
        let scale = u32::try_from(i64::from(PLACES) - written.decimals()).ok()?;
        let value = written.digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(scale)?)?;
        Some(Self(if written.negative { -value } else { value }))
    }

    /// The share of some parts of all, before it is rounded.
    pub fn share(self, parts: i64, all: i64) -> Self {
        let (parts, all) = (i128::from(parts), i128::from(all.max(1)));
        // whole shares first, so that no number is too large in between
        Self(self.0 / all * parts + self.0 % all * parts / all)
    }

    /// The product, rounded half to even at the last stored digit; none if it has more digits before the point than can be stored.
    pub fn times(self, other: Self) -> Option<Self> {
        let unit = Self::ONE.0.unsigned_abs();
        let (one, two) = (self.0.unsigned_abs(), other.0.unsigned_abs());
        // in parts that are small enough not to overflow
        let (whole, fraction) = (one / unit, one % unit);
        let crossed = whole.checked_mul(two)?.checked_add(fraction.checked_mul(two / unit)?)?;
        let small = fraction * (two % unit);
        let (quotient, rest) = (small / unit, small % unit);
        let exact = crossed.checked_add(quotient)?;
        let up = rest * 2 > unit || (rest * 2 == unit && exact % 2 == 1);
        let value = exact.checked_add(u128::from(up))?;
        let most = unit.checked_mul(10_u128.pow(u32::try_from(MOST_WHOLE).ok()?))?;
        let value = i128::try_from(value).ok().filter(|_| value < most)?;
        Some(Self(if (self.0 < 0) == (other.0 < 0) { value } else { -value }))
    }

    /// To a number of decimals, rounding half to even, as banks do.
    pub fn rounded(self, decimals: u32) -> Self {
        let unit = 10_i128.pow(PLACES.saturating_sub(decimals));
        let (quotient, rest) = (self.0.div_euclid(unit), self.0.rem_euclid(unit));
        let up = rest * 2 > unit || (rest * 2 == unit && quotient.rem_euclid(2) == 1);
        Self((quotient + i128::from(up)) * unit)
    }
}

/// Digits whose thousands may be parted: each group but the first has three.
fn ungrouped(whole: &str, sign: char) -> Option<String> {
    // spreadsheets part them with spaces that do not break, or with a typographer's apostrophe
    let same = |one: char| one == sign || (sign == ' ' && one.is_whitespace()) || (sign == '\'' && one == '\u{2019}');
    let groups: Vec<&str> = whole.split(same).collect();
    let well = match groups.as_slice() {
        [_] => true,
        [first, rest @ ..] => (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3),
        [] => false,
    };
    well.then(|| groups.concat())
}

impl Add for Exact {
    type Output = Self;

    /// Numbers are so bounded that no file has rows enough to come to the end.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = Self::ONE.0.unsigned_abs();
        let (whole, fraction) = (self.0.unsigned_abs() / unit, self.0.unsigned_abs() % unit);
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{fraction:0width$}", width = PLACES as usize);
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// As text: programs that read JSON make floats of numbers.
impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // a sum may have more digits than a number
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let padded = format!("{whole}{fraction:0<width$}", width = PLACES as usize);
        let fits = fraction.len() <= PLACES as usize && padded.bytes().all(|sign| sign.is_ascii_digit());
        let value = padded.parse::<i128>().ok().filter(|_| fits).ok_or_else(|| D::Error::custom("no number"))?;
        Ok(Self(if negative { -value } else { value }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str, format: NumberFormat) -> Option<String> {
        Exact::of(&Raw::Text(text.into()), format).map(|number| number.to_string())
    }

    #[test]
    fn a_number_is_read_as_the_report_writes_it_and_never_guessed() {
        use NumberFormat::*;
        for (text, format, number) in [
            ("1.000", Point, Some("1")),
            ("1.000", PointComma, Some("1000")),
            ("1.111,11", PointComma, Some("1111.11")),
            ("1.355,90", PointComma, Some("1355.9")),
            ("1,234.56", CommaPoint, Some("1234.56")),
            ("1,23", CommaPoint, None),
            ("1234.56", CommaPoint, Some("1234.56")),
            ("1\u{a0}234,5", SpaceComma, Some("1234.5")),
            ("1'234.5", ApostrophePoint, Some("1234.5")),
            ("1,234.56", Point, None),
            ("173,900", Comma, Some("173.9")),
            ("83.25000000000000000000", Point, Some("83.25")),
            ("0E-20", Point, Some("0")),
            ("35.2E-7", Point, Some("0.00000352")),
            ("1E+3", Point, Some("1000")),
            ("-5", Point, Some("-5")),
            ("+5", Point, Some("5")),
            (" 5\u{a0}", Point, Some("5")),
            ("1E-999999999", Point, None),
            ("1E400", Point, None),
            ("12345678901234567", Point, None),
            ("9999999999999999.9999999999999999", Point, Some("9999999999999999.9999999999999999")),
            ("0.00000000000000001", Point, None),
            ("$12", Point, None),
            ("(12.50)", Point, None),
            ("12.50-", Point, None),
            ("\u{2212}5", Point, None),
            ("--5", Point, None),
            ("", Point, None),
            (".", Point, None),
        ] {
            assert_eq!(typed(text, format).as_deref(), number, "{text} as {format}");
        }
    }

    #[test]
    fn a_number_cell_holds_fifteen_digits_and_noise() {
        let cell = |value: f64| Exact::of(&Raw::Number { value, format: String::new() }, NumberFormat::Comma);
        for (value, number) in [(0.1 + 0.7, "0.8"), (0.1 + 0.2, "0.3")] {
            assert_eq!(cell(value).map(|number| number.to_string()).as_deref(), Some(number));
        }
    }

    #[test]
    fn a_half_is_rounded_to_the_even_digit() {
        for (number, decimals, rounded) in [
            ("0.005", 2, "0"),
            ("0.015", 2, "0.02"),
            ("0.025", 2, "0.02"),
            ("0.0250000001", 2, "0.03"),
            ("-0.015", 2, "-0.02"),
            ("1.5", 0, "2"),
        ] {
            let number = Exact::typed(number, NumberFormat::Point).unwrap();
            assert_eq!(number.rounded(decimals).to_string(), rounded, "{number}");
        }
    }

    #[test]
    fn a_product_is_rounded_once_and_never_too_large() {
        for (one, two, product) in [
            ("100", "0.92", Some("92")),
            ("-100", "0.92", Some("-92")),
            ("-2", "-3", Some("6")),
            ("0", "0.92", Some("0")),
            ("33.33", "1.0825", Some("36.079725")),
            ("1234567.89", "0.00000001", Some("0.0123456789")),
            ("0.0000000000000001", "0.5", Some("0")),
            ("0.0000000000000003", "0.5", Some("0.0000000000000002")),
            ("9999999999999999.9999999999999999", "1", Some("9999999999999999.9999999999999999")),
            ("9999999999999999", "0.5", Some("4999999999999999.5")),
            ("9999999999999999", "2", None),
            ("9999999999999999", "9999999999999999", None),
        ] {
            let number = |text: &str| Exact::typed(text, NumberFormat::Point).unwrap();
            let found = number(one).times(number(two));
            assert_eq!(found.map(|found| found.to_string()).as_deref(), product, "{one} times {two}");
            assert_eq!(number(two).times(number(one)), found);
        }
    }

    proptest! {
        #[test]
        fn a_sum_has_the_digits_of_its_numbers(numbers in proptest::collection::vec(0u64..=u64::MAX / 2_000, 0..50)) {
            let mut sum = Exact::ZERO;
            for number in &numbers {
                let text = format!("{}.{:08}", number / 100_000_000, number % 100_000_000);
                sum = sum + Exact::typed(&text, NumberFormat::Point).unwrap();
            }
            let all: u128 = numbers.iter().map(|number| u128::from(*number)).sum();
            prop_assert_eq!(sum, Exact(i128::try_from(all).unwrap() * 100_000_000));
            let kept = serde_json::to_string(&sum).unwrap();
            prop_assert_eq!(serde_json::from_str::<Exact>(&kept).unwrap(), sum);
        }

        #[test]
        fn whatever_stands_there_is_answered(text in "\\PC{0,30}|[0-9.,'eE+ -]{0,30}", format in proptest::sample::select(
            <NumberFormat as crate::kit::choice::Choice>::ALL.to_vec())) {
            let _ = typed(&text, format);
        }
    }
}
