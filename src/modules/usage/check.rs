//! A row against what is known: it becomes a record, or all that is wrong with it is told at once.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Months, SecondsFormat, Utc};
use diesel::{QueryableByName, sql_types::Bool};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{
    dynamic,
    fault::{Code, Fault},
    known::{ItemFacts, Known},
    read::{
        self, Heading, Layout, Line, moment,
        number::{Wrong, number, plainly, signed},
    },
    reversal::{Reverses, Taken},
};
use crate::{
    kit::{id::Id, time::Zone},
    modules::{
        customers::imports::read::Raw,
        ids::Subscription,
        products::{UsageSchema, items::Item},
    },
};

/// A good row.
#[derive(Debug, Clone)]
pub struct Record {
    pub number: i32,
    pub key: String,
    pub note: String,
    pub item: Id<Item>,
    pub subscription: Id<Subscription>,
    pub quantity: Decimal,
    pub amount: Option<Decimal>,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub tier: Option<i16>,
    pub category: String,
    /// Columns of the vendor's own.
    pub extra: Value,
    /// Of a row that takes back a record: which.
    pub reverses: Option<Reverses>,
}

/// The decimals that amounts may have.
const AMOUNT_DECIMALS: usize = 8;

/// How many months before its file's period a record may begin, where a product allows late records: what is later is a mistake more often
/// than usage, and a file of its own period takes it.
const MOST_LATE: Months = Months::new(12);

/// What the settings of a product allow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Allowed {
    /// Records that begin before their file's period.
    #[diesel(sql_type = Bool)]
    pub late: bool,
    /// Those that end behind it.
    #[diesel(sql_type = Bool)]
    pub future: bool,
    /// Those of items that the product does not have.
    #[diesel(sql_type = Bool)]
    pub dynamic: bool,
    /// Those of items that are ordered in quantities.
    #[diesel(sql_type = Bool)]
    pub reservations: bool,
}

/// What rows of one file are held against.
#[derive(Debug)]
pub struct Checker {
    pub schema: UsageSchema,
    /// The file's period, half-open.
    pub period: (DateTime<Utc>, DateTime<Utc>),
    /// The file's time zone.
    pub zone: Zone,
    pub known: Known,
    pub allowed: Allowed,
    /// Record ids of the rows before, by their marks, and where.
    seen: HashMap<Mark, i32>,
    /// What the good rows before take back of each record, by its mark.
    taken: HashMap<Mark, Taken>,
}

/// Ninety-six bits of the hash of a record id: of a million ids some forty megabytes are held, however long they are, and that two of them have
/// one mark does not happen.
type Mark = [u8; 12];

fn mark(key: &str) -> Mark {
    let mut mark = Mark::default();
    let hash = Sha256::digest(key.as_bytes());
    mark.iter_mut().zip(hash).for_each(|(byte, of_hash)| *byte = of_hash);
    mark
}

/// An instant in a message.
pub(super) fn told(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true).replace('T', " ").replace('Z', "")
}

