//! CSV, whatever separates its cells.

use super::{Complaint, Raw, letters, workbook::MOST_COLUMNS};

/// The reader remembers where each cell of a row begins.
const MOST_CELLS: usize = 5_000_000;

/// A file of text, and what separates its cells.
pub struct Separated<'a> {
    text: &'a str,
    pub delimiter: u8,
    /// A first line that names the separator, as some programs write it.
    pub names_separator: Option<&'a str>,
}

impl<'a> Separated<'a> {
    pub fn of(bytes: &'a [u8]) -> Result<Self, Complaint> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            format!("Line {line} is not in UTF-8. Save the file as “CSV UTF-8”, or as XLSX")
        })?;
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("sep=").and_then(|sign| sign.bytes().next());
        let (text, names_separator) = match named {
            Some(_) => (&text[text.find('\n').map_or(text.len(), |at| at + 1)..], Some(first)),
            None => (text, None),
        };
        let delimiter = named.unwrap_or_else(|| separator(text));
        if text.bytes().filter(|byte| *byte == delimiter).count() > MOST_CELLS {
            return Err("The file has too many cells".into());
        }
        Ok(Self { text, delimiter, names_separator })
    }

    /// Hands over each row with its number as a spreadsheet program shows it: blank lines count, a row of several lines is one.
    pub fn rows(
        &self,
        mut each: impl FnMut(u32, &mut Vec<(u16, Raw)>) -> Result<bool, Complaint>,
    ) -> Result<(), Complaint> {
        let text = self.text;
        // the line that names the separator is a row of the file too
        let mut number = u32::from(self.names_separator.is_some());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(text.as_bytes());
        let (mut record, mut raw) = (csv::StringRecord::new(), Vec::new());
        loop {
            let begin = usize::try_from(reader.position().byte()).unwrap_or(text.len());
            let more =
                reader.read_record(&mut record).map_err(|_| format!("Row {} cannot be read as CSV", number + 1))?;
            if !more {
                return Ok(());
            }
            number += 1 + skipped(&text[..begin], &text[begin..]);
            let end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
            let row = text[begin..end].trim_matches(['\r', '\n']);
            if let Some(cell) = mismatched(row, self.delimiter) {
                let below = match row.lines().count() {
                    0 | 1 => String::new(),
                    2 => ", so it would take in the line below".to_owned(),
                    lines => format!(", so it would take in the {} lines below", lines - 1),
                };
                return Err(format!(
                    "Row {number}: the quotation marks of cell {}{number} do not match{below}. Close the one that it begins with, \
                     and double each that belongs to its text",
                    letters(cell)
                ));
            }
            raw.clear();
            raw.extend(record.iter().zip(0..MOST_COLUMNS).map(|(cell, at)| (at, Raw::Text(cell.to_owned()))));
            if !each(number, &mut raw)? {
                return Ok(());
            }
        }
    }
}

/// Blank lines between the end of one row and the next: the reader passes over them without a word.
fn skipped(before: &str, rest: &str) -> u32 {
    let mut signs = rest.bytes().peekable();
    // the second half of the last row's end
    if before.ends_with('\r') && signs.peek() == Some(&b'\n') {
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
        // what stands in a cell without quotation marks around it is its text
        while signs.next_if(|sign| *sign != delimiter).is_some() {}
        signs.next()?;
    }
    None
}

/// The sign that stands in the header most often.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let times = |sign: u8| header.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| times(*sign)).unwrap_or(b',')
}
