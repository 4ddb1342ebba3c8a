//! What becomes of the rows of a report: rules, then values, then groups, and a ledger of it all. A row that cannot be read is told
//! where it stands in the report; all else is checked like any other row.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{
    super::{
        fault::{Code, Fault},
        read::{self, Heading, LONGEST, Layout, Line, Numbers, Others, PART, folded, moment},
        store::{FileRow, Placed},
    },
    data::{DateFormat, Mapping, Together, alternatives},
    exact::{Exact, NumberFormat},
    keyed::{self, Keys},
    ledger::{Ledger, Sum},
    pattern::{FileFact, Part, Pattern},
    rules::Act,
};
use crate::{
    kit::{choice::Choice as _, time::Zone},
    modules::customers::imports::read::{Raw, letters, one_line},
};

/// What a mapping takes from the file that a report is for.
#[derive(Debug, Clone)]
pub struct Facts {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    zone: Zone,
    currency: Option<String>,
}

impl Facts {
    pub fn of(file: &FileRow) -> Self {
        Self { start: file.period_from, end: file.period_to, zone: file.clock(), currency: file.currency.clone() }
    }

    fn text(&self, fact: FileFact) -> String {
        let instant = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S").to_string();
        match fact {
            FileFact::Month => self.zone.today(self.start).format("%Y-%m").to_string(),
            FileFact::Start => instant(self.start),
            FileFact::End => instant(self.end),
            FileFact::Currency => self.currency.clone().unwrap_or_default(),
        }
    }
}

/// What became of rows.
#[derive(Debug)]
pub struct Made {
    /// In the columns of the standard format.
    pub line: Line,
    pub sum: Sum,
    pub grouped: bool,
}

/// What becomes of one row at once.
#[derive(Debug)]
pub enum Outcome {
    Made(Made),
    /// It became a record for each part of its time.
    Split(Vec<Made>),
    /// It went into a group, or was left out.
    Kept,
    /// With the value of the row.
    Wrong(Vec<Placed>, Sum),
}

/// What a rule says of a row.
enum Fate {
    Charged,
    /// It takes back a record, and becomes one.
    Reversal,
    /// For this reason; none for what takes back.
    LeftOut(Option<String>),
}

/// The cells of a row that are not blank.
type Cells = [(u16, Raw)];

/// A piece of a pattern, where it stands in this report.
#[derive(Debug)]
enum Piece {
    Text(String),
    Cells { at: Vec<u16>, otherwise: String },
    Fact(FileFact),
}

/// Columns that hold words; the others hold numbers and times.
const TEXTS: [Heading; 9] = [
    Heading::RecordId,
    Heading::RecordNote,
    Heading::ItemCriteria,
    Heading::ItemValue,
    Heading::AssetCriteria,
    Heading::AssetValue,
    Heading::Category,
    Heading::Tier,
    Heading::Reverses,
];

/// The decimals that amounts of records may have.
const AMOUNT_DECIMALS: u32 = 8;

/// The vendor's own columns stand behind those of the format.
const OWN: u16 = 20;
/// How many rows became a record, and what its amount was multiplied by.
const ROWS: &str = "v.rows";
const RATE: &str = "v.rate";

/// The values of a row that becomes a record, or a part of one.
#[derive(Debug, Clone)]
struct Values {
    texts: Vec<(Heading, String)>,
    own: Vec<String>,
    quantity: Exact,
    amount: Option<Exact>,
    /// What the amount was multiplied by, if it was a single number.
    rate: Option<Exact>,
    start: NaiveDateTime,
    end: NaiveDateTime,
}

impl Values {
    /// Of a row that is charged, whatever else stands in it.
    fn charged(mut self) -> Self {
        self.texts.retain(|(heading, _)| *heading != Heading::Reverses);
        self
    }

