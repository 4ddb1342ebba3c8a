//! Reading what was filled in: the sheet of records as it was downloaded, or any with the columns that count.

use rust_decimal::Decimal;

use super::Fault;
use crate::{
    choice,
    kit::{choice::Choice as _, words::Words},
    modules::{
        customers::imports::read::{Kind, Package, Raw, Separated, kind, letters},
        usage::{
            MOST_ROWS,
            fault::Code,
            read::{Heading, LAST_LINE, SHEETS, folded, number, shown, text},
        },
    },
    t,
};

choice! {
    /// A column that counts, by its header. The others are passed over.
    Column without column {
        Record = "usage_record_id" / "Usage record ID",
        Quantity = "quantity" / "Quantity",
        Amount = "amount" / "Amount",
        Reference = "external_billing_id" / "External billing ID",
        Note = "external_billing_note" / "External billing note",
    }
}

impl Column {
    fn needed(self) -> bool {
        matches!(self, Self::Record | Self::Reference)
    }
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub fault: Fault,
    pub letters: String,
    pub column: Column,
    /// What stands there, and what a message names besides.
    pub raw: String,
    pub detail: String,
}

/// A row that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet program numbers it.
    pub line: i32,
    pub record: String,
    pub reference: String,
    pub note: String,
    /// Nothing where the cell is empty, or there is no such column.
    pub quantity: Option<Decimal>,
    pub amount: Option<Decimal>,
    /// The first that is wrong.
    pub wrong: Option<Wrong>,
}

/// Where the columns stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout(Vec<(Column, u16)>);

impl Layout {
    fn of(cells: &[(u16, Raw)]) -> Result<Self, Words> {
        let mut places: Vec<(Column, u16)> = Vec::new();
        for (at, cell) in cells {
            let word = folded(cell.shown().trim());
            let Some(column) = Column::ALL.iter().copied().find(|column| folded(column.key()) == word) else {
                continue;
            };
            if places.iter().any(|(known, _)| *known == column) {
                return Err(t!("Two columns are named {header}.", header = column.key()));
            }
            places.push((column, *at));
        }
        let missing = |column: &&Column| column.needed() && !places.iter().any(|(known, _)| known == *column);
        match Column::ALL.iter().find(missing) {
            Some(column) => Err(t!("The column {header} is missing.", header = column.key())),
            None => Ok(Self(places)),
        }
    }

    fn at(&self, column: Column) -> Option<u16> {
        self.0.iter().find(|(known, _)| *known == column).map(|(_, at)| *at)
    }

    /// What is wrong in a column of a row.
    pub fn wrong(&self, column: Column, fault: Fault, raw: &str, detail: impl Into<String>) -> Wrong {
        let letters = self.at(column).map(letters).unwrap_or_default();
        Wrong { fault, letters, column, raw: raw.to_owned(), detail: detail.into() }
    }

    fn row(&self, line: i32, cells: &[(u16, Raw)]) -> Row {
        let cell = |column: Column| {
            let at = self.at(column)?;
            cells.iter().find(|(column, _)| *column == at).map(|(_, cell)| cell)
        };
        let mut wrong: Option<Wrong> = None;
        let mut fail = |column: Column, fault: Fault, detail: &str| {
            if wrong.is_none() {
                wrong = Some(self.wrong(column, fault, &shown(cell(column)), detail));
            }
        };
        let words = |column: Column, most: usize, fail: &mut dyn FnMut(Column, Fault, &str)| {
            // a text is read as the id of a record is
            match text(Heading::RecordId, cell(column)) {
                Ok(text) if text.chars().count() <= most => text,
                Ok(_) => {
                    fail(column, Fault::Length, &most.to_string());
                    String::new()
                }
                Err(fault) => {
                    let length = fault.code == Code::Length;
                    fail(column, if length { Fault::Length } else { Fault::Cell }, &most.to_string());
                    String::new()
                }
            }
        };
        let record = words(Column::Record, LONGEST, &mut fail);
        let exact = |column: Column, fail: &mut dyn FnMut(Column, Fault, &str)| {
            let found = exactly(cell(column)?);
            if found.is_none() {
                fail(column, Fault::Cell, "");
            }
            found
        };
        let quantity = exact(Column::Quantity, &mut fail);
        let amount = exact(Column::Amount, &mut fail);
        let reference = words(Column::Reference, LONGEST, &mut fail);
        let note = words(Column::Note, LONGEST, &mut fail);
        if record.is_empty() {
            fail(Column::Record, Fault::NoRecord, "");
        }
        if reference.is_empty() && !note.is_empty() {
            fail(Column::Reference, Fault::NoBill, "");
        }
        Row { line, record, reference, note, quantity, amount, wrong }
    }
}

