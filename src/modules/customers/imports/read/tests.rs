use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;

use super::*;
use crate::modules::customers::imports::COLUMNS;

fn lines(bytes: &[u8]) -> Result<Vec<Line>, Complaint> {
    let mut lines = Vec::new();
    read(bytes, |_, line| {
        lines.push(line);
        true
    })?;
    Ok(lines)
}

fn header() -> String {
    COLUMNS.join(",")
}

/// What is said of the cells of a file that cannot be read.
fn told(bytes: &[u8]) -> Vec<String> {
    let mut told = Vec::new();
    read(bytes, |layout, line| {
        told.extend(line.faults.iter().map(|fault| layout.say(line.number, fault)));
        true
    })
    .unwrap();
    told
}

#[test]
fn a_csv_is_read_whatever_separates_it() {
    let row = "TA-1,E-1,,update,,,,customer,,\"A, B\"";
    let rows = lines(format!("\u{feff}{}\r\n\r\n{row}\r\n", header()).as_bytes()).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].cells[0].as_str(), rows[0].cells[9].as_str()), ("TA-1", "A, B"));
    for sign in [";", "\t"] {
        let row = ["", "", "", "create", "", "", "", "reseller", "", "Gym"].join(sign);
        let text = format!("{}\n{row}", COLUMNS.join(sign));
        assert_eq!(lines(text.as_bytes()).unwrap()[0].cells[9], "Gym", "{sign}");
    }
    let named = format!("sep=;\r\n{}\r\n;;;create;;;;reseller;;Gym", COLUMNS.join(";"));
    let rows = lines(named.as_bytes()).unwrap();
    assert_eq!((rows[0].number, rows[0].cells[9].as_str()), (3, "Gym"));
}

#[test]
fn a_quotation_mark_that_is_missing_is_told_where_it_is_missed() {
    let told = |rows: &[&str]| lines(format!("{}\n{}", header(), rows.join("\n")).as_bytes()).map(|rows| rows.len());
    let gym = |name: &str| format!(",,,create,,,,reseller,,{name},1 Street,,,,,US,A,B,a@b.example,");
    let says = |cell: &str, row: u32, below: &str| {
        format!(
            "Row {row}: the quotation marks of cell {cell}{row} do not match{below}. Close the one that it begins with, and double each \
             that belongs to its text"
        )
    };
    let (fine, open) = (gym("\"Fine, Ltd\""), gym("\"Open, Ltd"));
    // the file ends within the cell
    let lost = ", so it would take in the 2 lines below";
    assert_eq!(told(&[&fine, &open, &gym("A"), &gym("B")]), Err(says("J", 3, lost)));
    assert_eq!(told(&[&fine, &open]), Err(says("J", 3, "")));
    // the next row that has one seems to close it
    assert_eq!(told(&[&open, &fine, &fine]), Err(says("J", 2, ", so it would take in the line below")));
    assert_eq!(told(&[&open, &gym("\"\""), &fine]), Err(says("J", 2, lost)));
    // marks that belong to the text
    assert_eq!(told(&[&gym("\"The \"Real\" Gym\"")]), Err(says("J", 2, "")));
    assert_eq!(told(&["\"TA-1,,,update", &fine]), Err(says("A", 2, ", so it would take in the line below")));
    for right in ["\"The \"\"Real\"\" Gym\"", "5\" Pipes", "\"One\nTwo\"", "\"Gym\" ", "\"\"", "\"\"\"\"", "Gym"] {
        assert_eq!(told(&[&gym(right), &fine, &gym("\"Last\"")]), Ok(3), "{right}");
    }
}