    /// For a row that reverses a record: its numbers are below zero, however the report writes them.
    fn reversed(self) -> Result<Self, Fault> {
        if !self.texts.iter().any(|(heading, text)| *heading == Heading::Reverses && !text.is_empty()) {
            return Err(Fault::at(Heading::Reverses, Code::Missing, ""));
        }
        let below = |number: Exact| number.min(-number);
        Ok(Self { quantity: below(self.quantity), amount: self.amount.map(below), ..self })
    }
}

/// Rows that become one record.
#[derive(Debug)]
struct Group {
    first: i32,
    others: Others,
    values: Values,
    sum: Sum,
}

/// A mapping at work on one report.
#[derive(Debug)]
pub struct Run<'a> {
    mapping: &'a Mapping,
    facts: &'a Facts,
    zone: Zone,
    pub layout: Arc<Layout>,
    columns: Vec<(Heading, Vec<Piece>)>,
    own: Vec<Vec<Piece>>,
    rate: Vec<Piece>,
    /// Where the columns of the rules stand, in their order.
    tested: Vec<Option<u16>>,
    currency: Option<u16>,
    keys: Vec<Vec<u16>>,
    /// What is read of cells with JSON.
    json: Keys,
    groups: HashMap<Vec<String>, usize>,
    /// In the order of their first rows.
    grouped: Vec<Group>,
    pub ledger: Ledger,
    /// What is told of the cells that numbers were taken from.
    pub numbers: Numbers,
}

/// Where columns stand, by their names.
struct Header {
    places: Vec<(u16, String)>,
    keys: Keys,
    faults: Vec<Fault>,
}

impl Header {
    fn at(&mut self, name: &str) -> Option<u16> {
        let (column, key) = keyed::parts(name);
        let word = folded(column);
        let mut here = self.places.iter().filter(|(_, known)| *known == word).map(|(at, _)| *at);
        let (first, second) = (here.next(), here.next());
        if second.is_some() {
            self.fail(column, "twice");
        }
        match key {
            Some(key) => first.map(|at| self.keys.place(at, key)),
            None => first,
        }
    }

    fn fail(&mut self, name: &str, detail: &'static str) {
        let fault = Fault::of_row(Code::Headers, name).naming(detail);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn one_of(&mut self, names: &[String], needed: bool) -> Vec<u16> {
        let at: Vec<u16> = names.iter().filter_map(|name| self.at(name)).collect();
        if at.is_empty() && needed {
            let columns: Vec<&str> = names.iter().map(|name| keyed::parts(name).0).collect();
            self.fail(&columns.join(", "), "missing");
        }
        at
    }

    fn needed(&mut self, name: &str) -> Option<u16> {
        self.one_of(std::slice::from_ref(&name.to_owned()), true).first().copied()
    }

    fn pieces(&mut self, pattern: &Pattern) -> Vec<Piece> {
        let piece = |part: &Part| match part {
            Part::Text(text) => Piece::Text(text.clone()),
            Part::File(fact) => Piece::Fact(*fact),
            Part::Column { names, otherwise } => {
                Piece::Cells { at: self.one_of(names, otherwise.is_empty()), otherwise: otherwise.clone() }
            }
        };
        pattern.0.iter().map(piece).collect()
    }
}

/// All of what stands in a cell, as rules and groups compare it.
fn whole(cell: Option<&Raw>) -> String {
    match cell {
        None => String::new(),
        Some(Raw::Text(text)) => one_line(text),
        Some(Raw::At(at, _)) => at.to_string(),
        Some(other) => other.shown(),
    }
}

fn cell(cells: &Cells, at: u16) -> Option<&Raw> {
    cells.iter().find(|(column, _)| *column == at).map(|(_, cell)| cell)
}

/// The first of several columns that is not empty.
fn first<'c>(cells: &'c Cells, at: &[u16]) -> Option<&'c Raw> {
    at.iter().find_map(|at| cell(cells, *at))
}

