//! Reading an upload: the sheet of records, row by row. Cells are told apart by the names of their columns, in whatever order they stand.

mod beside;
mod categories;
mod header;
pub mod moment;
mod nearest;
pub mod number;

use std::{
    cell::Cell,
    io::{Read, Seek},
    rc::Rc,
    sync::Arc,
};

pub use beside::{Beside, Numbers, named};
pub use categories::{Categories, SHEET as CATEGORIES};
pub use header::{Heading, LOCAL, Layout, RECONCILED_BY, folded};

use super::{
    MOST_ROWS,
    fault::{Code, Fault},
    mapping::exact::{Exact, NumberFormat},
};
use crate::modules::{
    customers::imports::read::{
        Kind, Package, Raw, Separated, is_shortened_number, kind_of, one_line, place_of, shortened, tidy,
    },
    products::UsageSchema,
};

/// Names that the sheet of records may have, without what is between words.
pub const SHEETS: [&str; 2] = ["records", "usagerecords"];
/// The longest text of a cell, in characters.
pub const LONGEST: usize = 255;
/// Lines and columns of a sheet: what spreadsheet programs take, and what is looked at of a workbook. A file of text has no more, since what
/// is wrong with it goes back as a sheet.
pub const LAST_LINE: u32 = 1_048_576;
const MOST_COLUMNS: usize = 512;

/// What tells apart the records that one row becomes: each behind the first is numbered so much further. No file has as many lines.
pub const PART: i32 = 2_000_000;

/// The row of a report that a record was made of.
pub fn row_of(number: i32) -> i32 {
    number % PART
}

/// A row of records.
#[derive(Debug, Clone)]
pub struct Line {
    /// As a spreadsheet program numbers it; see [`PART`].
    pub number: i32,
    /// Its cells that are not blank, by their columns.
    pub cells: Vec<(u16, Raw)>,
    /// Its last column, when that is beyond the header or before it: in a file of text all rows are as long as the header.
    pub uneven: Option<usize>,
    /// The other rows of the report that became this one.
    pub others: Others,
}

/// Rows beside the first, when a mapping makes one of several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others {
    /// The first of them.
    pub rows: Vec<i32>,
    /// How many there are besides.
    pub more: i32,
}

impl Others {
    /// Rows that are named.
    const NAMED: usize = 2;

    /// How many rows there are with the first.
    pub fn rows_in_all(&self) -> i32 {
        i32::try_from(self.rows.len()).unwrap_or(i32::MAX).saturating_add(self.more).saturating_add(1)
    }

    pub fn add(&mut self, row: i32) {
        if self.rows.len() < Self::NAMED { self.rows.push(row) } else { self.more += 1 }
    }
}

impl Line {
    /// About how many bytes it holds.
    pub fn weight(&self) -> usize {
        self.cells.iter().map(|(_, cell)| cell.weight()).sum()
    }

    /// The cell at a column of the header.
    pub fn cell(&self, at: u16) -> Option<&Raw> {
        self.cells.iter().find(|(column, _)| *column == at).map(|(_, cell)| cell)
    }
}

fn unreadable(complaint: String) -> Vec<Fault> {
    vec![Fault::of_row(Code::Unreadable, complaint)]
}

/// Reads an upload and hands over each row that is not blank, until `each` answers false. How its sheet is laid out, and what else is to be
/// told.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(
    file: &mut (impl Read + Seek),
    schema: UsageSchema,
    each: impl FnMut(&Arc<Layout>, Line) -> bool,
) -> Result<(Arc<Layout>, Beside), Vec<Fault>> {
    let mut reading = Reading {
        schema,
        layout: None,
        categories: None,
        refused: Vec::new(),
        rows: 0,
        lines: (0, 0),
        width: 0,
        numbers: Numbers::default(),
        unseen: Rc::default(),
        hidden_amount: Exact::ZERO,
        each,
    };
    let beside = match kind_of(file).map_err(|words| unreadable(words.to_string()))? {
        Kind::Workbook => {
            let mut package = Package::large(file).map_err(unreadable)?;
            let sheet = package.sheet_named(&SHEETS).map_err(unreadable)?;
            let sheet = sheet.ok_or_else(|| unreadable("The workbook has no sheet named records".into()))?;
            reading.categories = categories::read(&mut package).map_err(unreadable)?;
            let from_1904 = sheet.from_1904;
            reading.unseen = package.unseen();
            package.rows(&sheet, |number, raw| Ok(reading.row(number, raw, from_1904, false))).map_err(unreadable)?;
            reading.hold_apart(&package.merged);
            // the tiers pay for the same usage, which is never added up
            let adds_up = schema.has_amounts() && !schema.has_tiers();
            Beside::of_sheet(&package).carrying(Some(reading.hidden_amount).filter(|_| adds_up))
        }
        Kind::Separated => {
            let file = Separated::large(file).map_err(unreadable)?;
            let beside = Beside::written(file.encoding);
            file.rows(|number, raw| Ok(reading.row(number, raw, false, true))).map_err(unreadable)?;
            beside
        }
    };
    let beside = Beside { numbers: reading.numbers, ..beside };
    Ok((reading.end(&beside)?, beside))
}

