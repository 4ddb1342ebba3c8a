//! A grid as CSV or XLSX: the same rows and columns, safe to open in a spreadsheet.

use actix_web::{HttpResponse, http::header, web::Bytes};
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{
    grid::Cell,
    problem::{Problem, Result},
    time::iso,
    typed,
};

/// Rows fetched at a time; no connection is held while a slow client reads.
pub const CHUNK: usize = 1_000;
/// An XLSX file is finished at its end, so it must fit into a request.
pub const XLSX_ROWS: usize = 50_000;

/// `contracts_2026-11-20T2359Z.csv`.
pub fn file_name(grid: &str, now: DateTime<Utc>, ending: &str) -> String {
    format!("{grid}_{}.{ending}", now.format("%Y-%m-%dT%H%MZ"))
}

/// By this mark spreadsheet programs know that what follows is UTF-8.
pub const MARK: &[u8] = "\u{feff}".as_bytes();

/// Text that a spreadsheet would run as a formula is quoted; signs that would turn the cells behind it are left out.
fn harmless(text: &str) -> String {
    let text = typed::unturned(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) { format!("'{text}") } else { text.into_owned() }
}

/// The heading of a CSV file: what it begins with.
pub fn csv_head(labels: &[&str]) -> Result<Bytes> {
    let labels = labels.iter().map(|label| Cell::Text((*label).to_owned())).collect();
    Ok([MARK, &csv_chunk(&[labels])?].concat().into())
}

pub fn csv_chunk(rows: &[Vec<Cell>]) -> Result<Bytes> {
    let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        let fields = row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::At(at) => iso(*at),
            Cell::Number(number) => number.to_string(),
            Cell::Empty => String::new(),
        });
        writer.write_record(fields).map_err(Problem::internal)?;
    }
    Ok(writer.into_inner().map_err(Problem::internal)?.into())
}

pub fn xlsx(sheet: &str, headers: &[&str], rows: &[Vec<Cell>]) -> Result<Bytes> {
    write_xlsx(sheet, headers, rows).map(Bytes::from).map_err(Problem::internal)
}

fn write_xlsx(sheet: &str, headers: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let page = book.add_worksheet_with_constant_memory()?;
    page.set_name(sheet)?;
    page.set_freeze_panes(1, 0)?;
    for (column, label) in (0u16..).zip(headers) {
        page.set_column_width(column, 26)?;
        page.write_with_format(0, column, *label, &bold)?;
    }
    for (line, row) in (1u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(text) => page.write_string(line, column, harmless(text))?,
                Cell::At(at) => page.write_datetime_with_format(line, column, at.naive_utc(), &date)?,
                Cell::Number(number) => page.write_number(line, column, *number)?,
                Cell::Empty => continue,
            };
        }
    }
    book.save_to_buffer()
}

/// A list that fits into one workbook.
pub struct Sheet {
    /// Names the file.
    pub name: &'static str,
    pub headers: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub fn xlsx(self) -> Result<HttpResponse> {
        let file = xlsx(self.name, &self.headers, &self.rows)?;
        Ok(attachment(&file_name(self.name, Utc::now(), "xlsx"), XLSX).body(file))
    }
}

pub const CSV: &str = "text/csv; charset=utf-8";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The head of a download's answer.
pub fn attachment(file_name: &str, media_type: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_quotes_doubled() {
        let row = vec![Cell::Text("\u{202e}=1+1".into()), Cell::Text("a \"b\", c".into()), Cell::Empty];
        assert_eq!(&csv_chunk(&[row]).unwrap()[..], b"'=1+1,\"a \"\"b\"\", c\",\r\n");
    }

    #[test]
    fn a_file_says_that_it_is_utf8() {
        assert_eq!(&csv_head(&["Größe"]).unwrap()[..], "\u{feff}Größe\r\n".as_bytes());
    }
}