impl<'a> Run<'a> {
    /// Of the row with the headers. `width` is how many cells each row of a file of text has.
    ///
    /// # Errors
    /// Columns that are missing, or there twice.
    pub fn of(
        mapping: &'a Mapping,
        facts: &'a Facts,
        header: &Cells,
        (from_1904, width): (bool, Option<usize>),
    ) -> Result<Self, Vec<Fault>> {
        let places = header.iter().map(|(at, cell)| (*at, folded(&whole(Some(cell))))).collect();
        let mut header = Header { places, keys: Keys::default(), faults: Vec::new() };
        let filled = Heading::ALL.iter().filter(|heading| !mapping.pattern(**heading).is_empty());
        let columns: Vec<_> = filled.map(|heading| (*heading, header.pieces(mapping.pattern(*heading)))).collect();
        let own: Vec<_> = mapping.own.iter().map(|own| header.pieces(&own.from)).collect();
        let rate = header.pieces(&mapping.rate);
        let tested = mapping.rules.iter().map(|rule| header.needed(rule.test.column()?)).collect();
        let currency = if mapping.currency_column.is_empty() { None } else { header.needed(&mapping.currency_column) };
        let keys = mapping.group_by.iter().map(|key| header.one_of(&alternatives(key), true)).collect();
        if !header.faults.is_empty() {
            return Err(header.faults);
        }
        let layout = Layout::made(
            Heading::ALL.iter().map(|heading| {
                let pieces = columns.iter().find(|(known, _)| known == heading).map(|(_, pieces)| pieces.as_slice());
                let stands = match pieces {
                    Some([Piece::Cells { at, .. }]) => at.first().map(|at| header.keys.column(*at)),
                    _ => None,
                };
                (*heading, place(*heading), stands)
            }),
            (OWN..).zip(mapping.own.iter().map(|own| own.name.clone()).chain([ROWS, RATE].map(str::to_owned))),
            (from_1904, width),
        );
        Ok(Self {
            mapping,
            facts,
            zone: mapping.zone().unwrap_or(facts.zone),
            layout: Arc::new(layout),
            columns,
            own,
            rate,
            tested,
            currency,
            keys,
            json: header.keys,
            groups: HashMap::new(),
            grouped: Vec::new(),
            ledger: Ledger::default(),
            numbers: Numbers::default(),
        })
    }

    /// Takes a row, and writes down where it went.
    pub fn take(&mut self, number: i32, cells: &Cells, width: usize) -> Outcome {
        let values = self.json.values(cells);
        let all;
        let cells = match &values {
            Ok(values) if !values.is_empty() => {
                all = [cells, values.as_slice()].concat();
                all.as_slice()
            }
            _ => cells,
        };
        let measured = self.number(self.mapping.measure(), cells);
        let sum = Sum::one(measured.as_ref().ok().copied().flatten().unwrap_or_default());
        self.ledger.source += sum;
        if let Err(at) = values {
            self.ledger.errors += sum;
            let fault = Fault::of_row(Code::Cell, read::shown(cell(cells, at))).naming("json");
            return Outcome::Wrong(
                vec![Placed { number, letters: letters(at), others: Others::default(), fault }],
                sum,
            );
        }
        match self.judge(number, cells, width, measured.err().into_iter().collect(), sum) {
            Ok(outcome) => outcome,
            Err(faults) => {
                self.ledger.errors += sum;
                Outcome::Wrong(faults, sum)
            }
        }
    }