/// Where a reader stands: before the header, or how many rows below it.
struct Reading<F> {
    schema: UsageSchema,
    layout: Option<Arc<Layout>>,
    categories: Option<Categories>,
    refused: Vec<Fault>,
    rows: usize,
    /// The line of the header and the last that was read, and the columns of the header.
    lines: (u32, u32),
    width: u16,
    numbers: Numbers,
    /// Whether the row that is being read is hidden, and what those come to that are.
    unseen: Rc<Cell<bool>>,
    hidden_amount: Exact,
    each: F,
}

impl<F: FnMut(&Arc<Layout>, Line) -> bool> Reading<F> {
    /// The file cannot be taken.
    fn refuse(&mut self, words: &str) -> bool {
        self.refused = unreadable(words.to_owned());
        false
    }

    /// Whether to continue.
    fn row(&mut self, number: u32, raw: &mut Vec<(u16, Raw)>, from_1904: bool, text: bool) -> bool {
        let width = raw.len();
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return true;
        }
        if number > LAST_LINE {
            return self.refuse("A file can have up to 1,048,576 lines. Remove the blank lines");
        }
        let Some(layout) = &self.layout else {
            if width > MOST_COLUMNS {
                return self.refuse("A file can have up to 512 columns. Remove the others");
            }
            (self.lines, self.width) = ((number, number), raw.last().map_or(0, |(at, _)| at + 1));
            match Layout::of(raw, self.schema, from_1904, text.then_some(width)) {
                Ok(mut layout) => {
                    layout.categories = self.categories.take();
                    self.layout = Some(Arc::new(layout));
                }
                Err(faults) => self.refused = faults,
            }
            return self.refused.is_empty();
        };
        self.rows += 1;
        self.lines.1 = number;
        if self.rows > MOST_ROWS {
            return self.refuse("A file can have up to 1,000,000 rows. Split it into several files");
        }
        let numbers = [Heading::Quantity, Heading::Amount].into_iter().filter_map(|heading| layout.at(heading));
        for at in numbers {
            raw.iter().filter(|(column, _)| *column == at).for_each(|(_, cell)| self.numbers.look_at(cell));
        }
        if self.unseen.get()
            && let Some((_, cell)) = raw.iter().find(|(column, _)| Some(*column) == layout.at(Heading::Amount))
        {
            self.hidden_amount = self.hidden_amount + Exact::of(cell, NumberFormat::Point).unwrap_or_default();
        }
        let uneven = layout.width.filter(|all| *all != width).map(|_| width);
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        (self.each)(layout, Line { number, cells: std::mem::take(raw), uneven, others: Others::default() })
    }

    /// Refuses rows that share a cell: of all but the first it is not known whether they mean what stands there.
    fn hold_apart(&mut self, merged: &[String]) {
        let (header, last) = self.lines;
        let shares = |stretch: &&String| {
            let (begin, end) = stretch.split_once(':').unwrap_or((stretch, stretch));
            let Some(((column, first), (_, end))) = place_of(begin).zip(place_of(end)) else { return false };
            column < self.width && end > header && first <= last
        };
        if let Some(stretch) = merged.iter().find(shares).filter(|_| self.refused.is_empty()) {
            self.refuse(&format!("The cells {stretch} are merged. Split them, so that each row has its own values"));
        }
    }

    fn end(self, beside: &Beside) -> Result<Arc<Layout>, Vec<Fault>> {
        if !self.refused.is_empty() {
            return Err(self.refused);
        }
        match self.layout {
            Some(layout) if self.rows > 0 => Ok(layout),
            _ => Err(beside.empty()),
        }
    }
}

/// What stands in a cell, for a message.
pub fn shown(cell: Option<&Raw>) -> String {
    cell.map(|cell| shortened(&one_line(&cell.shown()))).unwrap_or_default()
}

