//! The file as it came, with what became of each row: rows that were applied bear the id of their account, and their action is taken out,
//! so that the same file can be put right and sent again.

use std::{
    fs::File,
    io::{BufWriter, Cursor, Write},
    iter::Peekable,
};

use quick_xml::{
    Writer,
    escape::escape,
    events::{BytesEnd, BytesStart, BytesText, Event},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    Fate, RESULTS,
    read::{Complaint, Kind, Layout, Package, Separated, Verbatim, attribute, column_of, letters},
    row::{ACTION, EXTERNAL_UID, ID},
    store::RowLine,
};
use crate::kit::choice::Choice as _;

type Rows<'a> = Peekable<&'a mut dyn Iterator<Item = RowLine>>;

/// Writes the file again. `rows` are in the order of the file.
pub fn write(
    bytes: &[u8],
    layout: &Layout,
    rows: &mut dyn Iterator<Item = RowLine>,
    into: &mut File,
) -> Result<(), Complaint> {
    let rows = rows.peekable();
    match super::read::kind(bytes).map_err(|words| words.to_string())? {
        Kind::Workbook => workbook(bytes, layout, rows, into),
        Kind::Separated => separated(bytes, layout, rows, into),
    }
}

fn lost(error: impl std::fmt::Display) -> Complaint {
    error.to_string()
}

/// What is known of the row with this number; rows before it are passed over.
fn of(number: i32, rows: &mut Rows<'_>) -> Option<RowLine> {
    while rows.next_if(|row| row.number < number).is_some() {}
    rows.next_if(|row| row.number == number)
}

/// Cells that are written into a row, by their columns, in order.
fn cells(layout: &Layout, number: i32, rows: &mut Rows<'_>) -> Vec<(u16, String)> {
    let [result, details] = layout.result_columns();
    if number == layout.header {
        return vec![(result, RESULTS[0].to_owned()), (details, RESULTS[1].to_owned())];
    }
    let Some(row) = of(number, rows) else { return Vec::new() };
    let mut cells = vec![(result, row.result.label().to_owned()), (details, row.details())];
    if matches!(row.result, Fate::Created | Fate::Updated) {
        cells.push((layout.places[ID], row.id().to_owned()));
        cells.push((layout.places[ACTION], "-".to_owned()));
        if let Some(uid) = row.external_uid {
            cells.push((layout.places[EXTERNAL_UID], uid.to_string()));
        }
    }
    cells.sort_unstable_by_key(|(column, _)| *column);
    cells
}

fn separated(bytes: &[u8], layout: &Layout, mut rows: Rows<'_>, into: &mut File) -> Result<(), Complaint> {
    let mut out = BufWriter::new(into);
    // spreadsheet programs know by it what the text is in
    out.write_all("\u{feff}".as_bytes()).map_err(lost)?;
    let file = Separated::of(bytes)?;
    let mut last = 0;
    if let Some(first) = &file.names_separator {
        out.write_all(format!("{first}\r\n").as_bytes()).map_err(lost)?;
        last = 1;
    }
    let mut record = Vec::new();
    let delimiter = file.delimiter;
    file.rows(|number, raw| {
        // blank lines stay, so that rows keep their numbers
        for _ in last + 1..number {
            out.write_all(b"\r\n").map_err(lost)?;
        }
        last = number;
        record.clear();
        record.extend(raw.iter().map(|(_, cell)| cell.as_written().to_owned()));
        let width = usize::from(layout.width);
        record.resize(record.len().max(width), String::new());
        let mut behind = 0;
        for (column, text) in cells(layout, i32::try_from(number).unwrap_or(i32::MAX), &mut rows) {
            let column = usize::from(column);
            match record.get_mut(column) {
                // a row that is too long keeps all its cells
                Some(cell) if column < width => *cell = text,
                _ => {
                    record.insert(width + behind, text);
                    behind += 1;
                }
            }
        }
        let mut line =
            csv::WriterBuilder::new().delimiter(delimiter).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        line.write_record(&record).map_err(lost)?;
        out.write_all(&line.into_inner().map_err(lost)?).map_err(lost)?;
        Ok(true)
    })?;
    out.flush().map_err(lost)
}

fn workbook(bytes: &[u8], layout: &Layout, mut rows: Rows<'_>, into: &mut File) -> Result<(), Complaint> {
    let mut package = Package::open(bytes)?;
    let part = package.sheet()?.part;
    let mut copy = ZipWriter::new(BufWriter::new(into));
    let mut source = zip::ZipArchive::new(Cursor::new(bytes)).map_err(lost)?;
    let mut done = false;
    for at in 0..source.len() {
        let entry = source.by_index_raw(at).map_err(lost)?;
        let name = entry.name().map_err(lost)?.into_owned();
        if done || !name.eq_ignore_ascii_case(&part) {
            copy.raw_copy_file(entry).map_err(lost)?;
            continue;
        }
        drop(entry);
        copy.start_file(name, SimpleFileOptions::default()).map_err(lost)?;
        let mut xml = package.verbatim(&part)?;
        sheet(&mut xml, layout, &mut rows, &mut Writer::new(&mut copy))?;
        done = true;
    }
    copy.finish().map_err(lost)?.flush().map_err(lost)
}