    fn judge(
        &mut self,
        number: i32,
        cells: &Cells,
        width: usize,
        unread: Vec<Fault>,
        sum: Sum,
    ) -> Result<Outcome, Vec<Placed>> {
        if let Some(all) = self.layout.width.filter(|all| *all != width) {
            let fault = Fault::of_row(Code::Cells, width.to_string()).naming(all.to_string());
            return Err(vec![self.placed(number, fault)]);
        }
        let fate = self.fate(number, cells)?;
        // what is left out has to be summed up too
        if !unread.is_empty() {
            return Err(self.all_placed(number, unread));
        }
        if let Fate::LeftOut(reason) = &fate {
            self.ledger.leave_out(reason.as_deref(), sum);
            return Ok(Outcome::Kept);
        }
        if let (Some(at), Some(currency)) = (self.currency, &self.facts.currency) {
            let found = whole(cell(cells, at));
            if found != *currency {
                let fault = Fault::of_row(Code::Currency, read::shown(cell(cells, at))).naming(currency.as_str());
                let letters = letters(self.json.column(at));
                return Err(vec![Placed { number, letters, others: Others::default(), fault }]);
            }
        }
        let values = self.values(cells).map_err(|all| self.all_placed(number, all))?;
        let values = match fate {
            Fate::Reversal => values.reversed().map_err(|fault| vec![self.placed(number, fault)])?,
            _ => values.charged(),
        };
        if self.keys.is_empty() {
            self.look_at_numbers(cells);
            self.ledger.records += sum;
            return Ok(match self.parts(&values) {
                None => Outcome::Made(self.made(number, Others::default(), values, sum, false)),
                Some(parts) => Outcome::Split(self.made_of(number, parts, sum)),
            });
        }
        let key: Vec<String> = self.keys.iter().map(|at| whole(first(cells, at))).collect();
        match self.groups.get(&key) {
            None => {
                self.groups.insert(key, self.grouped.len());
                let values = self.begun(values);
                self.grouped.push(Group { first: number, others: Others::default(), values, sum });
            }
            Some(place) => {
                let place = *place;
                if let Some(fault) = self.grouped.get(place).and_then(|group| differs(group, &values)) {
                    return Err(vec![self.placed(number, fault)]);
                }
                if let Some(group) = self.grouped.get_mut(place) {
                    group.join(number, values, sum, self.mapping.together);
                }
            }
        }
        self.look_at_numbers(cells);
        self.ledger.grouped += sum;
        Ok(Outcome::Kept)
    }

    /// What the first rule that fits says; that none does, or that the row should not be there, is told by what stands in it.
    fn fate(&self, number: i32, cells: &Cells) -> Result<Fate, Vec<Placed>> {
        let value = |at: Option<u16>| whole(at.and_then(|at| cell(cells, at)));
        let fits = self.mapping.rules.iter().zip(&self.tested).find(|(rule, at)| rule.test.fits(&value(**at)));
        let (detail, at, column) = match fits {
            Some((rule, at)) => match &rule.act {
                Act::Charge => return Ok(Fate::Charged),
                Act::Reversal if !self.pieces(Heading::Reverses).is_empty() => return Ok(Fate::Reversal),
                Act::Reversal => return Ok(Fate::LeftOut(None)),
                Act::Exclude(reason) => return Ok(Fate::LeftOut(Some(reason.clone()))),
                Act::Stop => ("stop:", *at, rule.test.column()),
            },
            None => {
                let tested = self.mapping.rules.iter().zip(&self.tested).find(|(_, at)| at.is_some());
                ("", tested.and_then(|(_, at)| *at), tested.and_then(|(rule, _)| rule.test.column()))
            }
        };
        let shown = read::shown(at.and_then(|at| cell(cells, at)));
        let fault = Fault::of_row(Code::Rule, shown).naming(format!("{detail}{}", column.unwrap_or_default()));
        let letters = at.map(|at| letters(self.json.column(at))).unwrap_or_default();
        Err(vec![Placed { number, letters, others: Others::default(), fault }])
    }

    fn all_placed(&self, number: i32, faults: Vec<Fault>) -> Vec<Placed> {
        faults.into_iter().map(|fault| self.placed(number, fault)).collect()
    }

    fn placed(&self, number: i32, fault: Fault) -> Placed {
        let letters = fault.at.map(|heading| self.layout.letters(heading)).unwrap_or_default();
        Placed { number, letters, others: Others::default(), fault }
    }

