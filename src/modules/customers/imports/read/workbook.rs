//! XLSX: a package of XML parts. Only the parts that matter are unpacked, and each row is handed over as soon as it is read.

use std::{
    collections::HashMap,
    io::{Cursor, Read, Seek, SeekFrom},
    rc::Rc,
};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{
    Complaint, Raw,
    cell::{date, is_date_format},
    texts::{Texts, add_bounded},
    word::plain,
    xml::{BROKEN, Left, TOO_MUCH, Xml, attribute, unescaped},
};

/// What the parts that are read unpack to, in bytes, all together.
const UNPACKED: u64 = 400 * 1024 * 1024;
/// The same of a file that came in as a stream: a million rows. All of it passes through the same little memory.
const UNPACKED_OF_LARGE: u64 = 2 * 1024 * 1024 * 1024;
/// Entries of the package's directory.
const PARTS: usize = 2_000;
/// Formats and styles; spreadsheet programs stop at 65,490.
const STYLES: usize = 70_000;
/// Sheets and relations.
const SHEETS: usize = 2_000;
/// The last row and the last column that a sheet may have.
const LAST_ROW: u32 = 1_048_576;
pub const MOST_COLUMNS: u16 = 16_384;
/// Stretches of merged cells that are told.
const MERGED: usize = 1_000;
/// Columns of a row that are looked at.
const LOOKED_AT: u16 = 512;

pub type Verbatim<'a> = Xml<Box<dyn Read + 'a>>;

/// A workbook as it lies in its package.
pub struct Package<R> {
    archive: ZipArchive<R>,
    left: Left,
    workbook: String,
    relations: HashMap<String, Relation>,
    /// Cells of the sheet that was read last which are merged, as `C4:C9`: the first of them.
    pub merged: Vec<String>,
    /// Rows of that sheet with something in them that are hidden, by hand or by a filter.
    pub hidden: u32,
    /// The first of its cells with something in it that lies beyond the columns that are looked at.
    pub beyond: Option<(u16, u32)>,
    unseen: Rc<std::cell::Cell<bool>>,
}

/// What is told of a sheet beside its rows.
#[derive(Default)]
struct Told {
    merged: Vec<String>,
    hidden: u32,
    beyond: Option<(u16, u32)>,
}

struct Relation {
    kind: String,
    target: String,
}

/// The sheet that is read.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub name: String,
    pub part: String,
    /// Its days are counted from 1904.
    pub from_1904: bool,
    /// Whether the program that wrote it computes nothing, so that a formula's zero means nothing.
    pub never_worked_out: bool,
}

impl<'a> Package<Cursor<&'a [u8]>> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Complaint> {
        Self::within(Cursor::new(bytes), UNPACKED)
    }
}

impl<R: Read + Seek> Package<R> {
    /// A workbook that may have a million rows.
    pub fn large(file: R) -> Result<Self, Complaint> {
        Self::within(file, UNPACKED_OF_LARGE)
    }

    fn within(mut file: R, unpacked: u64) -> Result<Self, Complaint> {
        // the directory is counted before anything is made of it
        if entries(&mut file).map_err(|_| BROKEN.to_owned())? > PARTS {
            return Err(TOO_MUCH.into());
        }
        let archive = ZipArchive::new(file).map_err(|_| BROKEN.to_owned())?;
        if archive.file_names().flatten().any(|name| name.contains("vbaProject") || name.contains("externalLinks/")) {
            return Err("The file must not have macros or links to other files. Save it as XLSX without them".into());
        }
        let mut package = Self {
            archive,
            left: Rc::new(std::cell::Cell::new(unpacked)),
            workbook: "xl/workbook.xml".into(),
            relations: HashMap::new(),
            merged: Vec::new(),
            hidden: 0,
            beyond: None,
            unseen: Rc::default(),
        };
        let roots = package.relations_of("")?;
        if let Some(root) = roots.into_values().find(|one| one.kind == "officeDocument") {
            package.workbook = root.target;
        }
        package.relations = package.relations_of(&package.workbook.clone())?;
        Ok(package)
    }