#[test]
fn rows_of_text_bear_the_numbers_that_a_spreadsheet_program_shows() {
    for end in ["\r\n", "\n", "\r"] {
        let rows = [&header(), "", "", ",,,create,,,,,,\"A\nB\"", ",,,create,,,,,,C", "", ",,,create,,,,,,D"];
        let numbers: Vec<(i32, String)> = lines(rows.join(end).as_bytes())
            .unwrap()
            .into_iter()
            .map(|line| (line.number, line.cells[9].clone()))
            .collect();
        let expected = [(4, "A B"), (5, "C"), (7, "D")].map(|(number, name)| (number, name.to_owned()));
        assert_eq!(numbers, expected, "{end:?}");
    }
}

#[test]
fn columns_may_stand_in_any_order_and_be_written_in_any_way() {
    let mut labels: Vec<String> = COLUMNS.iter().rev().map(|label| label.to_uppercase().replace(' ', "_")).collect();
    labels.insert(3, "Notes".into());
    let row: Vec<String> = labels.iter().map(|label| label.to_lowercase()).collect();
    let file = format!("{}\n{}", labels.join(","), row.join(","));
    let (mut layouts, mut found) = (Vec::new(), Vec::new());
    read(file.as_bytes(), |layout, line| {
        layouts.push(layout.clone());
        found.push(line);
        true
    })
    .unwrap();
    assert_eq!(found[0].cells[1], "external_id");
    assert_eq!(found[0].cells[19], "technical_contact_phone");
    assert_eq!(layouts[0].not_read(), "Column D “Notes” is ignored.");
    assert_eq!(layouts[0].address(0, 2), "U2");
}

#[test]
fn a_wrong_header_says_what_is_expected() {
    let refused = |text: &str| lines(text.as_bytes()).unwrap_err();
    let wrong = header().replace("External UID", "GUID");
    assert_eq!(refused(&wrong), "Cell C1 must be “External UID”, not “GUID”");
    let german = "Kennung;Externe Kennung;Externe UID;Aktion";
    assert_eq!(refused(german), "Cell A1 must be “ID”, not “Kennung”");
    let short = header().replace(",Technical Contact Phone", "");
    assert!(
        refused(&short).starts_with("The column “Technical Contact Phone” is missing. Row 1 must have these headers")
    );
    let twice = format!("{},tax id", header());
    assert_eq!(refused(&twice), "Two columns are named “Tax ID”: I and U");
    assert_eq!(refused(&header()), "There are no rows under the header");
    assert_eq!(refused(&format!("{}\n,,,\n \n", header())), "There are no rows under the header");
}

#[test]
fn what_is_no_table_is_told_at_once() {
    for (bytes, words) in [
        (&b""[..], "empty"),
        (b"\r\n \n", "empty"),
        (b"\xff\xfeI\x00D", "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old workbook"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "must be XLSX or CSV"),
        (b"GIF89a\x01\x00\x01\x00", "must be XLSX or CSV"),
        (b"%PDF-1.7", "must be XLSX or CSV"),
        (b"<html>", "must be XLSX or CSV"),
    ] {
        assert!(kind(bytes).unwrap_err().to_string().contains(words), "{words}");
    }
}

#[test]
fn a_csv_is_read_however_it_is_written() {
    let text = format!("sep=;\r\n{}\r\n;;;create;;;;reseller;;M\u{fc}ller", COLUMNS.join(";"));
    let marked = format!("\u{feff}{text}");
    let western: Vec<u8> = text.chars().map(|sign| u8::try_from(u32::from(sign)).unwrap()).collect();
    for bytes in [
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        western,
        marked.into_bytes(),
    ] {
        let rows = lines(&bytes).unwrap();
        assert_eq!((rows[0].number, rows[0].cells[9].as_str()), (3, "M\u{fc}ller"));
        // two bytes for the one sign that is not of English, or a mark: else it is a guess
        let layout = read(&bytes, |_, _| true).unwrap();
        assert_eq!(layout.western, bytes.len() == text.chars().count());
    }
}

