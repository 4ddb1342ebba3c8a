//! A grid as CSV or XLSX: the same rows and columns, safe to open in a spreadsheet.

use std::{
    any::Any,
    fs::File,
    io::{BufWriter, Read as _, Seek as _, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    time::Duration,
};

use actix_web::{HttpResponse, body::SizedStream, http::header, web::Bytes};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt as _, stream};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::{
    file_name::disposition,
    grid::Cell,
    problem::{Problem, Result},
    time::{iso, shown_now},
    typed,
};

/// Rows fetched at a time; no connection is held while a slow client reads.
pub const CHUNK: usize = 1_000;
/// An XLSX file is finished at its end, and somebody waits for that.
pub const XLSX_ROWS: usize = 200_000;

/// `contracts_2026-11-20T2359Z.csv`.
pub fn file_name(grid: &str, now: DateTime<Utc>, ending: &str) -> String {
    format!("{grid}_{}.{ending}", now.format("%Y-%m-%dT%H%MZ"))
}

/// By this mark spreadsheet programs know that what follows is UTF-8.
pub const MARK: &[u8] = "\u{feff}".as_bytes();

/// Text that a spreadsheet would run as a formula is quoted, and so is what looks as if it had been, so that reading takes off just this
/// mark; signs that would turn the cells behind it are left out.
pub fn harmless(text: &str) -> String {
    let text = typed::unturned(text);
    let runs = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\0']);
    if runs { format!("'{text}") } else { text.into_owned() }
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

/// Rows of an export, piece by piece.
pub type Rows = Vec<Vec<Cell>>;

/// The pieces of a list that is fetched behind its last row: `next` gives a piece, and where the one behind it begins unless it is the last.
pub fn pieces<C, F>(first: C, mut next: impl FnMut(C) -> F) -> impl Stream<Item = Result<Rows>>
where
    F: Future<Output = Result<(Rows, Option<C>)>>,
{
    stream::try_unfold(Some(first), move |from| {
        let piece = from.map(&mut next);
        async move {
            match piece {
                Some(piece) => piece.await.map(Some),
                None => Ok(None),
            }
        }
    })
}

/// A download as CSV: streams in pieces, so that memory stays flat and no connection of the database waits for a slow client. The first
/// piece is fetched before the answer begins, so that what goes wrong at once is told on a page.
pub async fn csv(
    name: &str,
    head: &[&str],
    pieces: impl Stream<Item = Result<Rows>> + 'static,
) -> Result<HttpResponse> {
    let mut pieces = Box::pin(pieces);
    let first = pieces.next().await.transpose()?.unwrap_or_default();
    let bytes = stream::iter([csv_head(head), csv_chunk(&first)]).chain(pieces.map(|rows| csv_chunk(&rows?)));
    Ok(attachment(&file_name(name, shown_now(), "csv"), CSV).streaming(bytes))
}

/// What a workbook is made of besides its rows.
pub struct Book<H = &'static str> {
    /// Of the file and of its sheet.
    pub name: &'static str,
    pub head: Vec<H>,
    /// A second sheet: what somebody must know who fills in the first one.
    pub notes: &'static [(&'static str, &'static str)],
    /// The refusal where there are more rows than a workbook may have.
    pub too_many: Problem,
}

/// A download as XLSX: written to a temporary file as the pieces come, so that memory stays flat.
pub async fn xlsx<H: AsRef<str> + Send + 'static>(
    book: Book<H>,
    pieces: impl Stream<Item = Result<Rows>> + 'static,
) -> Result<HttpResponse> {
    let Book { name, head, notes, too_many } = book;
    let mut rows = 0;
    let pieces = pieces.map(move |piece| {
        let piece = piece?;
        rows += piece.len();
        if rows > XLSX_ROWS { Err(too_many.clone()) } else { Ok(piece) }
    });
    made(&file_name(&name.to_lowercase(), shown_now(), "xlsx"), XLSX, pieces, move |pieces, file| {
        write_xlsx(name, &head, notes, pieces, file).map_err(Problem::written)
    })
    .await
}