    fn pieces(&self, heading: Heading) -> &[Piece] {
        self.columns.iter().find(|(known, _)| *known == heading).map_or(&[], |(_, pieces)| pieces)
    }

    /// The text that pieces make. A name that lacks one of its pieces is none.
    fn joined(&self, heading: Heading, pieces: &[Piece], cells: &Cells) -> Result<String, Fault> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(fixed) => text.push_str(fixed),
                Piece::Fact(fact) => text.push_str(&self.facts.text(*fact)),
                Piece::Cells { at, otherwise } => match first(cells, at) {
                    Some(cell) => text.push_str(&read::text(heading, Some(cell))?),
                    None if otherwise.is_empty() && !matches!(heading, Heading::RecordNote | Heading::Category) => {
                        return Ok(String::new());
                    }
                    None => text.push_str(otherwise),
                },
            }
        }
        if text.chars().count() > LONGEST {
            return Err(Fault::at(heading, Code::Length, read::shown(Some(&Raw::Text(text)))).naming("255"));
        }
        Ok(text)
    }

    fn text(&self, heading: Heading, cells: &Cells) -> Result<String, Fault> {
        let text = self.joined(heading, self.pieces(heading), cells)?;
        let other = self.mapping.replacements.iter().find(|one| one.at == heading && one.from == text);
        Ok(other.map_or(text, |one| one.to.clone()))
    }

    /// The cell that a number or a time stands in; what was typed into the mapping is read as the standard format is.
    fn only(&self, heading: Heading, cells: &Cells) -> Result<Option<(Raw, bool)>, Fault> {
        self.only_of(heading, self.pieces(heading), cells)
    }

    fn only_of(&self, heading: Heading, pieces: &[Piece], cells: &Cells) -> Result<Option<(Raw, bool)>, Fault> {
        let found = match pieces {
            [Piece::Cells { at, otherwise }] => match first(cells, at) {
                Some(cell) => return Ok(Some((cell.clone(), true))),
                None => otherwise.clone(),
            },
            pieces => self.joined(heading, pieces, cells)?,
        };
        Ok((!found.is_empty()).then_some((Raw::Text(found), false)))
    }

    /// What the amounts of a row are multiplied by, and the cell's text; nothing if they are not multiplied.
    fn rate(&self, cells: &Cells) -> Result<Option<(Exact, String)>, Fault> {
        if self.rate.is_empty() {
            return Ok(None);
        }
        let wrong = |raw: String| Fault::of_row(Code::Rate, raw);
        let Some((cell, theirs)) = self.only_of(Heading::Amount, &self.rate, cells)? else {
            return Err(wrong(String::new()));
        };
        let format = if theirs { self.mapping.numbers } else { NumberFormat::Point };
        let shown = read::shown(Some(&cell));
        match Exact::of(&cell, format).filter(|rate| *rate > Exact::ZERO) {
            Some(rate) => Ok(Some((rate, shown))),
            None => Err(wrong(shown)),
        }
    }

    /// Counts what is told of the cells from which a record takes its numbers.
    fn look_at_numbers(&mut self, cells: &Cells) {
        for heading in [Heading::Quantity, Heading::Amount] {
            let stands = match self.pieces(heading) {
                [Piece::Cells { at, .. }] => first(cells, at),
                _ => None,
            };
            if let Some(cell) = stands {
                self.numbers.look_at(cell);
            }
        }
    }

    fn number(&self, heading: Heading, cells: &Cells) -> Result<Option<Exact>, Fault> {
        let Some((cell, theirs)) = self.only(heading, cells)? else { return Ok(None) };
        let format = if theirs { self.mapping.numbers } else { NumberFormat::Point };
        let shown = || read::shown(Some(&cell));
        match Exact::of(&cell, format) {
            Some(number) => Ok(Some(number)),
            None if matches!(cell, Raw::Unfinished) => Err(Fault::at(heading, Code::Cell, "").naming("formula")),
            None if matches!(cell, Raw::Error(_)) => Err(Fault::at(heading, Code::Cell, shown())),
            None => Err(Fault::at(heading, Code::Number, shown()).naming(format.label())),
        }
    }

    fn time(&self, heading: Heading, cells: &Cells) -> Result<Option<NaiveDateTime>, Fault> {
        let Some((cell, theirs)) = self.only(heading, cells)? else { return Ok(None) };
        let format = if theirs { self.mapping.dates } else { DateFormat::Iso };
        let at = match (&cell, format) {
            (Raw::Text(text) | Raw::Date(text, _), format) if format != DateFormat::Iso => {
                standard(text.trim(), format).map(Raw::Text)
            }
            _ => Some(cell.clone()),
        };
        let zone = if theirs { self.zone } else { Zone::UTC };
        let local = at.and_then(|cell| {
            let from_1904 = self.layout.from_1904;
            let at =
                if heading == Heading::End { moment::end(&cell, from_1904) } else { moment::moment(&cell, from_1904) };
            Some((at?.naive_utc(), moment::has_offset(&cell)))
        });
        match local {
            Some((at, true)) => Ok(Some(at)),
            Some((at, false)) => match moment::there(at, zone) {
                Some(at) => Ok(Some(at.naive_utc())),
                None => {
                    let fault = Fault::at(heading, Code::Date, read::shown(Some(&cell)));
                    Err(fault.naming(format!("zone:{}", zone.name())))
                }
            },
            None if matches!(cell, Raw::Unfinished) => Err(Fault::at(heading, Code::Cell, "").naming("formula")),
            None => Err(Fault::at(heading, Code::Date, read::shown(Some(&cell))).naming(format.label())),
        }
    }

    fn values(&self, cells: &Cells) -> Result<Values, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut texts = Vec::with_capacity(TEXTS.len());
        for heading in TEXTS {
            match self.text(heading, cells) {
                Ok(text) => texts.push((heading, text)),
                Err(fault) => faults.push(fault),
            }
        }
        let own = self.own.iter().map(|pieces| self.own_text(pieces, cells)).collect();
        let quantity = needed(Heading::Quantity, self.number(Heading::Quantity, cells), &mut faults);
        let amount = match self.pieces(Heading::Amount) {
            [] => Some(None),
            _ => needed(Heading::Amount, self.number(Heading::Amount, cells), &mut faults).map(Some),
        };
        let (amount, rate) = match (amount, self.rate(cells)) {
            (amount, Ok(None)) => (amount, None),
            (Some(Some(amount)), Ok(Some((rate, shown)))) => match amount.times(rate) {
                Some(product) => (Some(Some(product)), Some(rate)),
                None => {
                    faults.push(Fault::of_row(Code::Rate, shown));
                    (None, None)
                }
            },
            (amount, Ok(Some(_))) => (amount, None),
            (_, Err(fault)) => {
                faults.push(fault);
                (None, None)
            }
        };
        let start = needed(Heading::Start, self.time(Heading::Start, cells), &mut faults);
        let end = needed(Heading::End, self.time(Heading::End, cells), &mut faults);
        match (quantity, amount, start, end) {
            (Some(quantity), Some(amount), Some(start), Some(end)) if faults.is_empty() => {
                Ok(Values { texts, own, quantity, amount, rate, start, end })
            }
            _ => Err(faults),
        }
    }

    /// A column of the vendor's own, which is only kept: whatever stands there is what it says.
    fn own_text(&self, pieces: &[Piece], cells: &Cells) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(fixed) => fixed.clone(),
            Piece::Fact(fact) => self.facts.text(*fact),
            Piece::Cells { at, otherwise } => match first(cells, at) {
                Some(cell) => whole(Some(cell)),
                None => otherwise.clone(),
            },
        };
        pieces.iter().map(text).collect()
    }

    /// The values of a row before the file's period, within it and behind it, with the amount shared by their lengths: what is rounded away is
    /// in the last one, so that they add up. None when it lies on one side, or is not to be split.
    fn parts(&self, values: &Values) -> Option<Vec<Values>> {
        let amount = values.amount.filter(|_| self.mapping.split)?;
        let (start, end) = (values.start, values.end);
        let edges = [self.facts.start.naive_utc(), self.facts.end.naive_utc()];
        let within = edges.into_iter().filter(|edge| *edge > start && *edge < end);
        let edges: Vec<NaiveDateTime> = std::iter::once(start).chain(within).chain([end]).collect();
        if edges.len() < 3 {
            return None;
        }
        let whole = self.rounded(amount);
        let decimals = self.decimals().unwrap_or(AMOUNT_DECIMALS);
        let (all, last) = ((end - start).num_seconds(), edges.len() - 2);
        let mut left = whole;
        let mut parts = Vec::with_capacity(edges.len() - 1);
        for (place, edge) in edges.windows(2).enumerate() {
            let [from, to] = edge else { continue };
            let share =
                if place == last { left } else { whole.share((*to - *from).num_seconds(), all).rounded(decimals) };
            left = left + -share;
            // the same row gives the same parts for the same period
            let named = |(heading, text): &(Heading, String)| match heading {
                Heading::RecordId | Heading::Reverses if !text.is_empty() => {
                    (*heading, format!("{text}/{}", from.date()))
                }
                _ => (*heading, text.clone()),
            };
            let texts = values.texts.iter().map(named).collect();
            parts.push(Values { texts, amount: Some(share), start: *from, end: *to, ..values.clone() });
        }
        Some(parts)
    }

    /// The records of the parts of a row. All that the row comes to goes into the first.
    fn made_of(&mut self, number: i32, parts: Vec<Values>, sum: Sum) -> Vec<Made> {
        let mut made = Vec::with_capacity(parts.len());
        for (part, values) in (0..).zip(parts) {
            let sum = if part == 0 { sum } else { Sum::default() };
            made.push(self.made(number + part * PART, Others::default(), values, sum, false));
        }
        made
    }

    /// The decimals that amounts are rounded to, if they are.
    fn decimals(&self) -> Option<u32> {
        self.mapping.decimals.and_then(|decimals| u32::try_from(decimals).ok())
    }

    fn rounded(&self, amount: Exact) -> Exact {
        self.decimals().map_or(amount, |decimals| amount.rounded(decimals))
    }

    /// The first row of a group.
    fn begun(&self, values: Values) -> Values {
        let quantity = if self.mapping.together == Together::One { Exact::ONE } else { values.quantity };
        Values { quantity, ..values }
    }

    fn made(&mut self, number: i32, others: Others, values: Values, sum: Sum, grouped: bool) -> Made {
        let amount = values.amount.map(|amount| self.rounded(amount));
        self.ledger.made += Sum::one(amount.unwrap_or(values.quantity));
        let mut cells: Vec<(u16, Raw)> = Vec::with_capacity(16);
        let mut put = |at: u16, text: String| {
            if !text.is_empty() {
                cells.push((at, Raw::Text(text)));
            }
        };
        for (heading, text) in values.texts {
            put(place(heading), text);
        }
        put(place(Heading::Quantity), values.quantity.to_string());
        put(place(Heading::Amount), amount.map(|amount| amount.to_string()).unwrap_or_default());
        for (at, text) in (OWN..).zip(values.own) {
            put(at, text);
        }
        let behind = OWN + u16::try_from(self.mapping.own.len()).unwrap_or(u16::MAX - OWN - 1);
        if grouped {
            put(behind, sum.rows.to_string());
        }
        put(behind + 1, values.rate.map(|rate| rate.to_string()).unwrap_or_default());
        cells.push((place(Heading::Start), Raw::At(values.start, None)));
        cells.push((place(Heading::End), Raw::At(values.end, None)));
        Made { line: Line { number, cells, uneven: None, others }, sum, grouped }
    }

    /// How many groups there are so far.
    pub fn grouped(&self) -> usize {
        self.grouped.len()
    }

    /// The records of all groups, once every row was taken.
    pub fn groups(&mut self) -> Vec<Made> {
        let groups = std::mem::take(&mut self.grouped);
        groups.into_iter().map(|group| self.made(group.first, group.others, group.values, group.sum, true)).collect()
    }
}