    fn xml(&mut self, part: &str) -> Result<Option<Xml<impl Read + use<'_, R>>>, Complaint> {
        let Some(place) = self.place(part) else { return Ok(None) };
        let left = self.left.clone();
        let part = self.archive.by_index(place).map_err(|_| BROKEN.to_owned())?;
        Ok(Some(Xml::new(part, &left)))
    }

    /// Where a part lies in the package; writers differ in the case of names.
    fn place(&self, part: &str) -> Option<usize> {
        let named = |place: usize| self.archive.name_for_index(place)?.ok();
        (0..self.archive.len()).find(|place| named(*place).is_some_and(|name| name.eq_ignore_ascii_case(part)))
    }

    /// A part that is copied piece by piece.
    pub fn verbatim(&mut self, part: &str) -> Result<Verbatim<'_>, Complaint> {
        let place = self.place(part).ok_or(BROKEN)?;
        let left = self.left.clone();
        let part = self.archive.by_index(place).map_err(|_| BROKEN.to_owned())?;
        Ok(Xml::verbatim(Box::new(part), &left))
    }

    /// What a part refers to, by the ids that it uses.
    fn relations_of(&mut self, part: &str) -> Result<HashMap<String, Relation>, Complaint> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let beside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut relations = HashMap::new();
        let Some(mut xml) = self.xml(&format!("{beside}_rels/{name}.rels"))? else { return Ok(relations) };
        loop {
            match xml.next()? {
                Event::Start(one) if one.local_name().as_ref() == "Relationship" => {
                    let get = |name: &str| attribute(&one, name).unwrap_or_default();
                    let (id, kind, target) = (get("Id"), get("Type"), get("Target"));
                    let target = match target.strip_prefix('/') {
                        Some(target) => target.to_owned(),
                        None => format!("{beside}{target}"),
                    };
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    relations.insert(id, Relation { kind, target });
                    if relations.len() > SHEETS {
                        return Err(BROKEN.into());
                    }
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }

    /// The sheet named Customers, or else the first.
    pub fn sheet(&mut self) -> Result<Sheet, Complaint> {
        let mut sheets = self.sheets()?;
        let named = sheets.iter().position(|one| plain(&one.name) == "customers").unwrap_or_default();
        Ok(sheets.swap_remove(named))
    }

    /// The sheet with one of these names, in small letters and without spaces.
    pub fn sheet_named(&mut self, names: &[&str]) -> Result<Option<Sheet>, Complaint> {
        Ok(self.sheets()?.into_iter().find(|one| names.contains(&plain(&one.name).as_str())))
    }

    /// The sheet that stands first.
    pub fn first_sheet(&mut self) -> Result<Sheet, Complaint> {
        Ok(self.sheets()?.swap_remove(0))
    }

    /// All its sheets in order, at least one.
    fn sheets(&mut self) -> Result<Vec<Sheet>, Complaint> {
        let (mut sheets, mut from_1904, mut never_worked_out) = (Vec::new(), false, false);
        let workbook = self.workbook.clone();
        let mut xml = self.xml(&workbook)?.ok_or(BROKEN)?;
        loop {
            match xml.next()? {
                Event::Start(one) if one.local_name().as_ref() == "workbookPr" => {
                    from_1904 = is_set(&one, "date1904");
                }
                Event::Start(one) if one.local_name().as_ref() == "calcPr" => {
                    never_worked_out = is_set(&one, "fullCalcOnLoad");
                }
                Event::Start(one) if one.local_name().as_ref() == "sheet" => {
                    sheets
                        .push((attribute(&one, "name").unwrap_or_default(), attribute(&one, "id").unwrap_or_default()));
                    if sheets.len() > SHEETS {
                        return Err(BROKEN.into());
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        drop(xml);
        let tables: Vec<Sheet> = sheets
            .into_iter()
            .filter_map(|(name, id)| {
                let relation = self.relations.get(&id).filter(|one| one.kind == "worksheet")?;
                Some(Sheet { name, part: relation.target.clone(), from_1904, never_worked_out })
            })
            .collect();
        if tables.is_empty() { Err("The file has no sheet".into()) } else { Ok(tables) }
    }

    fn target(&self, kind: &str) -> Option<String> {
        self.relations.values().find(|one| one.kind == kind).map(|one| one.target.clone())
    }

    /// Whether the row that is being handed over is hidden, for whoever is handed it.
    pub fn unseen(&self) -> Rc<std::cell::Cell<bool>> {
        self.unseen.clone()
    }

    /// Hands over each row with its cells, in the order of their columns, until `each` answers false.
    pub fn rows(
        &mut self,
        sheet: &Sheet,
        mut each: impl FnMut(u32, &mut Vec<(u16, Raw)>) -> Result<bool, Complaint>,
    ) -> Result<(), Complaint> {
        let styles = match self.target("styles") {
            Some(part) => self.styles(&part)?,
            None => Vec::new(),
        };
        let texts = match self.target("sharedStrings") {
            Some(part) => self.texts(&part)?,
            None => Texts::default(),
        };
        let part = sheet.part.clone();
        let (mut told, unseen) = (Told::default(), self.unseen());
        let within = (sheet, &texts, styles.as_slice());
        let read = Self::rows_of(&mut self.xml(&part)?.ok_or(BROKEN)?, within, (&mut told, unseen.as_ref()), &mut each);
        (self.merged, self.hidden, self.beyond) = (told.merged, told.hidden, told.beyond);
        read
    }

    fn rows_of(
        xml: &mut Xml<impl Read>,
        (sheet, texts, styles): (&Sheet, &Texts, &[Style]),
        (told, unseen): (&mut Told, &std::cell::Cell<bool>),
        each: &mut impl FnMut(u32, &mut Vec<(u16, Raw)>) -> Result<bool, Complaint>,
    ) -> Result<(), Complaint> {
        let context = Context { texts, styles, sheet };
        let (mut row, mut column): (u32, Option<u16>) = (0, None);
        let mut cells: Vec<(u16, Raw)> = Vec::new();
        let (mut inside, mut ended) = (false, false);
        loop {
            let event = match xml.next() {
                // what is wrong behind the rows is wrong with no row
                Err(_) if ended => return Ok(()),
                event => event?,
            };
            match event {
                Event::Start(one) => match one.local_name().as_ref() {
                    "sheetData" => inside = !ended,
                    "row" if inside => {
                        let number = match attribute(&one, "r") {
                            Some(number) => number.parse().map_err(|_| BROKEN.to_owned())?,
                            None => row + 1,
                        };
                        if number <= row || number > LAST_ROW {
                            return Err(out_of_order(number, row));
                        }
                        (row, column) = (number, None);
                        unseen.set(is_set(&one, "hidden"));
                    }
                    "c" if inside => {
                        let at = match attribute(&one, "r") {
                            Some(reference) => column_of(&reference, row).ok_or(BROKEN)?,
                            None => column.map_or(0, |column| column.saturating_add(1)),
                        };
                        if at >= MOST_COLUMNS || column.is_some_and(|column| at <= column) {
                            return Err(out_of_order(row, row));
                        }
                        column = Some(at);
                        let style = attribute(&one, "s").and_then(|style| style.parse().ok());
                        let kind = attribute(&one, "t").unwrap_or_default();
                        let cell = context.cell(xml, style, &kind)?;
                        if !cell.is_blank() {
                            if at < LOOKED_AT {
                                cells.push((at, cell));
                            } else {
                                told.beyond = told.beyond.or(Some((at, row)));
                            }
                        }
                    }
                    // behind all rows
                    "mergeCell" if told.merged.len() < MERGED => told.merged.extend(attribute(&one, "ref")),
                    _ => {}
                },
                Event::End(one) => match one.local_name().as_ref() {
                    "row" if inside => {
                        told.hidden += u32::from(unseen.get() && !cells.is_empty());
                        if !each(row, &mut cells)? {
                            return Ok(());
                        }
                        cells.clear();
                    }
                    "sheetData" => (inside, ended) = (false, true),
                    _ => {}
                },
                Event::Eof => return if inside { Err(BROKEN.into()) } else { Ok(()) },
                _ => {}
            }
        }
    }

    /// The format of each style.
    fn styles(&mut self, part: &str) -> Result<Vec<Style>, Complaint> {
        let Some(mut xml) = self.xml(part)? else { return Ok(Vec::new()) };
        let (mut codes, mut styles, mut inside) = (HashMap::new(), Vec::new(), false);
        loop {
            match xml.next()? {
                Event::Start(one) => match one.local_name().as_ref() {
                    "numFmt" if codes.len() < STYLES => {
                        let id: u32 = attribute(&one, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or_default();
                        codes.insert(id, attribute(&one, "formatCode").unwrap_or_default());
                    }
                    "cellXfs" => inside = true,
                    "xf" if inside && styles.len() < STYLES => {
                        let id = attribute(&one, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or_default();
                        styles.push(Style::of(id, &codes));
                    }
                    _ => {}
                },
                Event::End(one) if one.local_name().as_ref() == "cellXfs" => inside = false,
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    fn texts(&mut self, part: &str) -> Result<Texts, Complaint> {
        match self.xml(part)? {
            Some(mut xml) => Texts::read(&mut xml),
            None => Ok(Texts::default()),
        }
    }
}

/// How many entries the directory of a package seems to have.
fn entries(file: &mut (impl Read + Seek)) -> std::io::Result<usize> {
    const MARK: &[u8] = b"PK\x01\x02";
    const STEP: usize = 64 * 1024;
    file.seek(SeekFrom::Start(0))?;
    let (mut bytes, mut found) = (Vec::with_capacity(STEP + MARK.len()), 0);
    loop {
        let count = file.by_ref().take(STEP as u64).read_to_end(&mut bytes)?;
        found += bytes.windows(MARK.len()).filter(|four| *four == MARK).count();
        if count == 0 {
            return Ok(found);
        }
        // a mark may begin in one piece and end in the next
        bytes.drain(..bytes.len().saturating_sub(MARK.len() - 1));
    }
}

/// Whether an attribute says yes.
fn is_set(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| value == "1" || value == "true")
}

fn out_of_order(number: u32, last: u32) -> Complaint {
    format!(
        "The file is damaged: row {number} comes after row {last}, or a cell appears twice. Open it in a spreadsheet program, \
         save it, and upload it again"
    )
}

/// `C7` is column 2 of row 7.
pub fn place_of(reference: &str) -> Option<(u16, u32)> {
    let digits = reference.find(|sign: char| sign.is_ascii_digit())?;
    let row = reference.get(digits..)?.parse().ok()?;
    Some((column_of(reference, row)?, row))
}

/// `C7` is column 2, if the row fits.
pub fn column_of(reference: &str, row: u32) -> Option<u16> {
    let digits = reference.find(|sign: char| sign.is_ascii_digit())?;
    let (letters, number) = reference.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || number.parse() != Ok(row) {
        return None;
    }
    let mut column = 0u32;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    u16::try_from(column - 1).ok()
}

/// How a style shows a number.
enum Style {
    Date,
    /// By this code; an empty one shows it as it is.
    Number(String),
}

impl Style {
    fn of(id: u32, codes: &HashMap<u32, String>) -> Self {
        if let Some(code) = codes.get(&id) {
            return if is_date_format(code) { Self::Date } else { Self::Number(code.clone()) };
        }
        match id {
            14..=22 | 27..=36 | 45..=47 | 50..=58 => Self::Date,
            0 | 49 => Self::Number(String::new()),
            1 => Self::Number("0".into()),
            2 => Self::Number("0.00".into()),
            3 => Self::Number("#,##0".into()),
            4 => Self::Number("#,##0.00".into()),
            9 | 10 => Self::Number("0%".into()),
            11 | 48 => Self::Number("0.00E+00".into()),
            _ => Self::Number(format!("number {id}")),
        }
    }
}

struct Context<'a> {
    texts: &'a Texts,
    styles: &'a [Style],
    sheet: &'a Sheet,
}

impl Context<'_> {
    /// Reads on to the end of a cell.
    fn cell<R: Read>(&self, xml: &mut Xml<R>, style: Option<usize>, kind: &str) -> Result<Raw, Complaint> {
        let mut value = String::new();
        let (mut formula, mut valued, mut reading, mut spelled) = (false, false, false, false);
        loop {
            match xml.next()? {
                Event::Start(one) => match one.local_name().as_ref() {
                    "f" => formula = true,
                    "v" => {
                        valued = true;
                        reading = true;
                    }
                    "t" => {
                        valued = true;
                        reading = !spelled;
                    }
                    "rPh" => spelled = true,
                    _ => {}
                },
                Event::End(one) => match one.local_name().as_ref() {
                    "v" | "t" => reading = false,
                    "rPh" => spelled = false,
                    "c" => break,
                    _ => {}
                },
                Event::Eof => return Err(BROKEN.into()),
                event if reading => add_bounded(&event, &mut value),
                _ => {}
            }
        }
        Ok(match kind {
            _ if formula && (!valued || value.is_empty() && kind != "str") => Raw::Unfinished,
            _ if formula && self.sheet.never_worked_out && value.trim() == "0" => Raw::Unfinished,
            "s" => {
                let at = value.trim().parse().map_err(|_| BROKEN.to_owned())?;
                Raw::Text(self.texts.get(at).ok_or(BROKEN)?)
            }
            "str" | "inlineStr" => Raw::Text(unescaped(&value)),
            "b" => Raw::Truth(value.trim() == "1" || value.trim().eq_ignore_ascii_case("true")),
            "e" => Raw::Error(value),
            "d" => Raw::Date(value, None),
            _ if value.trim().is_empty() => Raw::Text(String::new()),
            _ => {
                let number: f64 = value.trim().parse().map_err(|_| BROKEN.to_owned())?;
                match style.and_then(|style| self.styles.get(style)) {
                    Some(Style::Date) => date(number, self.sheet.from_1904),
                    Some(Style::Number(format)) => Raw::Number { value: number, format: format.clone() },
                    None => Raw::Number { value: number, format: String::new() },
                }
            }
        })
    }
}
