//! One cell: its content, and the text it means.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::{super::COLUMNS, Fault};

/// The longest text of a cell, in characters.
pub const LONGEST: usize = 2_000;
/// How much of a text that cannot be taken is shown.
const SHOWN: usize = 60;

/// The content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    Text(String),
    /// A number, and the code of its format; an empty code shows it as it is.
    Number {
        value: f64,
        format: String,
    },
    /// A day, perhaps with a time, and the number that a cell holds which is shown so.
    At(NaiveDateTime, Option<f64>),
    /// The same as text, or a time without a day.
    Date(String, Option<f64>),
    Truth(bool),
    /// `#N/A` and its like.
    Error(String),
    /// A formula whose result the file does not hold.
    Unfinished,
}

/// Columns whose texts may be nothing but digits, so that a spreadsheet program takes them for numbers.
const DIGITS: [&str; 8] = [
    "External ID",
    "Parent Search Value",
    "Tax ID",
    "Company Name",
    "Address Line 1",
    "Address Line 2",
    "Zip",
    "Technical Contact Phone",
];

impl Raw {
    /// About how many bytes it holds.
    pub fn weight(&self) -> usize {
        let text = match self {
            Self::Text(text) | Self::Date(text, _) | Self::Error(text) => text.len(),
            Self::Number { format, .. } => format.len(),
            Self::At(..) | Self::Truth(_) | Self::Unfinished => 0,
        };
        text + size_of::<(u16, Self)>()
    }

    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.chars().all(|sign| sign.is_whitespace() || sign.is_control() || sign == '\u{feff}'))
    }

    /// The text of a cell of CSV, sign by sign.
    pub fn as_written(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// The number that the cell holds, whether it is shown as one or as a day.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number { value, .. } => Some(*value),
            Self::At(_, number) | Self::Date(_, number) => *number,
            _ => None,
        }
    }

    /// As it is shown on a page.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => shortened(&one_line(text)),
            Self::Number { value, .. } => value.to_string(),
            Self::At(at, _) => spelled(*at),
            Self::Date(date, _) => date.clone(),
            Self::Truth(true) => "TRUE".into(),
            Self::Truth(false) => "FALSE".into(),
            Self::Error(error) => shortened(error),
            Self::Unfinished => String::new(),
        }
    }

    /// The text that is meant in a column, or why none can be told: what a person sees in the cell is what is taken, or nothing is.
    pub fn text(&self, column: usize) -> Result<String, Fault> {
        let fault = |words: String| Err(Fault::at(column, words));
        let digits = COLUMNS.get(column).is_some_and(|label| DIGITS.contains(label));
        match self {
            Self::Text(text) if is_error(text.trim()) => {
                fault(format!("{} is a spreadsheet error, not a value", text.trim()))
            }
            Self::Text(text) if digits && is_shortened_number(text.trim()) => fault(format!(
                "{} is a number that the spreadsheet program shortened. Format the column as text and type it again",
                text.trim()
            )),
            Self::Text(text) if text.chars().count() > LONGEST => fault(format!(
                "“{}…” is longer than 2,000 characters. If the file is CSV, a quotation mark may be missing",
                shortened(&one_line(text))
            )),
            Self::Text(text) => Ok(tidy(text)),
            Self::Number { value, format } if digits => as_seen(*value, format).ok_or(()).or_else(|()| {
                let shape = if format.is_empty() { String::new() } else { format!(" in the format {}", shortened(format)) };
                fault(format!("holds the number {value}{shape}. Format the column as text and enter the value again"))
            }),
            Self::Number { value, .. } => fault(format!("holds the number {value}, not text")),
            Self::At(..) | Self::Date(..) => {
                fault(format!("holds a date, {}. Format the column as text and enter the value again", self.shown()))
            }
            Self::Truth(_) => fault(format!("holds {}, not text", self.shown())),
            Self::Error(error) => fault(format!("{} is a spreadsheet error, not a value", shortened(error))),
            Self::Unfinished => fault(
                "holds a formula without its result. Open the file in a spreadsheet program, save it, and upload it again"
                    .into(),
            ),
        }
    }
}

pub fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A text in one line: whatever white space and control signs stand between words becomes one space.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|sign: char| sign.is_whitespace() || sign.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A cell as it is kept: of one line, without the mark that makes our own exports harmless (`kit::export::harmless`).
pub fn tidy(text: &str) -> String {
    let line = one_line(text.trim_start_matches('\u{feff}'));
    match line.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => line,
    }
}

/// The error values of spreadsheet programs, as files in text hold them, in whatever language: `#N/A`, `#WERT!`, `#NOM?`.
fn is_error(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('#') else { return false };
    if matches!(rest, "N/A" | "NV" | "N/D" | "N/B") {
        return true;
    }
    let Some(name) = rest.strip_suffix(['!', '?']) else { return false };
    (2..=16).contains(&name.chars().count())
        && name.chars().all(|sign| sign.is_uppercase() || matches!(sign, '/' | '0' | '_'))
}

/// `4,93018E+11`: what is left of a long number in a file that a spreadsheet program wrote as text.
pub fn is_shortened_number(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let Some(power) = power.strip_prefix('+') else { return false };
    digits.contains(['.', ','])
        && digits.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ','))
        && !power.is_empty()
        && power.chars().all(|sign| sign.is_ascii_digit())
}

/// A whole number as its cell shows it, where that can be told.
fn as_seen(value: f64, format: &str) -> Option<String> {
    // beyond fifteen digits spreadsheet programs lose some
    if value.fract() != 0.0 || !(0.0..1e15).contains(&value) {
        return None;
    }
    let digits = format!("{value:.0}");
    if matches!(format, "" | "@" | "General") {
        return Some(digits);
    }
    (!format.is_empty() && format.bytes().all(|sign| sign == b'0'))
        .then(|| format!("{digits:0>width$}", width = format.len()))
}