#[test]
fn a_cell_too_many_moves_no_data_without_a_word() {
    let row =
        format!("{}\n,,,create,,,,reseller,,Gym,1 Street, Suite 4,,Chicago,IL,60601,US,A,B,a@b.example,,", header());
    assert_eq!(told(row.as_bytes()), Vec::<String>::new(), "empty cells are not too many");
    let row = row.replace("b.example,,", "b.example,,x");
    assert_eq!(
        told(row.as_bytes()),
        ["Row 2: has 22 cells, while the header has 20. Put a cell that contains the separator in quotation marks"]
    );
}

fn sheet(write: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
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
        page.write_string(1, 9, "Gym & Söhne <GmbH>").unwrap();
        page.write_number(1, 14, 19125.0).unwrap();
        page.write_string(2, 10, "High Street\nSuite 4").unwrap();
        page.write_formula(3, 9, Formula::new("=A1").set_result("Worked out")).unwrap();
        page.write_string(1_048_575, 9, "Last").unwrap();
    });
    let rows = lines(&bytes).unwrap();
    assert_eq!(
        (rows[0].number, rows[0].cells[9].as_str(), rows[0].cells[14].as_str()),
        (2, "Gym & Söhne <GmbH>", "19125")
    );
    assert_eq!(rows[1].cells[10], "High Street Suite 4");
    assert_eq!(rows[2].cells[9], "Worked out");
    assert_eq!(rows.last().map(|line| (line.number, line.cells[9].as_str())), Some((1_048_576, "Last")));
    assert!(rows.iter().all(|line| line.faults.is_empty()));
}

#[test]
fn what_cannot_be_read_is_told_at_its_cell() {
    let bytes = sheet(|page| {
        let day = Format::new().set_num_format("d mmm yyyy");
        page.write_number_with_format(1, 8, 46_084.0, &day).unwrap();
        page.write_boolean(2, 8, true).unwrap();
        page.write_number(3, 12, 12.0).unwrap();
        page.write_number_with_format(4, 14, 19125.0, &Format::new().set_num_format("#,##0")).unwrap();
        page.write_formula(5, 8, Formula::new("=NA()").set_result("#N/A")).unwrap();
    });
    assert_eq!(
        told(&bytes),
        [
            "Customers!I2 (Tax ID): holds a date, 3 March 2026. Format the column as text and enter the value again",
            "Customers!I3 (Tax ID): holds TRUE, not text",
            "Customers!M4 (City): holds the number 12, not text",
            "Customers!O5 (Zip): holds the number 19125 in the format #,##0. Format the column as text and enter the value again",
            "Customers!I6 (Tax ID): #N/A is a spreadsheet error, not a value",
        ]
    );
}

/// A package with one sheet of this XML, and these shared texts.
fn package(sheet: &str, texts: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = zip::ZipWriter::new(Cursor::new(&mut bytes));
    let mut part = |name: &str, text: &[u8]| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text).unwrap();
    };
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    part(
        "_rels/.rels",
        format!("<Relationships><Relationship Id=\"r1\" Type=\"{kind}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")
            .as_bytes(),
    );
    part("xl/workbook.xml", b"<workbook><sheets><sheet name=\"My sheet\" r:id=\"r1\"/></sheets></workbook>");
    part(
        "xl/_rels/workbook.xml.rels",
        format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"r2\" Type=\"{kind}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>"
        )
        .as_bytes(),
    );
    if let Some(texts) = texts {
        part("xl/sharedStrings.xml", texts);
    }
    part("xl/worksheets/sheet1.xml", sheet.as_bytes());
    archive.finish().unwrap();
    bytes
}

fn inline(column: u16, row: u32, text: &str) -> String {
    format!("<c r=\"{}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>", letters(column))
}

fn sheet_of(rows: &[(u32, &str)]) -> String {
    let head: String = (0u16..).zip(COLUMNS).map(|(column, label)| inline(column, 1, label)).collect();
    let rows: String = rows.iter().map(|(number, cells)| format!("<row r=\"{number}\">{cells}</row>")).collect();
    format!("<worksheet><sheetData><row r=\"1\">{head}</row>{rows}</sheetData></worksheet>")
}

