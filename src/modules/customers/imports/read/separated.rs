//! CSV, whatever separates its cells.

use super::{Complaint, Raw, workbook::MOST_COLUMNS};

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

/// The sign that stands in the header most often.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let times = |sign: u8| header.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| times(*sign)).unwrap_or(b',')
}
