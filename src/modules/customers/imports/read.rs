//! Reading a file: XLSX or CSV by its content, within bounds that hold whatever it says of itself.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};

use super::{COLUMNS, Cells, MOST_ROWS};

/// What is wrong with a file, as a message at its field.
pub type Complaint = String;

/// All that an XLSX unpacks to, in bytes; what one packed byte may become; and how many parts it may have.
const UNPACKED: u64 = 200 * 1024 * 1024;
const RATIO: u64 = 200;
const PARTS: usize = 200;
/// The longest text of a cell.
const LONGEST: usize = 2_000;

/// The rows of a file with their numbers in it, the header left out, empty ones too.
pub fn read(bytes: &[u8]) -> Result<Vec<(i32, Cells)>, Complaint> {
    if bytes.is_empty() {
        return Err("The file is empty".into());
    }
    let rows = if bytes.starts_with(b"PK") { xlsx(bytes)? } else { csv(bytes)? };
    let mut rows = rows.into_iter();
    let Some((_, header)) = rows.next() else { return Err("The file is empty".into()) };
    for (at, expected) in COLUMNS.iter().enumerate() {
        let found = header[at].trim();
        if !found.eq_ignore_ascii_case(expected) {
            let column = char::from(b'A' + at as u8);
            return Err(format!("Cell {column}1 must be “{expected}”, not “{}”", shortened(found)));
        }
    }
    let rows: Vec<_> = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
    match rows.len() {
        0 => Err("There are no rows below the header".into()),
        1..=MOST_ROWS => Ok(rows),
        _ => Err("A file may have up to 100,000 rows".into()),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A cell as it is kept: trimmed, of one line, without the mark that makes our own exports harmless.
fn tidy(text: &str) -> String {
    let text = text.trim().trim_start_matches('\u{feff}');
    let text = match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    };
    text.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect()
}

fn empty() -> Cells {
    std::array::from_fn(|_| String::new())
}

fn csv(bytes: &[u8]) -> Result<Vec<(i32, Cells)>, Complaint> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The file must be XLSX, or CSV in UTF-8".to_owned())?;
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (record, number) in reader.records().zip(1..) {
        let record = record.map_err(|_| format!("Line {number} cannot be read as CSV"))?;
        let mut cells = empty();
        for (cell, value) in cells.iter_mut().zip(record.iter()) {
            *cell = tidy(value);
        }
        rows.push((number, cells));
        if rows.len() > MOST_ROWS + 1 {
            return Err("A file may have up to 100,000 rows".into());
        }
    }
    Ok(rows)
}

/// Unpacks every part once, counting, before anything looks into it.
fn harmless(bytes: &[u8]) -> Result<(), Complaint> {
    const BROKEN: &str = "The file cannot be read as XLSX";
    const TOO_MUCH: &str = "The file unpacks to more than it may";
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN.to_owned())?;
    if archive.len() > PARTS {
        return Err(TOO_MUCH.into());
    }
    let mut left = UNPACKED.min(RATIO.saturating_mul(bytes.len() as u64).max(1024 * 1024));
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| BROKEN.to_owned())?;
        let name = part.name().map_err(|_| BROKEN.to_owned())?.to_ascii_lowercase();
        if name.contains("vbaproject") || name.contains("externallinks/") {
            return Err("The file must not have macros or links to other files".into());
        }
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| BROKEN.to_owned())?;
        left = left.checked_sub(unpacked).ok_or_else(|| TOO_MUCH.to_owned())?;
    }
    Ok(())
}

fn xlsx(bytes: &[u8]) -> Result<Vec<(i32, Cells)>, Complaint> {
    harmless(bytes)?;
    let broken = |_| "The file cannot be read as XLSX".to_owned();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let name = names.iter().find(|name| name.as_str() == "Customers").or(names.first()).cloned();
    let name = name.ok_or("The file has no sheet")?;
    // cell by cell: a single cell in the last row would fill memory with empty ones otherwise
    let mut reader = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut rows: Vec<(i32, Cells)> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (line, column) = cell.get_position();
        let Some(column) = usize::try_from(column).ok().filter(|column| *column < COLUMNS.len()) else { continue };
        let value = match cell.get_value() {
            DataRef::String(text) => tidy(text),
            DataRef::SharedString(text) => tidy(text),
            DataRef::Float(number) => number.to_string(),
            DataRef::Int(number) => number.to_string(),
            DataRef::Bool(yes) => yes.to_string(),
            _ => String::new(),
        };
        if value.is_empty() {
            continue;
        }
        let number = i32::try_from(line).map_err(|_| "The file cannot be read as XLSX".to_owned())? + 1;
        if rows.last().is_none_or(|(last, _)| *last != number) {
            if rows.len() > MOST_ROWS {
                return Err("A file may have up to 100,000 rows".into());
            }
            rows.push((number, empty()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            cells[column] = value;
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn header() -> String {
        COLUMNS.join(",")
    }

    #[test]
    fn a_csv_is_read_whatever_separates_it() {
        let row = "TA-1,E-1,,update,,,,customer,,\"A, B\"";
        let rows = read(format!("\u{feff}{}\r\n\r\n{row}\r\n", header()).as_bytes()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].1[0].as_str(), rows[0].1[9].as_str()), ("TA-1", "A, B"));
        let semicolons = format!("{}\n;;;create;;;;reseller;;Gym", COLUMNS.join(";"));
        assert_eq!(read(semicolons.as_bytes()).unwrap()[0].1[9], "Gym");
    }

    #[test]
    fn a_wrong_header_names_its_cell() {
        let wrong = header().replace("External UID", "GUID");
        assert_eq!(read(wrong.as_bytes()), Err("Cell C1 must be “External UID”, not “GUID”".into()));
        assert!(read(header().as_bytes()).is_err());
        assert!(read(b"").is_err());
        assert_eq!(read(b"\xff\xfe\x00").unwrap_err(), "The file must be XLSX, or CSV in UTF-8");
    }

    #[test]
    fn our_own_marks_are_taken_off_again() {
        assert_eq!(["'+1 215", "'=1+1", "O'Hara", "'quoted'"].map(tidy), ["+1 215", "=1+1", "O'Hara", "'quoted'"]);
    }

    fn sheet(write: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let page = book.add_worksheet();
        page.set_name("Customers").unwrap();
        for (column, label) in (0u16..).zip(COLUMNS) {
            page.write_string(0, column, label).unwrap();
        }
        write(page);
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn a_workbook_is_read_and_a_cell_far_below_costs_nothing() {
        let bytes = sheet(|page| {
            page.write_string(1, 9, "Gym").unwrap();
            page.write_number(1, 14, 19125.0).unwrap();
            page.write_formula(2, 9, "=1+1").unwrap();
            page.write_string(1_048_575, 9, "Last").unwrap();
        });
        let rows = read(&bytes).unwrap();
        assert_eq!(rows[0].1[9], "Gym");
        assert_eq!(rows[0].1[14], "19125");
        assert_eq!(rows.last().map(|(number, cells)| (*number, cells[9].as_str())), Some((1_048_576, "Last")));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut bytes = Vec::new();
        let mut archive = zip::ZipWriter::new(Cursor::new(&mut bytes));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        let zeros = vec![0u8; 1024 * 1024];
        for _ in 0..64 {
            archive.write_all(&zeros).unwrap();
        }
        archive.finish().unwrap();
        assert!(bytes.len() < 100_000);
        assert_eq!(read(&bytes), Err("The file unpacks to more than it may".into()));
        assert!(read(b"PK\x03\x04 and then nothing").is_err());
    }
}
