//! Reading a report through a mapping: the right sheet, the header wherever it begins, and every row below it.

use std::{
    collections::HashMap,
    io::{Read, Seek},
    sync::Arc,
};

use super::{
    super::{
        MOST_ROWS,
        actions::TRIED_BYTES,
        fault::{Code, Fault},
        read::{Beside, Heading, LAST_LINE, Layout, SHEETS, folded, shown},
        store::Control,
    },
    data::{self, Mapping},
    engine::{Facts, Outcome, Run},
    exact::Exact,
    ledger::Ledger,
};
use crate::{
    kit::choice::Choice as _,
    modules::customers::imports::read::{Kind, Package, Raw, Separated, Sheet, kind_of, plain},
};

/// The records that a mapping may group rows into: all of them are held until the last row is read.
const MOST_GROUPS: usize = 200_000;
/// Rows above which a header begins: reports have titles and dates there.
pub const HEADER_WITHIN: usize = 20;

fn unreadable(complaint: String) -> Vec<Fault> {
    vec![Fault::of_row(Code::Unreadable, complaint)]
}

/// The sheet that a mapping names, or the first.
pub fn sheet_of(package: &mut Package<impl Read + Seek>, name: &str) -> Result<Sheet, String> {
    if name.is_empty() {
        return package.first_sheet();
    }
    package.sheet_named(&[plain(name).as_str()])?.ok_or_else(|| format!("The workbook has no sheet named {name}"))
}

/// Where rows are: the sheet of a workbook, and what separates cells of text where that is known.
type Place<'a> = (&'a str, Option<u8>);

fn place(mapping: &Mapping) -> Place<'_> {
    (&mapping.sheet, mapping.separator.sign())
}

/// What is to be known of a row beside its cells.
#[derive(Debug, Clone, Copy, Default)]
struct Stands {
    /// Its days are counted from 1904.
    from_1904: bool,
    /// It is of a file of text.
    text: bool,
    /// It is hidden.
    hidden: bool,
}

/// Hands over each row with its number. What else is to be told.
fn rows(
    file: &mut (impl Read + Seek),
    (sheet, separator): Place<'_>,
    mut each: impl FnMut(u32, &mut Vec<(u16, Raw)>, Stands) -> bool,
) -> Result<Beside, Vec<Fault>> {
    match kind_of(file).map_err(|words| unreadable(words.to_string()))? {
        Kind::Workbook => {
            let mut package = Package::large(file).map_err(unreadable)?;
            let sheet = sheet_of(&mut package, sheet).map_err(unreadable)?;
            let (from_1904, unseen) = (sheet.from_1904, package.unseen());
            let stands = || Stands { from_1904, text: false, hidden: unseen.get() };
            package.rows(&sheet, |number, raw| Ok(each(number, raw, stands()))).map_err(unreadable)?;
            Ok(Beside::of_sheet(&package))
        }
        Kind::Separated => {
            let mut file = Separated::large(file).map_err(unreadable)?;
            if let Some(sign) = separator {
                file.delimiter = sign;
            }
            let beside = Beside::written(file.encoding);
            let stands = Stands { text: true, ..Stands::default() };
            file.rows(|number, raw| Ok(each(number, raw, stands))).map_err(unreadable)?;
            Ok(beside)
        }
    }
}

/// What came of reading a report.
#[derive(Debug)]
pub struct Through {
    pub ledger: Ledger,
    /// Whether rows are left that were not read.
    pub more: bool,
}

/// Reads a report and hands over what becomes of its rows, until `each` answers false: groups at its end, when all rows are known. At
/// most `most` rows are read, and fewer of long ones.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(
    file: &mut (impl Read + Seek),
    (mapping, facts): (&Mapping, &Facts),
    most: usize,
    mut each: impl FnMut(&Arc<Layout>, Outcome) -> bool,
) -> Result<Through, Vec<Fault>> {
    let mut run: Option<Run<'_>> = None;
    let (mut refused, mut looked, mut count, mut weight) = (Vec::new(), 0, 0, 0);
    let (mut more, mut stopped, mut late, mut crowded) = (false, false, false, false);
    let mut unseen = Exact::ZERO;
    let beside = rows(file, place(mapping), |number, raw, stands| {
        let width = raw.len();
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return true;
        }
        let Some(run) = &mut run else {
            looked += 1;
            match Run::of(mapping, facts, raw, (stands.from_1904, stands.text.then_some(width))) {
                Ok(found) => run = Some(found),
                // of rows that are no header the one is told that comes nearest
                Err(faults) if refused.is_empty() || faults.len() < refused.len() => refused = faults,
                Err(_) => {}
            }
            return run.is_some() || looked < HEADER_WITHIN;
        };
        if number > LAST_LINE {
            late = true;
            return false;
        }
        if count >= most || weight > most.saturating_mul(TRIED_BYTES) {
            more = true;
            return false;
        }
        count += 1;
        weight += raw.iter().map(|(_, cell)| cell.weight()).sum::<usize>();
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let before = run.ledger.source.value;
        let outcome = run.take(number, raw, width);
        if stands.hidden {
            unseen = unseen + run.ledger.source.value + -before;
        }
        stopped = match outcome {
            Outcome::Kept => false,
            Outcome::Split(parts) => !parts.into_iter().all(|made| each(&run.layout, Outcome::Made(made))),
            outcome => !each(&run.layout, outcome),
        };
        crowded = run.grouped() > MOST_GROUPS;
        !stopped && !crowded
    })?;
    let Some(mut run) = run else {
        return Err(if refused.is_empty() { beside.empty() } else { refused });
    };
    if late {
        return Err(unreadable("A file can have up to 1,048,576 lines. Remove the blank lines".into()));
    }
    if crowded {
        let words = "A mapping can group rows into up to 200,000 records. Group by fewer columns, or split the report";
        return Err(unreadable(words.into()));
    }
    if count == 0 {
        return Err(beside.empty());
    }
    if !stopped {
        for made in run.groups() {
            if !each(&run.layout, Outcome::Made(made)) {
                break;
            }
        }
    }
    let said = said(file, mapping)?;
    let beside = Beside { numbers: run.numbers, ..beside }.carrying(Some(unseen).filter(|_| mapping.adds_up()));
    Ok(Through { ledger: Ledger { said, beside, ..run.ledger }, more })
}