/// The longest reference and note, in characters.
const LONGEST: usize = 200;
/// Decimals that a quantity and an amount may have.
const DECIMALS: usize = 8;

/// The number in a cell. What was reported may be taken back, so it may be negative.
fn exactly(cell: &Raw) -> Option<Decimal> {
    match number::number(cell, DECIMALS) {
        Err(number::Wrong::Negative) => {
            let other = match cell {
                Raw::Text(text) => Raw::Text(text.replacen('-', "", 1)),
                Raw::Number { value, format } => Raw::Number { value: -value, format: format.clone() },
                _ => return None,
            };
            number::number(&other, DECIMALS).ok().map(|number| -number)
        }
        read => read.ok(),
    }
}

/// Reads a file: its layout and its rows.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(bytes: &[u8]) -> Result<(Layout, Vec<Row>), Words> {
    let mut layout: Option<Layout> = None;
    let mut refused: Option<Words> = None;
    let mut rows = Vec::new();
    let mut row = |line: u32, raw: &mut Vec<(u16, Raw)>| -> bool {
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return true;
        }
        match &layout {
            None => match Layout::of(raw) {
                Ok(found) => layout = Some(found),
                Err(words) => refused = Some(words),
            },
            Some(_) if rows.len() >= MOST_ROWS || line > LAST_LINE => {
                refused = Some(t!("A file can have up to 200,000 rows. Split it into several files"));
            }
            Some(layout) => rows.push(layout.row(i32::try_from(line).unwrap_or(i32::MAX), raw)),
        }
        refused.is_none()
    };
    match kind(bytes)? {
        Kind::Workbook => {
            let mut package = Package::open(bytes).map_err(Words::data)?;
            let sheet = package.sheet_named(&SHEETS).map_err(Words::data)?;
            let sheet = sheet.ok_or_else(|| t!("The workbook has no sheet named records"))?;
            package.rows(&sheet, |line, raw| Ok(row(line, raw))).map_err(Words::data)?;
        }
        Kind::Separated => {
            let file = Separated::of(bytes).map_err(Words::data)?;
            file.rows(|line, raw| Ok(row(line, raw))).map_err(Words::data)?;
        }
    }
    if let Some(words) = refused {
        return Err(words);
    }
    match layout {
        Some(layout) if !rows.is_empty() => Ok((layout, rows)),
        _ => Err(t!("Add at least one record below the header.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(file: &str) -> Vec<Option<(Fault, String)>> {
        let (_, rows) = read(file.as_bytes()).unwrap();
        rows.into_iter().map(|row| row.wrong.map(|wrong| (wrong.fault, wrong.letters))).collect()
    }

    #[test]
    fn columns_are_known_by_their_names_and_others_are_passed_over() {
        let (_, rows) =
            read(b"customer,External billing ID,usage record id\r\nFish,INV-1,UR-1\r\n\r\nFish,,UR-2\r\n").unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.line, row.record.as_str(), row.reference.as_str())).collect();
        assert_eq!(told, [(2, "UR-1", "INV-1"), (4, "UR-2", "")]);
        assert!(rows.iter().all(|row| row.wrong.is_none() && row.quantity.is_none()));
    }

    #[test]
    fn what_is_wrong_is_told_at_its_cell() {
        let long = "x".repeat(201);
        let file = format!(
            "usage_record_id,external_billing_id,external_billing_note,quantity\r\nUR-1,INV-1,,1.5\r\n,INV-1,,\r\nUR-2,,Paid,\r\n\
             UR-3,{long},,\r\nUR-4,INV-1,,many\r\n"
        );
        assert_eq!(
            faults(&file),
            [
                None,
                Some((Fault::NoRecord, "A".into())),
                Some((Fault::NoBill, "B".into())),
                Some((Fault::Length, "B".into())),
                Some((Fault::Cell, "D".into())),
            ]
        );
    }

    #[test]
    fn numbers_are_exact_whatever_their_sign() {
        let exactly = |text: &str| exactly(&Raw::Text(text.into())).map(|number| number.to_string());
        assert_eq!([exactly("1.50"), exactly("-0.00000001")], [Some("1.5".into()), Some("-0.00000001".into())]);
        assert_eq!([exactly("--1"), exactly("many")], [None, None]);
    }

    #[test]
    fn a_file_without_what_counts_is_refused_as_a_whole() {
        for (file, words) in [
            ("usage_record_id,quantity\r\nUR-1,1\r\n", "The column external_billing_id is missing."),
            ("usage_record_id,external_billing_id\r\n", "Add at least one record below the header."),
            ("usage_record_id,usage_record_id,external_billing_id\r\n", "Two columns are named usage_record_id."),
        ] {
            assert_eq!(read(file.as_bytes()).unwrap_err().to_string(), words);
        }
    }
}
