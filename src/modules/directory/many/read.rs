//! Reading a sheet of partners: which column is where, and what is wrong with each row on its own.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{COLUMNS, MOST_ROWS};
use crate::{
    choice,
    kit::{
        choice::Choice as _,
        input::{Kind as _, kinds::Email},
        typed::{self, apart},
        words::{Lang, Words},
    },
    modules::customers::imports::read::{Kind, Package, Raw, Separated, kind, letters, plain},
    t,
};

const COMPANY: usize = 0;
const EMAIL: usize = 1;
const EXTERNAL_ID: usize = 2;
const NOTE: usize = 3;
const LANGUAGE: usize = 4;
/// The column of the customers' sheet whose cells may be nothing but digits, as all of these may.
const AS_DIGITS: usize = 1;

choice! {
    /// What is wrong with a cell or a row, as what would be right.
    What without column {
        Company = "company" / "Enter a company name of up to 64 characters",
        Email = "email" / "Enter an email address in the format name@example.com",
        Known = "known" / "Enter an email address or an external ID, by which the partner is recognized",
        ExternalId = "external_id" / "Enter an external ID of up to 64 characters",
        Note = "note" / "Enter a note of up to 200 characters",
        Language = "language" / "Enter en or de, or leave it empty",
        Cell = "cell" / "Format the column as text and enter the value again",
        Twice = "twice" / "Another row has the same value. Remove one of the two",
        Long = "long" / "The row has more cells than the header. Put a cell that contains the separator in quotation marks",
    }
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    pub what: What,
    /// The cell as a spreadsheet program calls it.
    pub cell: String,
    /// What stands there.
    pub said: String,
    /// The other row that it is the same as.
    pub row: Option<i32>,
}

impl Wrong {
    /// Where it is, what stands there, and what would be right.
    pub fn words(&self) -> Words {
        let (cell, should) = (self.cell.as_str(), Words::new(self.what.label()));
        match (self.row, self.said.as_str()) {
            (Some(row), said) => {
                t!(
                    "{cell} “{said}”, as in row {row}: {should}",
                    cell,
                    said = apart(said),
                    row = row.to_string(),
                    should
                )
            }
            (None, "") => t!("{cell}: {should}", cell, should),
            (None, said) => t!("{cell} “{said}”: {should}", cell, said = apart(said), should),
        }
    }
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As a spreadsheet program numbers it.
    pub number: i32,
    /// In the order of [`COLUMNS`].
    pub cells: [String; 5],
    pub wrong: Vec<Wrong>,
}

impl Line {
    pub fn email(&self) -> &str {
        &self.cells[EMAIL]
    }