/// The cells of one row, and what is wrong with them so far.
struct Reader<'a> {
    layout: &'a Layout,
    line: &'a Line,
    /// The file's time zone.
    zone: Zone,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn cell(&self, heading: Heading) -> Option<&'a Raw> {
        self.layout.at(heading).and_then(|at| self.line.cell(at))
    }

    fn fail(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Text that may be missing.
    fn text(&mut self, heading: Heading) -> String {
        read::text(heading, self.cell(heading)).unwrap_or_else(|fault| {
            self.faults.push(fault);
            String::new()
        })
    }

    /// Text that must be there; none when it is not, which is told.
    fn named(&mut self, heading: Heading) -> Option<String> {
        match read::text(heading, self.cell(heading)) {
            Ok(text) if text.is_empty() => self.fail(Fault::at(heading, Code::Missing, "")),
            Ok(text) => return Some(text),
            Err(fault) => self.fail(fault),
        }
        None
    }

    /// A number; in a row that reverses a record it may be below zero.
    fn number(&mut self, heading: Heading, decimals: usize, reversal: bool) -> Option<Decimal> {
        let Some(cell) = self.cell(heading) else {
            self.fail(Fault::at(heading, Code::Missing, ""));
            return None;
        };
        // a number that is shown as a day is told as the number
        let plain = cell.number().map(|value| Raw::Number { value, format: String::new() });
        let shown = read::shown(plain.as_ref().or(Some(cell)));
        let taken = if reversal { signed(cell, decimals) } else { number(cell, decimals) };
        let (code, detail) = match taken {
            Ok(number) => return Some(number),
            Err(_) if matches!(cell, Raw::Unfinished) => (Code::Cell, "formula".to_owned()),
            Err(_) if matches!(cell, Raw::Error(_)) => (Code::Cell, String::new()),
            Err(Wrong::NotANumber) => {
                (Code::Number, plainly(cell).map(|plain| format!("write:{plain}")).unwrap_or_default())
            }
            Err(Wrong::Negative) => (Code::Negative, String::new()),
            Err(Wrong::TooLarge) => (Code::Range, String::new()),
            Err(Wrong::TooFine(found)) => (Code::Decimals, format!("{found}/{decimals}")),
        };
        self.fail(Fault::at(heading, code, shown).naming(detail));
        None
    }

    fn moment(&mut self, heading: Heading) -> Option<DateTime<Utc>> {
        let Some(cell) = self.cell(heading) else {
            self.fail(Fault::at(heading, Code::Missing, ""));
            return None;
        };
        let from_1904 = self.layout.from_1904;
        let at = if heading == Heading::End { moment::end(cell, from_1904) } else { moment::moment(cell, from_1904) };
        let Some(at) = at else {
            let fault = match cell {
                Raw::Unfinished => Fault::at(heading, Code::Cell, "").naming("formula"),
                cell => Fault::at(heading, Code::Date, read::shown(Some(cell))),
            };
            self.fail(fault);
            return None;
        };
        if !self.layout.is_local(heading) || moment::has_offset(cell) {
            return Some(at);
        }
        let there = moment::there(at.naive_utc(), self.zone);
        if there.is_none() {
            let fault = Fault::at(heading, Code::Date, read::shown(Some(cell)));
            self.fail(fault.naming(format!("zone:{}", self.zone.name())));
        }
        there
    }

    /// An instant in a message, as the report writes its times.
    fn told(&self, at: DateTime<Utc>) -> String {
        if self.layout.is_local(Heading::Start) {
            return at.with_timezone(&self.zone.0).format("%Y-%m-%d %H:%M:%S").to_string();
        }
        told(at)
    }

    /// The time of a record, within the period of its file, or outside of it as far as the product allows; what takes back a record has that
    /// record's time.
    fn time(
        &mut self,
        (period, allowed): ((DateTime<Utc>, DateTime<Utc>), Allowed),
        reversal: bool,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (start, end) = (self.moment(Heading::Start), self.moment(Heading::End));
        let (start, end) = (start?, end?);
        if end <= start {
            self.fail(Fault::at(Heading::End, Code::Order, self.told(end)));
            return None;
        }
        if reversal {
            return Some((start, end));
        }
        let whole = format!("{} – {}", self.told(period.0), self.told(period.1));
        if allowed.late && period.0.checked_sub_months(MOST_LATE).is_some_and(|first| start < first) {
            self.fail(Fault::at(Heading::Start, Code::Period, self.told(start)).naming(format!("late:{whole}")));
        } else if start < period.0 && !allowed.late || start >= period.1 && !allowed.future {
            self.fail(Fault::at(Heading::Start, Code::Period, self.told(start)).naming(&whole));
        } else if end > period.1 && !allowed.future {
            self.fail(Fault::at(Heading::End, Code::Period, self.told(end)).naming(&whole));
        }
        Some((start, end))
    }

    fn tier(&mut self) -> Option<i16> {
        let text = self.named(Heading::Tier)?;
        let tier = text.parse().ok().filter(|tier| (0..=2).contains(tier));
        if tier.is_none() {
            self.fail(Fault::at(Heading::Tier, Code::Tier, text));
        }
        tier
    }

    fn extra(&mut self) -> Value {
        let mut values = Map::new();
        for (at, header) in &self.layout.extra {
            if let Some(cell) = self.line.cell(*at) {
                let text: String = read::shown(Some(cell));
                values.insert(header.clone(), Value::String(text));
            }
        }
        Value::Object(values)
    }
}

impl Checker {
    /// Of a file with this schema, this period and this time zone.
    pub fn new(
        (schema, period, zone): (UsageSchema, (DateTime<Utc>, DateTime<Utc>), Zone),
        known: Known,
        allowed: Allowed,
    ) -> Self {
        Self { schema, period, zone, known, allowed, seen: HashMap::new(), taken: HashMap::new() }
    }

    /// The criteria of these rows whose values are still to be looked up.
    pub fn lacks(&self, rows: &[(Arc<Layout>, Line)]) -> Vec<String> {
        let mut lacking: Vec<String> = rows
            .iter()
            .filter_map(|(layout, line)| {
                let cell = layout.at(Heading::AssetCriteria).and_then(|at| line.cell(at));
                read::text(Heading::AssetCriteria, cell).ok()
            })
            .filter(|criterion| self.known.lacks(criterion))
            .collect();
        lacking.sort_unstable();
        lacking.dedup();
        lacking
    }

