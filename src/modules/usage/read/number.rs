//! Numbers of a sheet, exactly as they are meant: a text is taken digit by digit, and of a number cell the fifteen digits that spreadsheet
//! programs keep.

use rust_decimal::Decimal;

use crate::modules::customers::imports::read::{Raw, tidy};

/// Why a cell is no number that can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    NotANumber,
    Negative,
    /// More than sixteen digits before the point.
    TooLarge,
    /// So many decimals.
    TooFine(usize),
}

/// Digits before the point that the database takes.
const MOST_WHOLE: i64 = 16;

/// A number as it is written, with nothing written out: neither the length of a cell nor an exponent takes memory.
pub struct Written {
    pub negative: bool,
    /// Those that count, without zeros at either end; none of zero.
    pub digits: String,
    /// Where the point stands, counted from the first of them: 3 of 120, 0 of 0.12, -1 of 0.012. In 64 bits, which neither the length of a cell
    /// nor an exponent comes near to.
    pub point: i64,
}

impl Written {
    /// Reads a number whose decimals begin behind `point`; `whole` says what stands before it, without what parts thousands. None for what is
    /// no number.
    pub fn of(text: &str, point: char, whole: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (before, fraction) = mantissa.split_once(point).unwrap_or((mantissa, ""));
        let before = whole(before)?;
        let all = [before.as_str(), fraction].concat();
        if all.is_empty() || !all.bytes().all(|sign| sign.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_start_matches('0');
        let point = before.len() as i64 - (all.len() - significant.len()) as i64 + i64::from(exponent);
        Some(Self { negative, digits: significant.trim_end_matches('0').to_owned(), point })
    }

    /// Of a number cell, of which fifteen digits count: beyond them it holds noise, 7.0000000000000009 is 7.
    pub fn of_cell(value: f64) -> Option<Self> {
        Self::of(&format!("{value:.14e}"), '.', |whole| Some(whole.to_owned()))
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Digits behind the point.
    pub fn decimals(&self) -> i64 {
        self.digits.len() as i64 - self.point
    }
}

/// Whether a number cell holds more than the fifteen digits that count.
pub fn has_noise(value: f64) -> bool {
    format!("{value:.14e}").parse::<f64>().is_ok_and(|plain| plain.to_bits() != value.to_bits())
}

fn written(cell: &Raw) -> Result<Written, Wrong> {
    let written = match cell {
        Raw::Text(text) => Written::of(&tidy(text), '.', |whole| Some(whole.to_owned())),
        cell => cell.number().and_then(Written::of_cell),
    };
    written.ok_or(Wrong::NotANumber)
}

/// The number that stands in a cell, of at most so many decimals; zeros at the end are none.
pub fn number(cell: &Raw, decimals: usize) -> Result<Decimal, Wrong> {
    exact(&written(cell)?, decimals)
}

/// The same where it may be below zero.
pub fn signed(cell: &Raw, decimals: usize) -> Result<Decimal, Wrong> {
    let written = written(cell)?;
    let negative = written.negative && !written.is_zero();
    let number = exact(&Written { negative: false, ..written }, decimals)?;
    Ok(if negative { -number } else { number })
}

/// What stands around a number without being any of it.
const ORNAMENTS: [char; 6] = ['$', '€', '£', '¥', ' ', '\u{a0}'];
/// How long a text may be for something to be proposed.
const LONGEST_PROPOSED: usize = 40;

/// How a text would be written as a number, when only its sign or what stands around it is foreign: `(12.50)` and `12.50-` would be -12.50,
/// `$32` would be 32. To be proposed, never to be taken.
pub fn plainly(cell: &Raw) -> Option<String> {
    let Raw::Text(text) = cell else { return None };
    let bare = |text: &str| text.trim_matches(ORNAMENTS.as_slice()).to_owned();
    let text = bare(&tidy(text));
    let signs: &[char] = &['-', '\u{2212}'];
    let within = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let signed = within.or_else(|| text.strip_suffix(signs)).or_else(|| text.strip_prefix(signs));
    let digits = bare(signed.unwrap_or(&text));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits.as_str(), "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit());
    let fits = digits.len() <= LONGEST_PROPOSED && all_digits(whole) && all_digits(fraction);
    fits.then(|| if signed.is_some() { format!("-{digits}") } else { digits })
}

fn exact(written: &Written, decimals: usize) -> Result<Decimal, Wrong> {
    if written.is_zero() {
        return Ok(Decimal::ZERO);
    }
    if written.negative {
        return Err(Wrong::Negative);
    }
    if written.point > MOST_WHOLE {
        return Err(Wrong::TooLarge);
    }
    let found = usize::try_from(written.decimals()).unwrap_or_default();
    if found > decimals {
        return Err(Wrong::TooFine(found));
    }
    let digits = &written.digits;
    let text = match usize::try_from(written.point) {
        Ok(0) => format!("0.{digits}"),
        Ok(point) if point >= digits.len() => format!("{digits:0<point$}"),
        Ok(point) => format!("{}.{}", &digits[..point], &digits[point..]),
        // no more zeros than decimals are allowed
        Err(_) => format!("0.{digits:0>found$}"),
    };
    text.parse().map_err(|_| Wrong::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str, decimals: usize) -> Result<String, Wrong> {
        number(&Raw::Text(text.into()), decimals).map(|number| number.to_string())
    }

    fn cell(value: f64, decimals: usize) -> Result<String, Wrong> {
        number(&Raw::Number { value, format: String::new() }, decimals).map(|number| number.to_string())
    }

    #[test]
    fn noise_of_number_cells_is_none_of_the_number() {
        assert_eq!(cell(0.1 + 0.2, 8), Ok("0.3".into()));
        assert_eq!(cell(67.04_f64.next_up(), 2), Ok("67.04".into()));
        assert_eq!(cell(938.56_f64.next_down(), 2), Ok("938.56".into()));
        assert_eq!(typed("0.30000000000000004", 8), Err(Wrong::TooFine(17)));
        assert!(has_noise(0.1 + 0.2) && has_noise(67.04_f64.next_up()));
        for plain in [0.3, 67.04, 0.0, -0.0, 7.0, 12_345_678_901.25, 1e-8, 1e300] {
            assert!(!has_noise(plain), "{plain}");
        }
    }

    #[test]
    fn a_number_that_is_shown_as_a_day_is_the_number() {
        let day = Raw::At("2026-05-01T00:00:00".parse().unwrap(), Some(46_143.0));
        assert_eq!(number(&day, 0).map(|number| number.to_string()), Ok("46143".into()));
        let time = Raw::Date("06:00:00".into(), Some(0.25));
        assert_eq!(number(&time, 2).map(|number| number.to_string()), Ok("0.25".into()));
        assert_eq!(number(&Raw::Date("2026-05-01".into(), None), 2), Err(Wrong::NotANumber));
    }

    #[test]
    fn a_text_is_taken_as_it_stands_or_not_at_all() {
        for (text, decimals, number) in [
            ("83.25000000000000000000", 2, "83.25"),
            ("4.0000", 0, "4"),
            (" 12.5\u{a0}", 1, "12.5"),
            ("+5", 0, "5"),
            ("'+5", 0, "5"),
            ("0E-20", 0, "0"),
            ("0e-2147483648", 0, "0"),
            ("-0e2147483647", 0, "0"),
            ("0.00000001", 8, "0.00000001"),
            ("-0.00", 0, "0"),
            ("1E+3", 0, "1000"),
            ("1e-7", 8, "0.0000001"),
            ("35.2E-7", 8, "0.00000352"),
            (".5", 1, "0.5"),
            ("9999999999999999.99999999", 8, "9999999999999999.99999999"),
        ] {
            assert_eq!(typed(text, decimals), Ok(number.into()), "{text}");
        }
        for (text, wrong) in [
            ("1E-7", Wrong::TooFine(7)),
            ("1.5", Wrong::TooFine(1)),
            ("-5", Wrong::Negative),
            ("12345678901234567", Wrong::TooLarge),
            ("1E400", Wrong::TooLarge),
            ("1E-999999999", Wrong::TooFine(999_999_999)),
            ("1E+999999999", Wrong::TooLarge),
            ("1e-2147483648", Wrong::TooFine(2_147_483_648)),
            ("0.01e-2147483648", Wrong::TooFine(2_147_483_650)),
            ("1e2147483647", Wrong::TooLarge),
            ("10e2147483647", Wrong::TooLarge),
            ("1e-2147483649", Wrong::NotANumber),
            ("'-5", Wrong::Negative),
        ] {
            assert_eq!(typed(text, 0), Err(wrong), "{text}");
        }
        assert_eq!(typed("1E-7", 4), Err(Wrong::TooFine(7)));
        for text in [
            "",
            ".",
            "1,5",
            "1.111,11",
            "1.000,5",
            "1 000",
            "$12",
            "(12.50)",
            "12.50-",
            "\u{2212}5",
            "1e",
            "0x10",
            "NaN",
            "½",
        ] {
            assert_eq!(typed(text, 8), Err(Wrong::NotANumber), "{text}");
        }
    }

    #[test]
    fn what_is_only_spelled_otherwise_is_proposed() {
        let proposed = |text: &str| plainly(&Raw::Text(text.into()));
        for (text, number) in [
            ("(12.50)", "-12.50"),
            ("12.50-", "-12.50"),
            ("\u{2212}5", "-5"),
            ("$32", "32"),
            ("-$32", "-32"),
            ("($1.5)", "-1.5"),
            ("12.50 €", "12.50"),
        ] {
            assert_eq!(proposed(text).as_deref(), Some(number), "{text}");
        }
        for text in ["", "$", "-", "()", "3,432,342", "$1,000", "(1", "--5", "1.", "n/a", "(12.50)-"] {
            assert_eq!(proposed(text), None, "{text}");
        }
        assert_eq!(proposed(&format!("${}", "1".repeat(41))), None);
    }

    #[test]
    fn what_takes_back_is_below_zero() {
        let typed = |text: &str| signed(&Raw::Text(text.into()), 2).map(|number| number.to_string());
        for (text, number) in [("-12.50", "-12.5"), ("'-3", "-3"), ("-0.00", "0"), ("7", "7"), ("-1E+3", "-1000")] {
            assert_eq!(typed(text), Ok(number.into()), "{text}");
        }
        assert_eq!(typed("-0.005"), Err(Wrong::TooFine(3)));
        assert_eq!(typed("--1"), Err(Wrong::NotANumber));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_was_written(whole in 0u64..9_999_999_999_999_999, fraction in 0u32..99_999_999) {
            let text = format!("{whole}.{fraction:08}");
            let number: Decimal = text.parse().unwrap();
            prop_assert_eq!(typed(&text, 8), Ok(number.normalize().to_string()));
        }

        #[test]
        fn whatever_stands_there_is_answered(text in "\\PC{0,30}|[0-9.eE+-]{0,30}") {
            let _ = typed(&text, 8);
        }

        #[test]
        fn whatever_exponent_stands_there_is_answered(mantissa in "[0-9]{0,12}[.]?[0-9]{0,12}", exponent in any::<i32>()) {
            for text in [format!("{mantissa}e{exponent}"), format!("{mantissa}e{}", i64::from(exponent) * 7)] {
                let _ = typed(&text, 8);
            }
        }
    }
}