/// The text of a cell where something is named: ids, keys, words. A number counts as its digits, as long as no spreadsheet program has
/// shortened it.
///
/// # Errors
/// When there is none, or none can be told.
pub fn text(heading: Heading, cell: Option<&Raw>) -> Result<String, Fault> {
    let fault = |code, detail: &str| Err(Fault::at(heading, code, shown(cell)).naming(detail));
    match cell {
        None => Ok(String::new()),
        Some(Raw::Text(text)) => {
            let line = tidy(text);
            if is_shortened_number(&line) {
                fault(Code::Cell, "shortened")
            } else if line.chars().count() > LONGEST {
                fault(Code::Length, "255")
            } else {
                Ok(line)
            }
        }
        Some(Raw::Number { value, .. }) if value.fract() == 0.0 && (0.0..1e15).contains(value) => {
            Ok(format!("{value:.0}"))
        }
        Some(Raw::Number { .. }) => fault(Code::Cell, "shortened"),
        Some(Raw::Unfinished) => fault(Code::Cell, "formula"),
        Some(Raw::At(..) | Raw::Date(..) | Raw::Truth(_) | Raw::Error(_)) => fault(Code::Cell, ""),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const HEAD: &str = "record_id,item_search_criteria,item_search_value,quantity,start_time_utc,end_time_utc,asset_search_criteria,asset_search_value";

    fn rows(file: &str, schema: UsageSchema) -> Result<(Arc<Layout>, Vec<Line>), Vec<Fault>> {
        let mut lines = Vec::new();
        let (layout, _) = read(&mut Cursor::new(file), schema, |_, line| {
            lines.push(line);
            true
        })?;
        Ok((layout, lines))
    }

    fn codes(file: &str, schema: UsageSchema) -> Vec<(Code, String)> {
        rows(file, schema)
            .map(|_| Vec::new())
            .unwrap_or_else(|faults| faults.into_iter().map(|one| (one.code, one.raw)).collect())
    }

    #[test]
    fn columns_are_known_by_their_names_in_any_order_and_spelling() {
        let (layout, lines) = rows(
            &format!(
                "v.region,{}\r\nEU,A-1,item.mpn,X,1,2026-05-01 00:00:00,2026-05-02 00:00:00,asset.id,AS-1\r\n",
                HEAD.replace("record_id", "Record ID")
            ),
            UsageSchema::Quantity,
        )
        .unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].number, 2);
        let cell = |heading| text(heading, layout.at(heading).and_then(|at| lines[0].cell(at))).unwrap();
        assert_eq!((cell(Heading::RecordId).as_str(), cell(Heading::AssetValue).as_str()), ("A-1", "AS-1"));
        assert_eq!(layout.extra, [(0, "v.region".to_owned())]);
    }

    #[test]
    fn what_the_schema_needs_must_be_there_and_nothing_else() {
        assert_eq!(
            codes(&format!("{HEAD}\r\n"), UsageSchema::Tier),
            [(Code::Headers, "amount".into()), (Code::Headers, "tier".into())]
        );
        assert_eq!(codes(&format!("{HEAD},price\r\n"), UsageSchema::Quantity), [(Code::Headers, "price".into())]);
        assert_eq!(codes(&format!("{HEAD},Quantity\r\n"), UsageSchema::Quantity), [(Code::Headers, "quantity".into())]);
        assert_eq!(codes(&format!("{HEAD}\r\n"), UsageSchema::Quantity), [(Code::Empty, String::new())]);
        assert_eq!(codes("", UsageSchema::Quantity)[0].0, Code::Unreadable);
    }

    #[test]
    fn a_row_that_was_cut_off_is_noticed() {
        let (_, lines) = rows(&format!("{HEAD}\r\nA-1,item.mpn,X,1\r\n"), UsageSchema::Quantity).unwrap();
        assert_eq!(lines[0].uneven, Some(4));
    }

    #[test]
    fn names_are_text_and_numbers_their_digits() {
        let number = |value: f64| Raw::Number { value, format: String::new() };
        assert_eq!(text(Heading::AssetValue, Some(&number(12_345_678_901.0))), Ok("12345678901".into()));
        for wrong in [
            number(5.540_28e17),
            number(1.5),
            Raw::Text("5.54028E+11".into()),
            Raw::Unfinished,
            Raw::Error("#N/A".into()),
        ] {
            assert_eq!(text(Heading::AssetValue, Some(&wrong)).unwrap_err().code, Code::Cell, "{wrong:?}");
        }
        assert_eq!(text(Heading::RecordId, Some(&Raw::Text(" A\n1 ".into()))), Ok("A 1".into()));
    }
}
