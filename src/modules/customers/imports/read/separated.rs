//! CSV, however it is written and whatever separates its cells. A file is read twice: once to be sure that all of it is text, and once row by
//! row, of which no more is held than the row.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use super::{
    Complaint, Raw,
    encoding::{self, Encoding, Text},
    letters,
    workbook::MOST_COLUMNS,
};

/// Bytes that are read at once.
const STEP: usize = 64 * 1024;
/// Bytes among which the header is, which tells what separates its cells.
const HEAD: u64 = 1024 * 1024;
/// Bytes of the longest row, with the blank lines above it.
const LONGEST: usize = 4 * 1024 * 1024;

/// A file of text, and what separates its cells.
pub struct Separated<R> {
    file: R,
    pub encoding: Encoding,
    /// Behind how many bytes its text begins, and behind how many of that text its rows.
    mark: u64,
    begin: u64,
    pub delimiter: u8,
    /// A first line that names the separator, as some programs write it.
    pub names_separator: Option<String>,
}

fn lost(_: io::Error) -> Complaint {
    "The file could not be read. Upload it again".into()
}

impl<'a> Separated<Cursor<&'a [u8]>> {
    pub fn of(bytes: &'a [u8]) -> Result<Self, Complaint> {
        Self::large(Cursor::new(bytes))
    }
}

impl<R: Read + Seek> Separated<R> {
    /// Of a file that need not be in memory.
    pub fn large(mut file: R) -> Result<Self, Complaint> {
        let (encoding, mark) = encoding::of(&mut file)?;
        let mark = mark as u64;
        file.seek(SeekFrom::Start(mark)).map_err(lost)?;
        let mut head = Vec::new();
        Text::new(&mut file, encoding).take(HEAD).read_to_end(&mut head).map_err(lost)?;
        let text = String::from_utf8_lossy(&head);
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("sep=").and_then(|sign| sign.bytes().next());
        let below = named.map_or(0, |_| text.find('\n').map_or(text.len(), |at| at + 1));
        Ok(Self {
            encoding,
            mark,
            begin: below as u64,
            delimiter: named.unwrap_or_else(|| separator(&text)),
            names_separator: named.map(|_| first.to_owned()),
            file,
        })
    }

    /// Hands over each row with its number as a spreadsheet program shows it: blank lines count, a row of several lines is one.
    pub fn rows(
        mut self,
        mut each: impl FnMut(u32, &mut Vec<(u16, Raw)>) -> Result<bool, Complaint>,
    ) -> Result<(), Complaint> {
        self.file.seek(SeekFrom::Start(self.mark)).map_err(lost)?;
        let mut text = Text::new(&mut self.file, self.encoding);
        io::copy(&mut text.by_ref().take(self.begin), &mut io::sink()).map_err(lost)?;
        // the line that names the separator is a row of the file too
        let mut number = u32::from(self.names_separator.is_some());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(STEP)
            .from_reader(Remembering::new(text));
        let (mut record, mut raw) = (csv::StringRecord::new(), Vec::new());
        let mut half_ended = false;
        loop {
            let begin = reader.position().byte();
            reader.get_mut().forget(begin);
            let read = reader.read_record(&mut record);
            if reader.get_ref().full {
                return Err(too_long(number, &reader.get_ref().text(begin, u64::MAX), self.delimiter));
            }
            if !read.map_err(|_| format!("Row {} cannot be read as CSV", number + 1))? {
                return Ok(());
            }
            let text = reader.get_ref().text(begin, reader.position().byte());
            number += 1 + skipped(half_ended, &text);
            half_ended = text.ends_with('\r');
            let row = text.trim_matches(['\r', '\n']);
            if let Some(cell) = mismatched(row, self.delimiter) {
                let below = match row.lines().count() {
                    0 | 1 => String::new(),
                    2 => ", so it would take in the line below".to_owned(),
                    lines => format!(", so it would take in the {} lines below", lines - 1),
                };
                return Err(not_closed(number, cell, &below));
            }
            raw.clear();
            raw.extend(record.iter().zip(0..MOST_COLUMNS).map(|(cell, at)| (at, Raw::Text(cell.to_owned()))));
            if !each(number, &mut raw)? {
                return Ok(());
            }
        }
    }
}

fn not_closed(number: u32, cell: u16, below: &str) -> Complaint {
    format!(
        "Row {number}: the quotation marks of cell {}{number} do not match{below}. Close the one that it begins with, \
         and double each that belongs to its text",
        letters(cell)
    )
}

/// What is wrong with a row that does not end: it is behind row `number`.
fn too_long(number: u32, text: &str, delimiter: u8) -> Complaint {
    let row = text.trim_start_matches(['\r', '\n']);
    if row.is_empty() {
        return "A file can have up to 1,048,576 lines. Remove the blank lines".into();
    }
    let number = number + 1 + skipped(false, text);
    match mismatched(row, delimiter) {
        Some(cell) => not_closed(
            number,
            cell,
            &format!(", so it would take in more than {} lines below", row.lines().count() - 1),
        ),
        None => format!("Row {number} is longer than 4 MB. Check its quotation marks"),
    }
}

/// A reader that remembers what it read since a row began.
struct Remembering<R> {
    file: R,
    kept: Vec<u8>,
    /// Where what is kept begins, counted from where reading began, and where the row does.
    from: u64,
    row: u64,
    /// The row has more bytes than one may have.
    full: bool,
}