/// Where the copy of a sheet stands in its row.
#[derive(Default)]
struct Row {
    number: i32,
    /// The column of the last cell.
    column: Option<u16>,
    /// Cells that are still to be written, the last first.
    left: Vec<(u16, String)>,
}

fn sheet<W: Write>(
    xml: &mut Verbatim<'_>,
    layout: &Layout,
    rows: &mut Rows<'_>,
    out: &mut Writer<W>,
) -> Result<(), Complaint> {
    let mut row = Row::default();
    // a cell that is rewritten loses its old content
    let (mut inside, mut skipping) = (false, false);
    loop {
        let event = xml.next()?;
        match &event {
            Event::Eof => return Ok(()),
            Event::Start(one) if one.local_name().as_ref() == "sheetData" => inside = true,
            Event::End(one) if one.local_name().as_ref() == "sheetData" => inside = false,
            // how far the sheet reaches is not said any more, since it reaches further now
            Event::Empty(one) if one.local_name().as_ref() == "dimension" => continue,
            Event::Start(one) | Event::Empty(one) if inside && one.local_name().as_ref() == "row" => {
                let number = attribute(one, "r").and_then(|number| number.parse().ok()).unwrap_or(row.number + 1);
                let mut left = cells(layout, number, rows);
                left.reverse();
                row = Row { number, column: None, left };
                write_event(out, Event::Start(without_spans(one)))?;
                if matches!(event, Event::Empty(_)) {
                    row.finish(out)?;
                    write_event(out, Event::End(BytesEnd::new(one.name().as_ref().to_owned())))?;
                }
                continue;
            }
            Event::End(one) if inside && one.local_name().as_ref() == "row" => row.finish(out)?,
            Event::Start(one) | Event::Empty(one) if inside && one.local_name().as_ref() == "c" => {
                let empty = matches!(event, Event::Empty(_));
                let number = u32::try_from(row.number).unwrap_or_default();
                let at = attribute(one, "r")
                    .and_then(|reference| column_of(&reference, number))
                    .unwrap_or_else(|| row.column.map_or(0, |column| column.saturating_add(1)));
                row.column = Some(at);
                while row.left.last().is_some_and(|(column, _)| *column < at) {
                    row.put(out, None)?;
                }
                if row.left.last().is_some_and(|(column, _)| *column == at) {
                    row.put(out, attribute(one, "s"))?;
                    skipping = !empty;
                    continue;
                }
                write_event(
                    out,
                    if empty {
                        Event::Empty(placed(one, at, row.number))
                    } else {
                        Event::Start(placed(one, at, row.number))
                    },
                )?;
                continue;
            }
            Event::End(one) if skipping && one.local_name().as_ref() == "c" => {
                skipping = false;
                continue;
            }
            _ if skipping => continue,
            _ => {}
        }
        write_event(out, event)?;
    }
}

fn write_event<W: Write>(out: &mut Writer<W>, event: Event<'_>) -> Result<(), Complaint> {
    out.write_event(event).map_err(lost)
}

/// A hint at which columns a row has, which is not true any more.
fn without_spans(row: &BytesStart<'_>) -> BytesStart<'static> {
    let mut copy = BytesStart::new(row.name().as_ref().to_owned());
    for one in row.attributes().with_checks(false).flatten() {
        if one.key.local_name().as_ref() != "spans" {
            copy.push_attribute(one);
        }
    }
    copy.into_owned()
}

/// A cell that says where it is, since others are put before it.
fn placed(cell: &BytesStart<'_>, at: u16, row: i32) -> BytesStart<'static> {
    let mut copy = cell.to_owned();
    if attribute(cell, "r").is_none() {
        copy.push_attribute(("r", format!("{}{row}", letters(at)).as_str()));
    }
    copy
}

impl Row {
    /// Writes the next cell, in a style.
    fn put<W: Write>(&mut self, out: &mut Writer<W>, style: Option<String>) -> Result<(), Complaint> {
        let Some((column, text)) = self.left.pop() else { return Ok(()) };
        let mut cell = BytesStart::new("c");
        cell.push_attribute(("r", format!("{}{}", letters(column), self.number).as_str()));
        if let Some(style) = &style {
            cell.push_attribute(("s", style.as_str()));
        }
        cell.push_attribute(("t", "inlineStr"));
        let mut words = BytesStart::new("t");
        words.push_attribute(("xml:space", "preserve"));
        for event in [
            Event::Start(cell),
            Event::Start(BytesStart::new("is")),
            Event::Start(words),
            Event::Text(BytesText::from_escaped(escape(text.as_str()))),
            Event::End(BytesEnd::new("t")),
            Event::End(BytesEnd::new("is")),
            Event::End(BytesEnd::new("c")),
        ] {
            write_event(out, event)?;
        }
        Ok(())
    }

    fn finish<W: Write>(&mut self, out: &mut Writer<W>) -> Result<(), Complaint> {
        while !self.left.is_empty() {
            self.put(out, None)?;
        }
        Ok(())
    }
}
