//! Files that leave: the template that a vendor fills in, the records, and an upload with what is wrong in each row.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Read, Seek, Write as _},
};

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use rust_xlsxwriter::{Format, Workbook};

use super::{
    lifecycle::Part,
    read::{CATEGORIES, Heading, LAST_LINE, LOCAL, SHEETS},
    record_id,
    store::{FileRow, InUse, Other, RecordRow},
};
use crate::{
    kit::{
        choice::Choice as _,
        export::harmless,
        grid::Cell,
        problem::{Problem, Result},
    },
    modules::customers::imports::read::{Kind, Package, Raw, Separated, kind_of, serial},
};

/// What is to be known of the columns, for the notes of a downloaded workbook.
pub const NOTES: [(&str, &str); 11] = [
    (
        "record_id",
        "Your own ID for the record. It must be unique in this file and in all other files for this product.",
    ),
    ("item_search_criteria", "item.mpn, item.global_id or item.local_id: what to find the item by."),
    ("quantity", "How much was used, with a decimal point. Remove rows without usage."),
    ("amount", "In the file's currency, before taxes."),
    (
        "start_time_utc, end_time_utc",
        "In the format 2026-05-31 23:59:59, in UTC. Within the file's period, unless the product allows late or future charges.",
    ),
    (
        "start_time, end_time",
        "In place of them, times in the file's time zone. A time with an offset, such as 2026-05-31 23:59:59+02:00, needs no time zone.",
    ),
    (
        "asset_search_criteria",
        "asset.id, asset.external_id, asset.external_uid, or parameter. followed by a parameter name: what to find the subscription by.",
    ),
    ("tier", "0 for the customer, 1 or 2 for the resellers above it. Only for tier-rated products."),
    (
        "reverses",
        "To reverse a record of an accepted file, or a part of it, repeat it with its own record_id, negative quantity and amount, and the record_id of the reversed record here.",
    ),
    (
        "item_name, item_unit, item_precision",
        "Only for products with dynamic items: what an item is that the product does not have. A published unit, and integer, decimal_1, decimal_2, decimal_4 or decimal_8. Without them, an item is counted in units with 8 decimals.",
    ),
    ("v.…", "Your own columns. Their values are kept with the record."),
];