/// A value that must be there; what is wrong with it is told.
fn needed<T>(heading: Heading, found: Result<Option<T>, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    match found {
        Ok(Some(value)) => return Some(value),
        Ok(None) => faults.push(Fault::at(heading, Code::Missing, "")),
        Err(fault) => faults.push(fault),
    }
    None
}

/// Where a column of the format stands in rows that were made.
fn place(heading: Heading) -> u16 {
    Heading::ALL.iter().position(|known| *known == heading).and_then(|at| u16::try_from(at).ok()).unwrap_or_default()
}

/// What a row says otherwise than the first of its group, where they must be the same.
fn differs(group: &Group, values: &Values) -> Option<Fault> {
    let mut pairs = group.values.texts.iter().zip(&values.texts);
    let (_, (heading, text)) =
        pairs.find(|((heading, first), (_, text))| *heading != Heading::RecordNote && first != text)?;
    let raw = read::shown(Some(&Raw::Text(text.clone())));
    Some(Fault::at(*heading, Code::Group, raw).naming(group.first.to_string()))
}

impl Group {
    fn join(&mut self, number: i32, row: Values, sum: Sum, together: Together) {
        let values = &mut self.values;
        values.quantity = match together {
            Together::Sum => values.quantity + row.quantity,
            Together::One => Exact::ONE,
            Together::Most => values.quantity.max(row.quantity),
            Together::Last => row.quantity,
        };
        values.amount = values.amount.zip(row.amount).map(|(all, one)| all + one);
        values.rate = values.rate.filter(|rate| row.rate == Some(*rate));
        values.start = values.start.min(row.start);
        values.end = values.end.max(row.end);
        self.others.add(number);
        self.sum += sum;
    }
}