    pub fn external_id(&self) -> &str {
        &self.cells[EXTERNAL_ID]
    }
}

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Sheet {
    pub lines: Vec<Line>,
    /// Headers of columns that are not read.
    pub ignored: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// Words for whoever sent it, when it cannot be read at all.
pub fn read(bytes: &[u8]) -> Result<Sheet, Words> {
    let mut reading = Reading::default();
    let read = match kind(bytes)? {
        Kind::Workbook => workbook(bytes, &mut reading),
        Kind::Separated => separated(bytes, &mut reading),
    };
    if let Some(refused) = reading.refused {
        return Err(refused);
    }
    read.map_err(Words::data)?;
    if reading.places.is_none() {
        return Err(t!("The sheet is empty"));
    }
    if reading.sheet.lines.is_empty() {
        return Err(t!("There are no rows under the header"));
    }
    let mut sheet = reading.sheet;
    twice(&mut sheet.lines, EMAIL, &reading.letters);
    twice(&mut sheet.lines, EXTERNAL_ID, &reading.letters);
    Ok(sheet)
}

fn workbook(bytes: &[u8], reading: &mut Reading) -> Result<(), String> {
    let mut package = Package::open(bytes)?;
    let sheet = package.sheet()?;
    package.rows(&sheet, |number, raw| Ok(reading.row(number, raw)))
}

fn separated(bytes: &[u8], reading: &mut Reading) -> Result<(), String> {
    reading.text = true;
    Separated::of(bytes)?.rows(|number, raw| Ok(reading.row(number, raw)))
}

/// Where a reader stands.
#[derive(Default)]
struct Reading {
    /// Where each of [`COLUMNS`] stands, once the header is read.
    places: Option<[Option<u16>; 5]>,
    /// The letters of each column.
    letters: [String; 5],
    /// How many columns the header has.
    width: u16,
    /// All rows of a file of text are as long as its header.
    text: bool,
    sheet: Sheet,
    refused: Option<Words>,
}

impl Reading {
    /// Whether to continue.
    fn row(&mut self, number: u32, raw: &mut Vec<(u16, Raw)>) -> bool {
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return true;
        }
        let done = match self.places {
            None => self.header(number, raw),
            Some(places) => self.line(number, raw, places),
        };
        self.refused = done.err();
        self.refused.is_none()
    }

    fn header(&mut self, number: u32, raw: &[(u16, Raw)]) -> Result<(), Words> {
        let mut places = [None; 5];
        for (at, cell) in raw {
            let shown = cell.shown();
            match COLUMNS.iter().position(|label| plain(label) == plain(&shown)) {
                Some(column) if places[column].is_some() => {
                    return Err(t!("Two columns are named “{column}”", column = COLUMNS[column]));
                }
                Some(column) => {
                    places[column] = Some(*at);
                    self.letters[column] = letters(*at);
                }
                None => self.sheet.ignored.push(shown),
            }
            self.width = self.width.max(*at + 1);
        }
        let missing = match (places[COMPANY], places[EMAIL], places[EXTERNAL_ID]) {
            (None, _, _) => Some(COLUMNS[COMPANY]),
            (_, None, None) => Some(COLUMNS[EMAIL]),
            _ => None,
        };
        if let Some(missing) = missing {
            return Err(t!(
                "The column “{missing}” is missing. Row {number} must have these headers, in English and in any order: {columns}",
                missing,
                number = number.to_string(),
                columns = COLUMNS.join(", "),
            ));
        }
        self.places = Some(places);
        Ok(())
    }

    fn line(&mut self, number: u32, raw: &[(u16, Raw)], places: [Option<u16>; 5]) -> Result<(), Words> {
        let mut line =
            Line { number: i32::try_from(number).unwrap_or(i32::MAX), cells: Default::default(), wrong: Vec::new() };
        let mut empty = true;
        for (at, cell) in raw {
            let Some(column) = places.iter().position(|place| *place == Some(*at)) else { continue };
            empty = false;
            line.cells[column] = cell.text(AS_DIGITS).unwrap_or_else(|_| {
                line.wrong.push(self.wrong(What::Cell, (column, number), &cell.shown()));
                cell.shown()
            });
        }
        if self.text && raw.last().is_some_and(|(at, _)| *at >= self.width) {
            empty = false;
            line.wrong.push(self.wrong(What::Long, (COMPANY, number), ""));
        }
        if empty {
            return Ok(());
        }
        if line.wrong.is_empty() {
            self.check(&mut line, number);
        }
        if self.sheet.lines.len() == MOST_ROWS {
            return Err(t!("A file can have up to 2,000 partners. Split it into several files"));
        }
        self.sheet.lines.push(line);
        Ok(())
    }

    fn wrong(&self, what: What, (column, number): (usize, u32), said: &str) -> Wrong {
        let letters = self.letters[column].as_str();
        let cell = format!("{}{number}", if letters.is_empty() { "A" } else { letters });
        Wrong { what, cell, said: said.chars().take(60).collect(), row: None }
    }

    /// Cells as they are kept, and what is wrong with them.
    fn check(&self, line: &mut Line, number: u32) {
        let cells = &mut line.cells;
        cells[COMPANY] = typed::line(&cells[COMPANY]);
        cells[EMAIL] = Email.tidy(&cells[EMAIL]);
        cells[EXTERNAL_ID] = typed::key(&cells[EXTERNAL_ID]);
        cells[NOTE] = typed::line(&cells[NOTE]);
        let language = cells[LANGUAGE].trim().to_owned();
        let long = |column: usize, most: usize| cells[column].chars().count() > most;
        let tagged = Lang::tagged(&language, false);
        let faults = [
            (What::Company, COMPANY, cells[COMPANY].is_empty() || long(COMPANY, 64)),
            (
                What::Email,
                EMAIL,
                !cells[EMAIL].is_empty() && Email.value(cells[EMAIL].clone(), &Words::new(COLUMNS[EMAIL])).is_err(),
            ),
            (What::Known, EMAIL, cells[EMAIL].is_empty() && cells[EXTERNAL_ID].is_empty()),
            (What::ExternalId, EXTERNAL_ID, long(EXTERNAL_ID, 64)),
            (What::Note, NOTE, long(NOTE, 200)),
            (What::Language, LANGUAGE, !language.is_empty() && tagged.is_none()),
        ];
        let found: Vec<Wrong> = faults
            .into_iter()
            .filter(|(_, _, wrong)| *wrong)
            .map(|(what, column, _)| self.wrong(what, (column, number), &cells[column]))
            .collect();
        if let Some(lang) = tagged {
            lang.tag().clone_into(&mut line.cells[LANGUAGE]);
        }
        line.wrong = found;
    }
}

/// One partner stands in one row.
fn twice(lines: &mut [Line], column: usize, at: &[String; 5]) {
    let mut first: HashMap<String, i32> = HashMap::new();
    for line in lines.iter_mut().filter(|line| line.wrong.is_empty() && !line.cells[column].is_empty()) {
        let key = if column == EMAIL { typed::email_key(&line.cells[column]) } else { line.cells[column].clone() };
        match first.get(&key) {
            Some(row) => line.wrong.push(Wrong {
                what: What::Twice,
                cell: format!("{}{}", at[column], line.number),
                said: line.cells[column].clone(),
                row: Some(*row),
            }),
            None => drop(first.insert(key, line.number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(i32, What)> {
        let sheet = read(text.as_bytes()).unwrap();
        sheet.lines.iter().flat_map(|line| line.wrong.iter().map(|one| (line.number, one.what))).collect()
    }

    #[test]
    fn columns_stand_in_any_order_and_each_row_is_judged() {
        let text = "email,COMPANY,external_id,Language,Fax\na@b.example,A,1,DE,9\nnowhere,B,2,,\n,C,,,\nA@b.example,D,3,xx,\nx@b.example,,,,\n";
        let found = [(3, What::Email), (4, What::Known), (5, What::Language), (6, What::Company)];
        assert_eq!(wrong(text), found);
        let sheet = read(text.as_bytes()).unwrap();
        assert_eq!(sheet.ignored, ["Fax"]);
        assert_eq!(sheet.lines[0].cells, ["A", "a@b.example", "1", "", "de"]);
    }

    #[test]
    fn who_stands_twice_is_told_where() {
        let text = "Company,Email\nA,a@b.example\nB,A@B.example\n";
        assert_eq!(wrong(text), [(3, What::Twice)]);
        assert_eq!(read(text.as_bytes()).unwrap().lines[1].wrong[0].row, Some(2));
    }

    #[test]
    fn a_header_without_the_columns_says_which() {
        assert!(read(b"Company,Note\nA,b\n").unwrap_err().to_string().contains("“Email” is missing"));
        assert!(read(b"Email\na@b.example\n").unwrap_err().to_string().contains("“Company” is missing"));
    }
}
