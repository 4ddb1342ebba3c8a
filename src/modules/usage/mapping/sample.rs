//! What a sample says of how its reports are written: the names of its columns, and its numbers, of which a format is proposed only where no
//! other can be meant.

use std::io::{Read, Seek};

use super::{
    super::{actions::TRIED_BYTES, fault::Fault, read::Heading},
    exact::{Exact, NumberFormat},
    guess,
    source::{self, HEADER_WITHIN},
};
use crate::{
    kit::{choice::Choice as _, words::Words},
    modules::customers::imports::read::{Raw, one_line},
    t,
};

/// Rows of a sample that are looked at.
const LOOKED_AT: usize = 1_000;
/// Numbers that are shown of it, and how long one may be.
const SHOWN: usize = 3;
const LONGEST: usize = 40;
/// The parameter of an address in which such a number stands.
const EXAMPLE: &str = "example";
/// The field of a mapping that says how its reports write numbers.
pub const NUMBERS: &str = "numbers";

/// The first rows of a sample.
#[derive(Debug)]
pub struct Sample {
    /// The names of the columns with their places, as they stand there.
    columns: Vec<(u16, String)>,
    /// The rows below them.
    rows: Vec<Vec<(u16, Raw)>>,
}

impl Sample {
    /// Looks at a sample. Its header is the first of its first rows that has most cells.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn of(file: &mut (impl Read + Seek)) -> Result<Self, Vec<Fault>> {
        let (mut rows, mut weight) = (Vec::new(), 0);
        let beside = source::first(file, |raw| {
            weight += raw.iter().map(|(_, cell)| cell.weight()).sum::<usize>();
            rows.push(raw);
            rows.len() < LOOKED_AT && weight < LOOKED_AT * TRIED_BYTES
        })?;
        let most = rows.iter().take(HEADER_WITHIN).map(Vec::len).max().unwrap_or_default();
        let Some(header) = rows.iter().position(|row| row.len() == most) else { return Err(beside.empty()) };
        let below = rows.split_off(header + 1);
        let columns = rows.pop().unwrap_or_default().into_iter().map(|(at, cell)| (at, cell.shown())).collect();
        Ok(Self { columns, rows: below })
    }

    /// The fields of a mapping for such reports, as an address has them: what is guessed of them, and numbers by which a person tells how
    /// they are written.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let names: Vec<String> = self.columns.iter().map(|(_, name)| name.clone()).collect();
        let mut fields = guess::fields(&names);
        let numbers = self.numbers(&fields);
        if let Some(format) = proposed(&numbers) {
            fields.push((NUMBERS, format.key().to_owned()));
        }
        fields.extend(telling(&numbers).into_iter().map(|text| (EXAMPLE, text)));
        fields
    }

    /// The texts of the columns with quantities and amounts that some format reads as numbers; a number cell is one in any format.
    fn numbers(&self, fields: &[(&'static str, String)]) -> Vec<String> {
        let measured =
            fields.iter().filter(|(field, _)| [Heading::Quantity, Heading::Amount].map(Heading::key).contains(field));
        let named = |(_, text): &(&'static str, String)| {
            let name = text.trim_start_matches('{').trim_end_matches('}');
            self.columns.iter().find(|(_, known)| known == name).map(|(at, _)| *at)
        };
        let places: Vec<u16> = measured.filter_map(named).collect();
        let cells = self.rows.iter().flatten().filter(|(at, _)| places.contains(at));
        let text = |(_, cell): &(u16, Raw)| match cell {
            Raw::Text(text) => Some(one_line(text)),
            _ => None,
        };
        cells.filter_map(text).filter(|text| !readings(text).is_empty()).collect()
    }
}

/// What a text means by each format that reads it.
fn readings(text: &str) -> Vec<(NumberFormat, Exact)> {
    let read = |format: &NumberFormat| Some((*format, Exact::of(&Raw::Text(text.to_owned()), *format)?));
    NumberFormat::ALL.iter().filter_map(read).collect()
}

/// The formats by which all these texts are numbers.
fn fitting(texts: &[String]) -> Vec<NumberFormat> {
    let fits =
        |format: &&NumberFormat| texts.iter().all(|text| readings(text).iter().any(|(known, _)| known == *format));
    NumberFormat::ALL.iter().filter(fits).copied().collect()
}

/// The format of all these texts: none where two fit that begin decimals with different signs. Of those that agree in it the plainest, by which
/// a number of another form is an error and never another number.
fn proposed(texts: &[String]) -> Option<NumberFormat> {
    let fitting = fitting(texts);
    let first = *fitting.first()?;
    fitting.iter().all(|format| format.point() == first.point()).then_some(first)
}

/// Of these texts a few that show how numbers are written: first those that leave fewer formats, then others that have more than digits. One
/// text where all have digits alone.
fn telling(texts: &[String]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut left = NumberFormat::ALL.to_vec();
    let short = || texts.iter().filter(|text| text.chars().count() <= LONGEST);
    for text in short() {
        let here = readings(text);
        let still: Vec<NumberFormat> =
            left.iter().filter(|format| here.iter().any(|(known, _)| known == *format)).copied().collect();
        if still.len() < left.len() && told.len() < SHOWN {
            told.push(text.clone());
            left = still;
        }
    }
    for text in short().filter(|text| !text.chars().all(|sign| sign.is_ascii_digit())) {
        if told.len() < SHOWN && !told.contains(text) {
            told.push(text.clone());
        }
    }
    if told.is_empty() {
        told.extend(short().next().cloned());
    }
    told
}

/// What an address says of the numbers of a sample.
#[derive(Debug)]
pub struct Told {
    /// Numbers of the sample.
    examples: Vec<String>,
    /// The format that is proposed.
    format: Option<NumberFormat>,
}

impl Told {
    /// Of the pairs of an address.
    pub fn of(asked: &[(String, String)]) -> Self {
        let all = |wanted: &'static str| asked.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
        let short = |text: &&String| text.chars().count() <= LONGEST;
        Self {
            examples: all(EXAMPLE).filter(short).take(SHOWN).cloned().collect(),
            format: all(NUMBERS).find_map(|key| NumberFormat::from_key(key)),
        }
    }

    /// Whether this field is left to a person: a sample has numbers, and no format is the only one that can be meant.
    pub fn leaves_open(&self, field: &str) -> bool {
        field == NUMBERS && self.format.is_none() && !self.examples.is_empty()
    }

    /// What the numbers of the sample mean, as it is proposed or as it may be. None without a sample.
    pub fn words(&self) -> Option<Words> {
        let means: Vec<(&String, Vec<String>)> =
            self.examples.iter().map(|text| (text, self.means(text))).filter(|(_, means)| !means.is_empty()).collect();
        if means.is_empty() {
            return None;
        }
        let certain = means.iter().all(|(_, means)| means.len() == 1);
        let said = means.into_iter().map(|(text, means)| t!("{text} is {number}", text, number = Words::any_of(means)));
        let examples = Words::all_of(said);
        Some(match self.format {
            Some(_) => t!("Proposed from your sample: {examples}.", examples),
            None if fitting(&self.examples).is_empty() => t!(
                "Your sample writes numbers in several ways: {examples}. Choose one. Numbers in other formats will be errors.",
                examples
            ),
            None if certain => t!("Your sample does not show how decimals are written. Choose a number format."),
            None => t!(
                "Your sample can be read in several ways: {examples}. Choose the number format that is meant.",
                examples
            ),
        })
    }

    /// The numbers that a text may stand for, each once.
    fn means(&self, text: &str) -> Vec<String> {
        let mut means: Vec<String> = Vec::new();
        for (format, number) in readings(text) {
            let number = number.to_string();
            if self.format.is_none_or(|proposed| proposed == format) && !means.contains(&number) {
                means.push(number);
            }
        }
        means
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn format_of(texts: &[&str]) -> Option<NumberFormat> {
        proposed(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_format_is_proposed_where_no_other_can_be_meant() {
        use NumberFormat::*;
        for (texts, format) in [
            (&["1.000", "2.500", "1.111,11"][..], Some(PointComma)),
            (&["1.000", "2.500"][..], None),
            (&["173,900"][..], None),
            (&["5", "12"][..], None),
            (&["12.50", "3"][..], Some(Point)),
            (&["2,5", "3"][..], Some(Comma)),
            (&["1,234.56"][..], Some(CommaPoint)),
            (&["1.355,90"][..], Some(PointComma)),
            (&["1\u{a0}234,5"][..], Some(SpaceComma)),
            (&["1'234.5"][..], Some(ApostrophePoint)),
            (&["1,234.56", "1.234,56"][..], None),
        ] {
            assert_eq!(format_of(texts), format, "{texts:?}");
        }
    }

    fn asked(file: &str) -> (Option<String>, Vec<String>) {
        let fields = Sample::of(&mut Cursor::new(file)).unwrap().fields();
        let of =
            |wanted: &str| fields.iter().filter(|(name, _)| *name == wanted).map(|(_, text)| text.clone()).collect();
        let (numbers, examples): (Vec<String>, Vec<String>) = (of(NUMBERS), of(EXAMPLE));
        (numbers.into_iter().next(), examples)
    }

    #[test]
    fn numbers_are_those_of_quantities_and_amounts() {
        let file = "Id;Qty;Cost;Zip\nA;2;1.010,75;1.000\nB;3;n/a;2.000\nC;;3,00;3.000\n";
        assert_eq!(asked(file), (Some("point_comma".into()), vec!["1.010,75".into(), "3,00".into()]));
        assert_eq!(asked("Id;Cost\nA;1.000\nB;2.500\n"), (None, vec!["1.000".into(), "2.500".into()]));
        assert_eq!(asked("Id;Cost\nA;5\nB;12\n"), (None, vec!["5".into()]));
        assert_eq!(asked("Id;Note\nA;1.000\n"), (None, Vec::new()), "nothing is measured by it");
    }

    #[test]
    fn what_may_be_meant_is_told_with_the_numbers_of_the_sample() {
        let told = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
            let told = Told::of(&pairs);
            (told.leaves_open("numbers"), told.words().map(|words| words.to_string()).unwrap_or_default())
        };
        let (open, words) = told(&[("example", "1.000"), ("example", "2.500")]);
        assert!(open && words.contains("1 or 1000") && words.contains("2.5 or 2500"), "{words}");
        let (open, words) = told(&[("numbers", "point_comma"), ("example", "1.000")]);
        assert!(!open && words.contains("1000") && !words.contains(" or "), "{words}");
        let (open, words) = told(&[("example", "1,234.56"), ("example", "1.234,56")]);
        assert!(open && words.contains("1,234.56 is 1234.56 and 1.234,56 is 1234.56"), "{words}");
        let (open, words) = told(&[("example", "5")]);
        assert!(open && words.contains("does not show how decimals are written"), "{words}");
        assert_eq!(told(&[]), (false, String::new()));
        assert_eq!(told(&[("example", "nothing that is a number")]), (true, String::new()));
    }
}