/// A day of another format, and the time behind it, in the standard one.
fn standard(text: &str, format: DateFormat) -> Option<String> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let parts: Vec<&str> = match format {
        DateFormat::Compact => vec![day.get(..4)?, day.get(4..6)?, day.get(6..)?],
        _ => day.split(['/', '.', '-']).collect(),
    };
    let [one, two, three] = parts.as_slice() else { return None };
    let (year, month, day) = match format {
        DateFormat::Iso | DateFormat::Compact => (one, two, three),
        DateFormat::DayMonth => (three, two, one),
        DateFormat::MonthDay => (three, one, two),
    };
    let number = |text: &str, most: usize| {
        let digits = (1..=most).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok()).flatten()
    };
    let year = match year.len() {
        2 => 2_000 + number(year, 2)?,
        4 => number(year, 4)?,
        _ => return None,
    };
    let day = format!("{year:04}-{:02}-{:02}", number(month, 2)?, number(day, 2)?);
    let time = time.trim();
    if time.is_empty() {
        return Some(day);
    }
    let upper = time.to_ascii_uppercase();
    let Some(clock) = upper.strip_suffix("AM").or_else(|| upper.strip_suffix("PM")) else {
        return Some(format!("{day} {time}"));
    };
    let (hours, rest) = clock.trim().split_once(':')?;
    let hours = number(hours, 2).filter(|hours| (1..=12).contains(hours))? % 12;
    let hours = if upper.ends_with("PM") { hours + 12 } else { hours };
    Some(format!("{day} {hours:02}:{rest}"))
}

#[cfg(test)]
mod tests;