impl<R: Read> Remembering<R> {
    fn new(file: R) -> Self {
        Self { file, kept: Vec::new(), from: 0, row: 0, full: false }
    }

    /// A row begins: what is before it is needed no more.
    fn forget(&mut self, row: u64) {
        self.row = row;
        let before = usize::try_from(row.saturating_sub(self.from)).unwrap_or(usize::MAX).min(self.kept.len());
        // seldom, since what is kept moves
        if before >= STEP {
            self.kept.drain(..before);
            self.from += before as u64;
        }
    }

    /// What was read from one place to another.
    fn text(&self, begin: u64, end: u64) -> std::borrow::Cow<'_, str> {
        let place = |at: u64| usize::try_from(at.saturating_sub(self.from)).unwrap_or(usize::MAX).min(self.kept.len());
        String::from_utf8_lossy(self.kept.get(place(begin)..place(end)).unwrap_or_default())
    }
}

impl<R: Read> Read for Remembering<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.from + self.kept.len() as u64 > self.row + LONGEST as u64 {
            self.full = true;
            return Err(io::Error::other("a row does not end"));
        }
        let count = self.file.read(into)?;
        self.kept.extend_from_slice(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Blank lines between the end of one row and the next: the reader passes over them without a word.
fn skipped(half_ended: bool, rest: &str) -> u32 {
    let mut signs = rest.bytes().peekable();
    // the second half of the last row's end
    if half_ended && signs.peek() == Some(&b'\n') {
        signs.next();
    }
    let mut lines = 0;
    while let Some(sign) = signs.next_if(|sign| matches!(sign, b'\r' | b'\n')) {
        if sign == b'\r' {
            signs.next_if_eq(&b'\n');
        }
        lines += 1;
    }
    lines
}

/// The first cell of a row that begins with a quotation mark which nothing closes, or which closes in its midst. The reader takes both
/// without a word, and rows below may be lost in such a cell.
fn mismatched(row: &str, delimiter: u8) -> Option<u16> {
    if !row.contains('"') {
        return None;
    }
    let mut signs = row.bytes().peekable();
    for cell in 0..MOST_COLUMNS {
        if signs.next_if_eq(&b'"').is_some() {
            loop {
                match signs.next() {
                    Some(b'"') if signs.next_if_eq(&b'"').is_some() => {}
                    Some(b'"') => break,
                    Some(_) => {}
                    None => return Some(cell),
                }
            }
            while signs.next_if(|sign| *sign == b' ' && *sign != delimiter).is_some() {}
            if signs.peek().is_some_and(|sign| *sign != delimiter) {
                return Some(cell);
            }
        }
        // an unquoted cell is text as it is
        while signs.next_if(|sign| *sign != delimiter).is_some() {}
        signs.next()?;
    }
    None
}

/// The separator that occurs most often in the header.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let times = |sign: u8| header.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| times(*sign)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the rows, and their first cells.
    fn rows(text: &str) -> Result<Vec<(u32, String)>, Complaint> {
        let mut rows = Vec::new();
        Separated::of(text.as_bytes())?.rows(|number, raw| {
            rows.push((number, raw.first().map(|(_, cell)| cell.shown()).unwrap_or_default()));
            Ok(true)
        })?;
        Ok(rows)
    }

    #[test]
    fn rows_are_what_they_are_wherever_the_pieces_of_a_file_end() {
        for end in ["\n", "\r\n", "\r"] {
            let all: Vec<String> = (0..9_000).map(|n| format!("{n} \u{e9}\u{1f4a1},\"a{end}b\",{}", n % 7)).collect();
            let found = rows(&all.join(end)).unwrap();
            assert_eq!(found.len(), all.len());
            for (at, (number, first)) in found.iter().enumerate() {
                assert_eq!((*number as usize, first.as_str()), (at + 1, format!("{at} \u{e9}\u{1f4a1}").as_str()));
            }
        }
    }

    #[test]
    fn what_is_no_text_is_told_where_it_stands_however_late() {
        let mut bytes = "a,b\n\u{e9},1\n".repeat(20_000).into_bytes();
        bytes.push(0xe9);
        let told = Separated::of(&bytes).err().unwrap();
        assert!(told.starts_with("Line 40001 is not in UTF-8"), "{told}");
        bytes.extend_from_slice(b"\n");
        let told = Separated::of(&bytes).err().unwrap();
        assert!(told.starts_with("Line 40001 is not in UTF-8"), "{told}");
    }

    #[test]
    fn a_row_that_does_not_end_takes_no_memory() {
        let open = format!("a,b\n\n1,\"open\n{}", "2,x\n".repeat(2_000_000));
        let told = rows(&open).unwrap_err();
        assert!(told.starts_with("Row 3: the quotation marks of cell B3 do not match"), "{told}");
        let long = format!("a,b\n{}", "x".repeat(5 * 1024 * 1024));
        assert_eq!(rows(&long).unwrap_err(), "Row 2 is longer than 4 MB. Check its quotation marks");
        let blank = format!("a,b\n{}1,2", "\n".repeat(5 * 1024 * 1024));
        assert!(rows(&blank).unwrap_err().contains("Remove the blank lines"));
    }
}
