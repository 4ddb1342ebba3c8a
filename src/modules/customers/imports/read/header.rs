//! The first row of a sheet: which column is where.

use serde::{Deserialize, Serialize};

use super::{
    super::{COLUMNS, Cells, RESULTS},
    Complaint, Fault, Line, Raw,
    cell::shortened,
    word::plain,
};
use crate::{kit::words::Words, t};

/// How a sheet is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The sheet's name; a CSV file has none.
    pub sheet: String,
    /// The row of the header.
    pub header: i32,
    /// Where each of [`COLUMNS`] stands, from 0.
    pub places: [u16; 20],
    /// How many columns the header has.
    pub width: u16,
    /// Where the columns of results stand, when the file had some already.
    pub results: [Option<u16>; 2],
    /// Headers of columns that are not read, by their letters.
    pub unread: Vec<(String, String)>,
    /// A text that was read as Windows-1252, which no file says of itself. False where it is unknown.
    #[serde(default)]
    pub western: bool,
}

/// As files were before layouts were kept.
impl Default for Layout {
    fn default() -> Self {
        let places = std::array::from_fn(|place| place as u16);
        let (sheet, unread) = (String::new(), Vec::new());
        Self { sheet, header: 1, places, width: 20, results: [None; 2], unread, western: false }
    }
}

/// Columns by which an export of the list is known: no sheet for an import has them.
const LISTED: [&str; 3] = ["Account", "Parent", "Contact"];

/// How many columns that are not read are named.
const NAMED: usize = 5;

impl Layout {
    /// All twenty columns must be there, in whatever order.
    pub fn of(sheet: &str, number: u32, cells: &[(u16, Raw)]) -> Result<Self, Complaint> {
        let labels: Vec<String> = COLUMNS.iter().map(|label| plain(label)).collect();
        let found: Vec<(u16, String, String)> =
            cells.iter().map(|(at, cell)| (*at, cell.shown(), plain(&cell.shown()))).collect();
        let mut places = [0; 20];
        for (column, label) in labels.iter().enumerate() {
            let mut here = found.iter().filter(|(_, _, word)| word == label).map(|(at, _, _)| *at);
            match (here.next(), here.next()) {
                (Some(at), None) => places[column] = at,
                (Some(one), Some(other)) => {
                    return Err(format!(
                        "Two columns are named “{}”: {} and {}",
                        COLUMNS[column],
                        letters(one),
                        letters(other)
                    ));
                }
                (None, _) => return Err(missing(column, number, &found, &labels)),
            }
        }
        let ours = RESULTS.map(plain);
        let at = |label: &String| found.iter().find(|(_, _, word)| word == label).map(|(at, _, _)| *at);
        let results = [at(&ours[0]), at(&ours[1])];
        let unread = found
            .iter()
            .filter(|(at, _, word)| !places.contains(at) && !ours.contains(word))
            .map(|(at, shown, _)| (letters(*at), shown.clone()))
            .collect();
        let width = found.iter().map(|(at, _, _)| at + 1).max().unwrap_or_default();
        let header = i32::try_from(number).unwrap_or(i32::MAX);
        Ok(Self { sheet: sheet.to_owned(), header, places, width, results, unread, western: false })
    }

    /// The twenty cells of a row; `None` when it says nothing in any of them.
    pub fn line(&self, number: u32, raw: &[(u16, Raw)]) -> Option<Line> {
        let mut cells: Cells = std::array::from_fn(|_| String::new());
        let mut faults = Vec::new();
        let mut empty = true;
        for (at, cell) in raw {
            let Some(column) = self.places.iter().position(|place| place == at) else { continue };
            empty = false;
            cells[column] = cell.text(column).unwrap_or_else(|fault| {
                faults.push(fault);
                cell.shown()
            });
        }
        // in a file of text a row cannot be longer than its header, but by a mistake that moves all its cells
        if self.sheet.is_empty()
            && let Some((at, _)) = raw.last()
            && *at >= self.width
        {
            empty = false;
            faults.push(Fault::of_row(format!(
                "has {} cells, while the header has {}. Put a cell that contains the separator in quotation marks",
                at + 1,
                self.width
            )));
        }
        (!empty).then(|| Line { number: i32::try_from(number).unwrap_or(i32::MAX), cells, faults })
    }

    /// A cell as a spreadsheet program calls it: `Customers!I5`.
    pub fn address(&self, column: usize, number: i32) -> String {
        let cell = format!("{}{number}", letters(self.places.get(column).copied().unwrap_or_default()));
        if self.sheet.is_empty() {
            cell
        } else if self.sheet.chars().all(char::is_alphanumeric) {
            format!("{}!{cell}", self.sheet)
        } else {
            format!("'{}'!{cell}", self.sheet.replace('\'', "''"))
        }
    }

    /// Where results are written: where they were before, or behind all other columns.
    pub fn result_columns(&self) -> [u16; 2] {
        let first = self.results[0].unwrap_or(self.width);
        [first, self.results[1].unwrap_or(self.width.max(first.saturating_add(1)))]
    }

    /// A fault in words that lead to its cell: `Customers!I5 (Tax ID): #N/A is a spreadsheet error, not a value`.
    pub fn say(&self, number: i32, fault: &Fault) -> String {
        match fault.column.and_then(|column| Some((column, COLUMNS.get(column)?))) {
            Some((column, label)) => format!("{} ({label}): {}", self.address(column, number), fault.words),
            None if self.sheet.is_empty() => format!("Row {number}: {}", fault.words),
            None => format!("{}, row {number}: {}", self.sheet, fault.words),
        }
    }

    /// What is not read, in words; nothing when all is.
    pub fn not_read(&self) -> Words {
        let named = self.unread.iter().take(NAMED).map(|(at, header)| format!("{at} “{header}”"));
        match self.unread.len() {
            0 => Words::default(),
            n if n <= NAMED => {
                t!("Column {columns} is ignored." | "Columns {columns} are ignored.", n, columns = Words::all_of(named))
            }
            n => t!(
                "Columns {columns} and {n} more are ignored." | "Columns {columns} and {n} more are ignored.",
                n - NAMED,
                columns = named.collect::<Vec<_>>().join(", ")
            ),
        }
    }
}

/// A column that is not there: where it should be, and what is there instead.
fn missing(column: usize, number: u32, found: &[(u16, String, String)], labels: &[String]) -> Complaint {
    let has = |label: &str| found.iter().any(|(_, _, word)| *word == plain(label));
    if LISTED.iter().all(|label| has(label)) {
        return "This is an export of the customer list, which cannot be imported. Under Imports, download your \
                accounts as a sheet with all 20 columns, edit it, and upload it"
            .to_owned();
    }
    let expected = COLUMNS[column];
    let at = u16::try_from(column).unwrap_or_default();
    match found.iter().find(|(place, _, _)| *place == at) {
        Some((_, shown, word)) if !labels.contains(word) => {
            format!("Cell {}{number} must be “{expected}”, not “{}”", letters(at), shortened(shown))
        }
        _ => format!(
            "The column “{expected}” is missing. Row {number} must have these headers, in English and in any order: {}",
            COLUMNS.join(", ")
        ),
    }
}

/// The letters of a column: A for 0, AA for 26.
pub fn letters(column: u16) -> String {
    let mut left = u32::from(column) + 1;
    let mut signs = Vec::new();
    while left > 0 {
        let digit = (left - 1) % 26;
        signs.push(char::from(b'A' + digit as u8));
        left = (left - 1) / 26;
    }
    signs.iter().rev().collect()
}