/// What a report says of itself, where its mapping knows the place.
fn said(file: &mut (impl Read + Seek), mapping: &Mapping) -> Result<Control, Vec<Fault>> {
    let total = number_at(file, mapping, &mapping.total_at)?;
    let rows = number_at(file, mapping, &mapping.count_at)?;
    let whole = |rows: Exact| rows.to_string().parse().ok().filter(|rows: &i32| *rows >= 0);
    let rows = match rows.map(|rows| (whole(rows), rows)) {
        None => None,
        Some((Some(rows), _)) => Some(rows),
        Some((None, other)) => return Err(no_number(&mapping.count_at, &other.to_string())),
    };
    Ok(Control { rows, total })
}

fn no_number(place: &str, found: &str) -> Vec<Fault> {
    vec![Fault::of_row(Code::Control, found).naming(format!("cell:{place}"))]
}

/// The number in a cell; none where no cell is named.
fn number_at(file: &mut (impl Read + Seek), mapping: &Mapping, text: &str) -> Result<Option<Exact>, Vec<Fault>> {
    let Some((sheet, column, row)) = data::cell(text) else { return Ok(None) };
    let sheet = if sheet.is_empty() { mapping.sheet.as_str() } else { sheet };
    let mut found: Option<Raw> = None;
    rows(file, (sheet, mapping.separator.sign()), |number, raw, _| {
        if number == row {
            found = raw.iter().find(|(at, _)| *at == column).map(|(_, cell)| cell.clone());
        }
        number < row
    })?;
    match found.as_ref().and_then(|cell| Exact::of(cell, mapping.numbers)) {
        Some(number) => Ok(Some(number)),
        None => Err(no_number(text, &shown(found.as_ref()))),
    }
}

/// As [`read`], of all rows that a file may have.
///
/// # Errors
/// As [`read`], and when there are more.
pub fn read_all(
    file: &mut (impl Read + Seek),
    through: (&Mapping, &Facts),
    each: impl FnMut(&Arc<Layout>, Outcome) -> bool,
) -> Result<Ledger, Vec<Fault>> {
    let read = read(file, through, MOST_ROWS, each)?;
    if read.more {
        return Err(unreadable("A file can have up to 1,000,000 rows. Split it into several files".into()));
    }
    Ok(read.ledger)
}

/// The rows among which the header is, as names are compared.
fn first_rows(file: &mut (impl Read + Seek), place: Place<'_>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let read = rows(file, place, |_, raw, _| {
        raw.retain(|(_, cell)| !cell.is_blank());
        if !raw.is_empty() {
            found.push(raw.iter().map(|(_, cell)| folded(&cell.shown())).collect());
        }
        found.len() < HEADER_WITHIN
    });
    // what cannot be read is told when it is checked
    if read.is_err() {
        found.clear();
    }
    found
}

/// Which of several mappings a report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    Nothing,
    /// By its place.
    One(usize),
    Several,
}

/// Of several mappings the one whose reports have such columns: that which knows most of them.
pub fn fitting(file: &mut (impl Read + Seek), mappings: &[&Mapping]) -> Fit {
    // most mappings look in the same place, and a workbook is not opened for each of them
    let mut looked: HashMap<Place<'_>, Vec<Vec<String>>> = HashMap::new();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, mapping) in mappings.iter().enumerate() {
        let here = place(mapping);
        let first = looked.entry(here).or_insert_with(|| first_rows(file, here));
        found.extend(first.iter().filter_map(|row| mapping.fits(row)).max().map(|fits| (at, fits)));
    }
    let most = found.iter().map(|(_, count)| *count).max();
    let mut best = found.iter().filter(|(_, count)| Some(*count) == most);
    match (best.next(), best.next()) {
        (None, _) => Fit::Nothing,
        (Some((at, _)), None) => Fit::One(*at),
        (Some(_), Some(_)) => Fit::Several,
    }
}

/// Columns by which a file of the standard format is known, however it is spelled.
const STANDARD: [Heading; 4] = [Heading::RecordId, Heading::ItemCriteria, Heading::ItemValue, Heading::AssetValue];

/// Whether a file is of the standard format, right or wrong.
pub fn is_standard(file: &mut (impl Read + Seek)) -> bool {
    let there = |row: &Vec<String>| STANDARD.iter().all(|heading| row.contains(&folded(heading.key())));
    SHEETS.iter().any(|sheet| first_rows(file, (sheet, None)).first().is_some_and(there))
}

/// Hands over the rows of a sample that are not blank, until `each` answers false. What else is to be told.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn first(
    file: &mut (impl Read + Seek),
    mut each: impl FnMut(Vec<(u16, Raw)>) -> bool,
) -> Result<Beside, Vec<Fault>> {
    rows(file, ("", None), |_, raw, _| {
        raw.retain(|(_, cell)| !cell.is_blank());
        raw.is_empty() || each(std::mem::take(raw))
    })
}