    /// The item that a row means. Where the product allows it, rows say what it is.
    fn item(&self, row: &mut Reader<'_>, criterion: &str, value: &str) -> Option<&ItemFacts> {
        let (layout, line) = (row.layout, row.line);
        let found = self.known.item(criterion, value);
        row.faults.extend(match &found {
            Ok(item) if self.allowed.dynamic => dynamic::differs(item, layout, line),
            Ok(_) => Vec::new(),
            Err(fault) if self.allowed.dynamic && self.known.lacking(layout, line).is_some() => {
                dynamic::against(fault.clone(), value, layout, line)
            }
            Err(fault) => vec![fault.clone()],
        });
        found.ok()
    }

    /// # Errors
    /// All that is wrong with the row.
    pub fn check(&mut self, layout: &Layout, line: &Line) -> Result<Record, Vec<Fault>> {
        let mut row = Reader { layout, line, zone: self.zone, faults: Vec::new() };
        if let Some(found) = line.uneven {
            let all = layout.width.unwrap_or_default();
            return Err(vec![Fault::of_row(Code::Cells, found.to_string()).naming(all.to_string())]);
        }
        let any = |headings: &[Heading]| headings.iter().any(|heading| row.cell(*heading).is_some());
        if !any(&[Heading::RecordId, Heading::ItemValue, Heading::AssetValue])
            && any(&[Heading::Quantity, Heading::Amount])
        {
            return Err(vec![Fault::of_row(Code::Missing, "").naming("total")]);
        }
        let key = row.named(Heading::RecordId);
        if let Some(key) = &key {
            let mark = mark(key);
            match self.seen.get(&mark) {
                Some(first) => {
                    row.fail(Fault::at(Heading::RecordId, Code::Repeated, key.as_str()).naming(first.to_string()));
                }
                None => drop(self.seen.insert(mark, read::row_of(line.number))),
            }
        }
        let reverses = row.text(Heading::Reverses);
        let reversal = !reverses.is_empty();
        let note = row.text(Heading::RecordNote);
        let (criterion, value) = (row.named(Heading::ItemCriteria), row.named(Heading::ItemValue));
        let item = match criterion.zip(value) {
            Some((criterion, value)) => self.item(&mut row, &criterion, &value),
            None => None,
        };
        let quantity = row.number(Heading::Quantity, item.map_or(AMOUNT_DECIMALS, |item| item.decimals()), reversal);
        let amount = if self.schema.has_amounts() {
            row.number(Heading::Amount, AMOUNT_DECIMALS, reversal).map(Some)
        } else {
            Some(None)
        };
        let time = row.time((self.period, self.allowed), reversal);
        let (criterion, value) = (row.named(Heading::AssetCriteria), row.named(Heading::AssetValue));
        // amounts that say what each tier pays are not added up
        let worth = if self.schema.has_tiers() {
            None
        } else if self.schema.has_amounts() {
            amount.flatten()
        } else {
            quantity
        };
        let subscription = criterion.zip(value).and_then(|(criterion, value)| {
            let found = self.known.subscription(&criterion, &value, time);
            found.map_err(|fault| row.fail(Fault { worth, ..fault })).ok()
        });
        // what takes back a record says when that was used, which was checked then
        if let (Some(item), Some(subscription), Some((start, _))) = (item, subscription, time)
            && !reversal
            && let Some(fault) = self.known.lost(subscription, item, start)
        {
            row.fail(fault);
        }
        let tier = if self.schema.has_tiers() { row.tier().map(Some) } else { Some(None) };
        let category = row.text(Heading::Category);
        let known = layout.categories.as_ref();
        if known.is_some_and(|known| !category.is_empty() && !known.contains_key(&category)) {
            row.fail(Fault::at(Heading::Category, Code::Category, category.as_str()));
        }
        let extra = row.extra();
        match (key, item, quantity, amount, time, subscription, tier) {
            (
                Some(key),
                Some(item),
                Some(quantity),
                Some(amount),
                Some((start, end)),
                Some(subscription),
                Some(tier),
            ) if row.faults.is_empty() => {
                let (item, subscription) = (item.id.clone(), subscription.id.clone());
                let reverses = reversal.then(|| {
                    let before = self.taken.entry(mark(&reverses)).or_insert_with(|| Taken::from(line.number));
                    let reverses = Reverses { key: reverses, of: None, before: *before };
                    before.add(quantity, amount);
                    reverses
                });
                Ok(Record {
                    number: line.number,
                    key,
                    note,
                    item,
                    subscription,
                    quantity,
                    amount,
                    start,
                    end,
                    tier,
                    category,
                    extra,
                    reverses,
                })
            }
            _ => Err(row.faults),
        }
    }
}