/// Whether a format shows a number as a day or a time.
pub fn is_date_format(code: &str) -> bool {
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => {
                signs.by_ref().find(|sign| *sign == '"');
            }
            '\\' | '_' | '*' => {
                signs.next();
            }
            '[' => {
                let inside: String = signs.by_ref().take_while(|sign| *sign != ']').collect();
                if matches!(inside.to_ascii_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    return true;
                }
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    false
}

/// What a spreadsheet counts from its own beginning, where there are such days.
pub fn serial(serial: f64, from_1904: bool) -> Option<NaiveDateTime> {
    let start = if from_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    let seconds =
        (0.0..3_000_000.0).contains(&serial).then(|| TimeDelta::seconds((serial * 86_400.0).round() as i64))?;
    start?.and_hms_opt(0, 0, 0)?.checked_add_signed(seconds)
}

/// A number that is shown as a day or a time.
pub fn date(number: f64, from_1904: bool) -> Raw {
    match serial(number, from_1904) {
        Some(at) if number < 1.0 && number != 0.0 => Raw::Date(at.format("%H:%M:%S").to_string(), Some(number)),
        Some(at) => Raw::At(at, Some(number)),
        None => Raw::Date(number.to_string(), Some(number)),
    }
}

/// A day as people write it.
fn spelled(at: NaiveDateTime) -> String {
    let midnight = at.time() == chrono::NaiveTime::MIN;
    at.format(if midnight { "%-d %B %Y" } else { "%-d %B %Y, %H:%M" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::export::harmless;

    fn at(label: &str) -> usize {
        COLUMNS.iter().position(|one| *one == label).unwrap()
    }

    #[test]
    fn words_that_stood_in_two_lines_do_not_grow_together() {
        for (cell, text) in [
            ("High Street\nSuite 4", "High Street Suite 4"),
            ("High Street\r\n\tSuite 4 ", "High Street Suite 4"),
            ("a\u{b}b\u{0}c\u{a0}d\u{2028}e", "a b c d e"),
        ] {
            assert_eq!(Raw::Text(cell.into()).text(at("Address Line 1")).unwrap(), text);
        }
    }

    #[test]
    fn our_own_marks_are_taken_off_again() {
        assert_eq!(["'+1 215", "'=1+1", "O'Hara", "'quoted'"].map(tidy), ["+1 215", "=1+1", "O'Hara", "'quoted'"]);
        for text in ["+5", "'+5", "''+5", "-1", "=1+1", "@x", "'", "'quoted'", "O'Hara", "5"] {
            assert_eq!(tidy(&harmless(text)), text, "what leaves comes back");
        }
    }

    #[test]
    fn a_number_is_taken_as_it_is_seen_or_not_at_all() {
        let number = |value: f64, format: &str| Raw::Number { value, format: format.into() };
        assert_eq!(number(19125.0, "").text(at("Zip")).unwrap(), "19125");
        assert_eq!(number(1234.0, "00000").text(at("Zip")).unwrap(), "01234");
        assert_eq!(number(12155630700.0, "@").text(at("Technical Contact Phone")).unwrap(), "12155630700");
        for (cell, column, words) in [
            (number(19125.5, ""), "Zip", "holds the number 19125.5"),
            (number(19125.0, "#,##0"), "Zip", "holds the number 19125 in the format #,##0"),
            (number(1e17, ""), "Tax ID", "holds the number 100000000000000000"),
            (number(-3.0, ""), "External ID", "holds the number -3"),
            (number(42.0, ""), "City", "holds the number 42, not text"),
            (Raw::Date("3 March 2026".into(), None), "External ID", "holds a date, 3 March 2026"),
            (Raw::Truth(true), "Tax ID", "holds TRUE"),
            (Raw::Error("#N/A".into()), "Tax ID", "#N/A is a spreadsheet error"),
            (Raw::Text("#WERT!".into()), "Tax ID", "#WERT! is a spreadsheet error"),
            (
                Raw::Text("4,93018E+11".into()),
                "Tax ID",
                "4,93018E+11 is a number that the spreadsheet program shortened",
            ),
            (Raw::Unfinished, "Tax ID", "holds a formula without its result"),
            (Raw::Text("x".repeat(2_001)), "Tax ID", "is longer than 2,000 characters"),
        ] {
            let fault = cell.text(at(column)).unwrap_err();
            assert_eq!(fault.column, Some(at(column)));
            assert!(fault.words.contains(words), "{cell:?}: {}", fault.words);
        }
        for text in ["#1 Gym", "#GYM", "E+2", "1E5", "# !"] {
            assert_eq!(Raw::Text(text.into()).text(at("Tax ID")).unwrap(), text);
        }
    }

    #[test]
    fn formats_of_days_are_told_from_others() {
        for code in ["yyyy-mm-dd", "[$-409]d\\-mmm\\-yy", "[h]:mm", "mm:ss", "\"on\" dddd"] {
            assert!(is_date_format(code), "{code}");
        }
        for code in ["", "General", "0.00", "#,##0 \"days\"", "[Red]0", "0\\d", "_d0"] {
            assert!(!is_date_format(code), "{code}");
        }
        let shown = |number: f64, from_1904: bool| date(number, from_1904).shown();
        assert_eq!(shown(46_000.0, false), "9 December 2025");
        assert_eq!(shown(44_538.5, true), "9 December 2025, 12:00");
        assert_eq!(shown(0.25, false), "06:00:00");
    }
}
