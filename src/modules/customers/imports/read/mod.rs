//! Reading a file: XLSX or CSV by its content, row by row, within bounds that hold whatever the file says of itself.

mod cell;
mod encoding;
mod header;
mod separated;
mod texts;
mod word;
mod workbook;
mod xml;

pub use cell::{Raw, is_shortened_number, one_line, serial, shortened, tidy};
pub use encoding::Encoding;
pub use header::{Layout, letters};
pub use separated::Separated;
pub use word::{is_clear, plain};
pub use workbook::{Package, Sheet, Verbatim, column_of, place_of};
pub use xml::attribute;

use std::io::{Read, Seek, SeekFrom};

use crate::{kit::words::Words, t};

use super::{Cells, MOST_ROWS};

/// Why a file cannot be read, in words for the person who sent it.
pub type Complaint = String;

/// What a file is by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Workbook,
    Separated,
}

/// What stands against a row: at one of its cells, by its place in [`super::COLUMNS`], or at the row as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub column: Option<usize>,
    pub words: String,
}

impl Fault {
    pub fn at(column: usize, words: impl Into<String>) -> Self {
        Self { column: Some(column), words: words.into() }
    }

    pub fn of_row(words: impl Into<String>) -> Self {
        Self { column: None, words: words.into() }
    }
}

/// A row as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As a spreadsheet program numbers it.
    pub number: i32,
    /// The twenty columns in their published order; what cannot be read stands here as it is shown.
    pub cells: Cells,
    /// Cells that cannot be read.
    pub faults: Vec<Fault>,
}

/// What a file seems to be, by its first bytes: cheap enough to be asked while somebody waits.
pub fn kind(bytes: &[u8]) -> Result<Kind, Words> {
    let neither = || Err(t!("The file must be XLSX or CSV"));
    if let Some(text) = encoding::wide_text(bytes) {
        return text.map(|()| Kind::Separated);
    }
    match bytes {
        [] => Err(t!("The file is empty")),
        [b'P', b'K', 3, 4, ..] => Ok(Kind::Workbook),
        // an old workbook, or a new one behind a password
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            Err(t!("This is an old workbook (.xls) or is password-protected. Save it as XLSX without a password"))
        }
        _ if bytes.iter().take(1024).any(|byte| encoding::is_foreign(*byte)) => neither(),
        _ if bytes.starts_with(b"%PDF") || bytes.starts_with(b"<") || bytes.starts_with(b"{") => neither(),
        _ if bytes.iter().all(u8::is_ascii_whitespace) => Err(t!("The file is empty")),
        _ => Ok(Kind::Separated),
    }
}

/// As [`kind`], of a file that may be large: no more of it is looked at than is needed to tell.
pub fn kind_of(file: &mut (impl Read + Seek)) -> Result<Kind, Words> {
    const LOOKED_AT: u64 = 4 * 1024;
    let lost = |_| t!("The file could not be read. Upload it again");
    file.seek(SeekFrom::Start(0)).map_err(lost)?;
    let mut head = Vec::new();
    loop {
        head.clear();
        let count = file.by_ref().take(LOOKED_AT).read_to_end(&mut head).map_err(lost)?;
        // what comes behind blanks decides
        if count == 0 || !head.iter().all(u8::is_ascii_whitespace) {
            break;
        }
    }
    kind(&head)
}

/// Reads a file and hands over each row that is not blank, until `each` answers false. How the sheet is laid out comes with every row.
pub fn read(bytes: &[u8], mut each: impl FnMut(&Layout, Line) -> bool) -> Result<Layout, Complaint> {
    let mut reading = Reading::default();
    let mut row = |sheet: &str, number: u32, raw: &mut Vec<(u16, Raw)>| reading.row(sheet, number, raw, &mut each);
    let western = match kind(bytes).map_err(|words| words.to_string())? {
        Kind::Workbook => {
            let mut package = Package::open(bytes)?;
            let sheet = package.sheet()?;
            package.rows(&sheet, |number, raw| row(&sheet.name, number, raw))?;
            false
        }
        Kind::Separated => {
            let file = Separated::of(bytes)?;
            let western = file.encoding == Encoding::Windows1252;
            file.rows(|number, raw| row("", number, raw))?;
            western
        }
    };
    Ok(Layout { western, ..reading.end()? })
}

/// Where a reader stands: before the header, or how many rows below it.
#[derive(Default)]
struct Reading {
    layout: Option<Layout>,
    rows: usize,
    stopped: bool,
}

impl Reading {
    /// Whether to continue.
    fn row(
        &mut self,
        sheet: &str,
        number: u32,
        raw: &mut Vec<(u16, Raw)>,
        each: &mut impl FnMut(&Layout, Line) -> bool,
    ) -> Result<bool, Complaint> {
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return Ok(true);
        }
        let Some(layout) = &mut self.layout else {
            self.layout = Some(Layout::of(sheet, number, raw)?);
            return Ok(true);
        };
        let Some(line) = layout.line(number, raw) else { return Ok(true) };
        self.rows += 1;
        if self.rows > MOST_ROWS {
            return Err("A file can have up to 100,000 rows. Split it into several files".into());
        }
        self.stopped = !each(layout, line);
        Ok(!self.stopped)
    }

    fn end(self) -> Result<Layout, Complaint> {
        match self.layout {
            None => Err("The sheet is empty".into()),
            Some(_) if self.rows == 0 => Err("There are no rows under the header".into()),
            Some(layout) => Ok(layout),
        }
    }
}

#[cfg(test)]
mod tests;