/// The columns of the template of a file: its times are in its time zone, as its period is.
pub fn template_head(file: &FileRow) -> Vec<&'static str> {
    let schema = file.schema;
    let mut head = vec!["record_id", "record_note", "item_search_criteria", "item_search_value", "quantity"];
    if schema.has_amounts() {
        head.push("amount");
    }
    match file.elsewhere() {
        Some(_) => head.extend(LOCAL.iter().map(|(key, _)| *key)),
        None => head.extend([Heading::Start.key(), Heading::End.key()]),
    }
    head.extend(["asset_search_criteria", "asset_search_value"]);
    if schema.has_tiers() {
        head.push("tier");
    }
    head.push("reverses");
    head
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// As the format has instants.
fn instant(at: chrono::DateTime<chrono::Utc>) -> Cell {
    Cell::Text(at.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// A row of the template: all that is known beforehand. The same use of the same period has the same record ID, however often it is made.
pub fn template_row(file: &FileRow, one: &InUse) -> Vec<Cell> {
    let mut row = vec![
        Cell::Text(format!("{}/{}/{}", file.first_day(), one.subscription, one.mpn)),
        text(&one.customer),
        text("item.mpn"),
        text(&one.mpn),
        Cell::Empty,
    ];
    if file.schema.has_amounts() {
        row.push(Cell::Empty);
    }
    let there = |at: chrono::DateTime<chrono::Utc>| {
        Cell::Text(at.with_timezone(&file.clock().0).format("%Y-%m-%d %H:%M:%S").to_string())
    };
    row.extend([there(file.period_from), there(file.period_to), text("asset.id"), text(&one.subscription)]);
    if file.schema.has_tiers() {
        row.push(Cell::Number(0.0));
    }
    row.push(Cell::Empty);
    row
}

/// The columns of records: those of the format, and what the program knows besides. Those of the vendor's own follow. Such a file can be
/// uploaded as it is.
pub const RECORDS_HEAD: [&str; 25] = [
    "usage_record_id",
    "record_id",
    "record_note",
    "item_search_criteria",
    "item_search_value",
    "item_name",
    "item_unit",
    "item_type",
    "item_period",
    "quantity",
    "amount",
    "start_time_utc",
    "end_time_utc",
    "asset_search_criteria",
    "asset_search_value",
    "asset_id",
    "asset_external_id",
    "customer_account_id",
    "customer_company_name",
    "category_id",
    "tier",
    "reverses",
    "reversed_by",
    "external_billing_id",
    "external_billing_note",
];

/// A number that stays what it is: spreadsheet programs keep fifteen digits.
fn exact(number: Decimal) -> Cell {
    let number = number.normalize();
    let digits = number.mantissa().unsigned_abs().to_string().len();
    match number.to_f64() {
        Some(value) if digits <= 15 => Cell::Number(value),
        _ => Cell::Text(number.to_string()),
    }
}

/// The same of a number that is a text already: a sum may have more digits than a `Decimal`.
pub fn number(exact: &str) -> Cell {
    let digits = exact.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit).count();
    match exact.parse::<f64>() {
        Ok(value) if digits <= 15 => Cell::Number(value),
        _ => text(exact),
    }
}

/// `part` is the reader's in the file, `own` are the headers of the vendor's own columns.
pub fn record_row(file: &FileRow, row: &RecordRow, part: Part, own: &[String]) -> Vec<Cell> {
    let others = |others: Vec<Other>| match others.is_empty() {
        true => Cell::Empty,
        false => Cell::Text(others.into_iter().map(|other| other.key).collect::<Vec<_>>().join(", ")),
    };
    let mut cells = vec![
        Cell::Text(record_id(&file.id, row.number)),
        text(&row.key),
        text(&row.note),
        text("item.mpn"),
        text(&row.mpn),
        text(&row.item),
        text(row.unit.key()),
        text(row.type_.key()),
        text(row.period.key()),
        exact(row.quantity),
        row.amount.map_or(Cell::Empty, exact),
        instant(row.start_at),
        instant(row.end_at),
        text("asset.id"),
        text(&row.subscription_id),
        text(&row.subscription_id),
        text(&row.external_id),
        text(&row.customer_id),
        text(&row.customer),
        text(&row.category),
        row.tier.map_or(Cell::Empty, |tier| Cell::Number(tier.into())),
        others(row.turned.reverses().into_iter().collect()),
        others(row.turned.reversed_by(part)),
        text(&row.billed.billing_reference),
        text(&row.billed.billing_note),
    ];
    let value = |header: &String| row.extra.get(header)?.as_str();
    cells.extend(own.iter().map(|header| value(header).map_or(Cell::Empty, text)));
    cells
}

/// What is wrong in a row: codes, and words.
pub type Mistakes = HashMap<i32, (Vec<&'static str>, Vec<String>)>;

/// Columns that a file with errors has behind its own; they are not read when it comes back.
const RESULTS: [&str; 3] = ["status", "error_codes", "error_details"];

/// Writes an upload anew, with what is wrong behind each row; wrong rows stand out. `sheet` is the one that a mapping reads, which is the
/// first where it names none.
pub fn with_errors(
    file: &mut (impl Read + Seek),
    sheet: Option<&str>,
    mistakes: &Mistakes,
    into: &mut File,
) -> Result<()> {
    let mut book = Workbook::new();
    let (bold, red) = (Format::new().set_bold(), Format::new().set_background_color(0xFCE4E4));
    let day = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let page = book.add_worksheet_with_constant_memory().map_err(Problem::written)?;
    page.set_name("records").map_err(Problem::written)?;
    let mut width = None;
    let mut row = |number: u32, raw: &mut Vec<(u16, Raw)>| -> Result<bool, String> {
        let lost = |error: rust_xlsxwriter::XlsxError| error.to_string();
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return Ok(true);
        }
        // reading has refused what has more lines than a sheet
        let line = number.min(LAST_LINE).saturating_sub(1);
        for (at, cell) in raw.iter() {
            match cell {
                Raw::Text(text) => page.write_string(line, *at, fitting(&harmless(text))).map_err(lost)?,
                Raw::Number { value, .. } => page.write_number(line, *at, *value).map_err(lost)?,
                // the number itself, where it is counted as the new workbook counts days: it may be meant, and not a day
                Raw::At(at_day, held) => match held.filter(|value| serial(*value, false) == Some(*at_day)) {
                    Some(value) => page.write_number_with_format(line, *at, value, &day).map_err(lost)?,
                    None => page.write_datetime_with_format(line, *at, *at_day, &day).map_err(lost)?,
                },
                Raw::Date(_, Some(value)) => page.write_number_with_format(line, *at, *value, &day).map_err(lost)?,
                other => page.write_string(line, *at, fitting(&harmless(&other.shown()))).map_err(lost)?,
            };
        }
        let last = raw.last().map_or(0, |(at, _)| at + 1);
        let Some(first) = width else {
            width = Some(last);
            for (at, header) in (last..).zip(RESULTS) {
                page.write_with_format(line, at, header, &bold).map_err(lost)?;
            }
            return Ok(true);
        };
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        match mistakes.get(&number) {
            Some((codes, words)) => {
                page.write_with_format(line, first, "invalid", &red).map_err(lost)?;
                page.write_with_format(line, first + 1, fitting(&codes.join(" ")), &red).map_err(lost)?;
                page.write_with_format(line, first + 2, fitting(&words.join(" ")), &red).map_err(lost)?;
            }
            None => {
                page.write_string(line, first, "valid").map_err(lost)?;
            }
        }
        Ok(true)
    };
    let named = sheet.is_some();
    match kind_of(file).map_err(Problem::written)? {
        Kind::Workbook => {
            let mut package = Package::large(file).map_err(Problem::written)?;
            let sheet = match sheet {
                Some(name) => super::mapping::source::sheet_of(&mut package, name).map(Some),
                None => package.sheet_named(&SHEETS),
            };
            let sheet = sheet.map_err(Problem::written)?;
            let sheet = sheet.ok_or_else(|| Problem::internal("the sheet of records is gone"))?;
            package.rows(&sheet, &mut row).map_err(Problem::written)?;
            // what else is read of the standard format comes back with it
            let categories = if named { None } else { package.sheet_named(&[CATEGORIES]).map_err(Problem::written)? };
            if let Some(categories) = categories {
                let page = book.add_worksheet_with_constant_memory().map_err(Problem::written)?;
                page.set_name(CATEGORIES).map_err(Problem::written)?;
                let copy = |number: u32, raw: &mut Vec<(u16, Raw)>| -> Result<bool, String> {
                    for (at, cell) in raw.iter() {
                        let line = number.min(LAST_LINE).saturating_sub(1);
                        let text =
                            if cell.as_written().is_empty() { cell.shown() } else { cell.as_written().to_owned() };
                        page.write_string(line, *at, fitting(&harmless(&text))).map_err(|error| error.to_string())?;
                    }
                    Ok(true)
                };
                package.rows(&categories, copy).map_err(Problem::written)?;
            }
        }
        Kind::Separated => {
            let file = Separated::large(file).map_err(Problem::written)?;
            file.rows(&mut row).map_err(Problem::written)?;
        }
    }
    let mut into = BufWriter::new(into);
    book.save_to_writer(&mut into).map_err(Problem::written)?;
    into.flush().map_err(Problem::written)
}

/// As much of a text as a cell of a sheet holds: spreadsheet programs count in halves of UTF-16.
fn fitting(text: &str) -> &str {
    const MOST: usize = 32_767;
    let mut left = MOST;
    let end = text.char_indices().find(|(_, sign)| {
        let fits = left.checked_sub(sign.len_utf16());
        left = fits.unwrap_or_default();
        fits.is_none()
    });
    end.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, SeekFrom};

    use super::*;
    use crate::modules::customers::imports::read::tidy;

    /// The first cells of a file with errors, as it is read again, with their rows.
    fn read_again(report: &str, wrong: i32) -> Vec<(u32, Vec<Raw>)> {
        let mistakes = Mistakes::from([(wrong, (vec!["USG_016"], vec!["x".repeat(40_000)]))]);
        let mut file = tempfile::tempfile().unwrap();
        with_errors(&mut Cursor::new(report), None, &mistakes, &mut file).unwrap();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let mut package = Package::open(&bytes).unwrap();
        let sheet = package.sheet_named(&SHEETS).unwrap().unwrap();
        let mut rows = Vec::new();
        let each = |number, raw: &mut Vec<(u16, Raw)>| {
            rows.push((number, raw.iter().map(|(_, cell)| cell.clone()).collect()));
            Ok(true)
        };
        package.rows(&sheet, each).unwrap();
        rows
    }

    #[test]
    fn a_file_with_errors_holds_whatever_a_report_holds() {
        let long = "\u{1f4a1}".repeat(20_000);
        let rows = read_again(&format!("record_id,quantity\r\n{long},1\r\n\r\n\r\nA-2,'+5\r\nA-3,+5\r\n"), 2);
        let numbers: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 5, 6], "rows keep their numbers");
        let cell = |row: usize, at: usize| rows[row].1[at].as_written();
        assert_eq!(cell(1, 2), "invalid");
        // and what was not wrong comes back as it was
        assert_eq!([tidy(cell(2, 1)), tidy(cell(3, 1))], ["'+5", "+5"]);
        // up to the last line that a sheet has
        let late = format!("record_id\r\n{}A-1\r\n", "\r\n".repeat(LAST_LINE as usize - 2));
        assert_eq!(read_again(&late, 2).last().map(|(number, _)| *number), Some(LAST_LINE));
    }

    #[test]
    fn a_cell_holds_so_much_and_no_sign_is_cut_in_two() {
        assert_eq!(fitting("short"), "short");
        assert_eq!(fitting(&"x".repeat(32_767)).len(), 32_767);
        assert_eq!(fitting(&"x".repeat(32_768)).len(), 32_767);
        assert_eq!(fitting(&"\u{1f4a1}".repeat(16_384)).chars().count(), 16_383);
    }

    #[test]
    fn a_number_stays_what_it_is() {
        let shown = |text: &str| match exact(text.parse().unwrap()) {
            Cell::Number(number) => format!("number {number}"),
            Cell::Text(text) => format!("text {text}"),
            _ => String::new(),
        };
        assert_eq!(shown("615.42020000"), "number 615.4202");
        assert_eq!(shown("0.00000001"), "number 0.00000001");
        assert_eq!(shown("9999999999999999.99999999"), "text 9999999999999999.99999999");
        let shown = |text: &str| match number(text) {
            Cell::Number(number) => format!("number {number}"),
            Cell::Text(text) => format!("text {text}"),
            _ => String::new(),
        };
        assert_eq!(shown("-615.4202"), "number -615.4202");
        assert_eq!(shown("0.00000001"), "number 0.00000001");
        assert_eq!(shown("0"), "number 0");
        assert_eq!(shown("99999999999999990.00000001"), "text 99999999999999990.00000001");
    }
}