#[test]
fn rows_that_do_not_go_on_are_told_in_words() {
    let row = |number: u32| inline(9, number, "Gym");
    let (two, three) = (row(2), row(3));
    let bytes = package(&sheet_of(&[(2, &two), (3, &three), (2, &two)]), None);
    assert!(lines(&bytes).unwrap_err().starts_with("The file is damaged: row 2 comes after row 3"));
    let twice = format!("{two}{two}");
    assert!(lines(&package(&sheet_of(&[(2, &twice)]), None)).unwrap_err().contains("a cell appears twice"));
    assert_eq!(lines(&package(&sheet_of(&[(2, &two), (9, &row(9))]), None)).unwrap()[1].number, 9);
}

#[test]
fn a_formula_without_its_result_and_cells_without_places_are_understood() {
    let head: String = COLUMNS.iter().map(|label| format!("<c t=\"inlineStr\"><is><t>{label}</t></is></c>")).collect();
    let xml = format!(
        "<worksheet><sheetData><row>{head}</row><row><c/><c t=\"str\"><v>E_x000D_\n1</v></c><c/><c/><c/><c/><c/><c/>\
         <c><f>A1+1</f></c></row></sheetData></worksheet>"
    );
    let bytes = package(&xml, None);
    let rows = lines(&bytes).unwrap();
    assert_eq!((rows[0].number, rows[0].cells[1].as_str()), (2, "E 1"));
    assert!(told(&bytes)[0].starts_with("'My sheet'!I2 (Tax ID): holds a formula without its result"));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let rows = [(2, inline(9, 2, "Gym"))];
    let plain = sheet_of(&rows.each_ref().map(|(number, cells)| (*number, cells.as_str())));
    // one text of many megabytes
    let long = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(64 * 1024 * 1024));
    // texts without end; how many they say to be counts for nothing
    let many = format!("<sst uniqueCount=\"999999999999\">{}</sst>", "<si/>".repeat(3_100_000));
    let deep = "<a>".repeat(10_000_000);
    for texts in [long, many, deep] {
        let bytes = package(&plain, Some(texts.as_bytes()));
        assert!(bytes.len() < 400_000, "{}", bytes.len());
        let told = lines(&bytes).unwrap_err();
        assert!(told.contains("too many texts") || told.contains("cannot be read as XLSX"), "{told}");
    }
    let cells = "<c/>".repeat(200_000);
    assert!(lines(&package(&sheet_of(&[(2, &cells)]), None)).unwrap_err().contains("damaged"));
    assert!(lines(b"PK\x03\x04 and then nothing").is_err());
    let mut entries = Vec::new();
    let mut archive = zip::ZipWriter::new(Cursor::new(&mut entries));
    for number in 0..2_100 {
        archive.start_file(number.to_string(), SimpleFileOptions::default()).unwrap();
    }
    archive.finish().unwrap();
    assert!(lines(&entries).unwrap_err().contains("unpacks to more"));
}

#[test]
fn three_hundred_columns_are_a_row_like_another() {
    let mut labels: Vec<String> = (0..280).map(|number| format!("Column {number}")).collect();
    labels.extend(COLUMNS.iter().map(|label| (*label).to_owned()));
    let row = vec!["x"; 300];
    let file = format!("{}\n{}", labels.join(","), row.join(","));
    let mut said = String::new();
    read(file.as_bytes(), |layout, line| {
        assert!(line.cells.iter().all(|cell| cell == "x"));
        said = layout.not_read().to_string();
        true
    })
    .unwrap();
    assert!(
        said.starts_with("Columns A “Column 0”, B “Column 1”") && said.ends_with("and 275 more are ignored."),
        "{said}"
    );
}

#[test]
fn a_file_of_more_rows_than_one_may_have_is_refused() {
    let file = format!("{}\n{}", header(), ",,,-\n".repeat(100_001));
    assert!(lines(file.as_bytes()).unwrap_err().contains("up to 100,000 rows"));
}