fn write_xlsx(
    sheet: &str,
    headers: &[impl AsRef<str>],
    notes: &[(&str, &str)],
    pieces: &mut dyn Iterator<Item = Rows>,
    file: &mut File,
) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let page = book.add_worksheet_with_constant_memory()?;
    page.set_name(sheet)?;
    page.set_freeze_panes(1, 0)?;
    for (column, label) in (0u16..).zip(headers) {
        page.set_column_width(column, 26)?;
        let label: &str = label.as_ref();
        page.write_with_format(0, column, label, &bold)?;
    }
    for (line, row) in (1u32..).zip(pieces.flatten()) {
        for (column, cell) in (0u16..).zip(&row) {
            match cell {
                Cell::Text(text) => page.write_string(line, column, harmless(text))?,
                Cell::At(at) => page.write_datetime_with_format(line, column, at.naive_utc(), &date)?,
                Cell::Number(number) => page.write_number(line, column, *number)?,
                Cell::Empty => continue,
            };
        }
    }
    if !notes.is_empty() {
        let page = book.add_worksheet();
        page.set_name("Notes")?;
        page.set_column_width(0, 26)?;
        page.set_column_width(1, 110)?;
        for (line, (about, words)) in (0u32..).zip(notes) {
            page.write_with_format(line, 0, *about, &bold)?;
            page.write_string(line, 1, *words)?;
        }
    }
    book.save_to_writer(BufWriter::new(file))
}

/// Files that are made at a time, and how long one waits for its place.
static PLACES: Semaphore = Semaphore::const_new(2);
const WAIT_FOR_PLACE: Duration = Duration::from_secs(10);
/// Pieces that may wait for whoever makes the file.
const AHEAD: usize = 2;

/// A download that is finished at its end: `make` writes it to a temporary file, on a thread of its own, out of pieces that are fetched
/// meanwhile; then it is streamed. The file is gone with the answer.
pub async fn made<T: Send + 'static>(
    name: &str,
    media_type: &str,
    pieces: impl Stream<Item = Result<T>>,
    make: impl FnOnce(&mut dyn Iterator<Item = T>, &mut File) -> Result<()> + Send + 'static,
) -> Result<HttpResponse> {
    let place = tokio::time::timeout(WAIT_FOR_PLACE, PLACES.acquire())
        .await
        .map_err(|_| Problem::Unavailable("other files are being made".into()))?
        .map_err(Problem::internal)?;
    let (send, mut receive) = mpsc::channel::<T>(AHEAD);
    let (done, finished) = oneshot::channel();
    std::thread::spawn(move || {
        let write = || -> Result<File> {
            let mut file = tempfile::tempfile().map_err(|error| Problem::io(&error))?;
            make(&mut std::iter::from_fn(|| receive.blocking_recv()), &mut file)?;
            file.seek(SeekFrom::Start(0)).map_err(|error| Problem::io(&error))?;
            Ok(file)
        };
        // the workbook library panics when a disk is full
        let written = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|panic| Err(given_up(&*panic)));
        drop(receive);
        // nobody waits any more when the browser went away
        let _ = done.send(written);
    });
    let mut pieces = pin!(pieces);
    while let Some(piece) = pieces.next().await {
        // whoever makes the file has given up: why is said at the end
        if send.send(piece?).await.is_err() {
            break;
        }
    }
    drop(send);
    let file = finished.await.map_err(Problem::internal)??;
    drop(place);
    let length = file.metadata().map_err(Problem::internal)?.len();
    Ok(attachment(name, media_type).body(SizedStream::new(length, Box::pin(bytes_of(file)))))
}

/// Why a file was not finished.
fn given_up(panic: &(dyn Any + Send)) -> Problem {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Problem::written(words.unwrap_or("a file could not be made"))
}

/// What was written a moment ago is read from the system's memory, so it may be read where other requests are answered.
fn bytes_of(file: File) -> impl Stream<Item = Result<Bytes>> {
    const STEP: usize = 64 * 1024;
    stream::try_unfold(file, |mut file| async move {
        let mut bytes = vec![0; STEP];
        let count = file.read(&mut bytes).map_err(Problem::internal)?;
        bytes.truncate(count);
        Ok((count > 0).then(|| (Bytes::from(bytes), file)))
    })
}

pub const CSV: &str = "text/csv; charset=utf-8";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The head of a download's answer.
pub fn attachment(file_name: &str, media_type: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition("attachment", file_name)));
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
