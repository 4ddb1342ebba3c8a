//! The data of a mapping: the format of a report, the source of each column, and what happens to each row.

use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    super::read::{Heading, folded},
    exact::NumberFormat,
    keyed,
    pattern::{Filled, Pattern},
    rules::{Each, Replacement, Rule},
};
use crate::{
    choice, input,
    kit::{
        id::Id,
        input::{
            Kind,
            kinds::{IdOf, Line, Lines, Maybe, One, Tick, Whole},
        },
        time::Zone,
        typed,
        violation::{Violation, Violations, Why, Words},
    },
    modules::{customers::imports::read::place_of, ids::Product},
};

choice! {
    /// How a report writes days. Which of two numbers is the month is said, not guessed.
    DateFormat without column {
        Iso = "iso" / "2026-05-31",
        DayMonth = "dmy" / "31/05/2026",
        MonthDay = "mdy" / "05/31/2026",
        Compact = "compact" / "20260531",
    }
}

choice! {
    /// What stands between the cells of a file of text.
    Separator without column {
        Found = "found" / "As in the header",
        Comma = "comma" / "Comma",
        Semicolon = "semicolon" / "Semicolon",
        Tab = "tab" / "Tab",
    }
}

impl Separator {
    pub fn sign(self) -> Option<u8> {
        match self {
            Self::Found => None,
            Self::Comma => Some(b','),
            Self::Semicolon => Some(b';'),
            Self::Tab => Some(b'\t'),
        }
    }
}

choice! {
    /// What the quantity of a record is that several rows became.
    Together without column {
        Sum = "sum" / "Sum",
        One = "one" / "Always 1",
        Most = "max" / "Largest",
        Last = "last" / "Last row",
    }
}

/// A column of the vendor's own, which is kept with the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    pub name: String,
    pub from: Pattern,
}

impl Own {
    fn parse(line: &str) -> Option<Self> {
        let (name, from) = line.split_once('=')?;
        let (name, from) = (name.trim().to_owned(), Pattern::parse(from.trim()).ok()?);
        let well = name.strip_prefix("v.").is_some_and(|rest| !rest.is_empty() && rest.chars().count() <= 50);
        (well && !from.is_empty()).then_some(Self { name, from })
    }
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.from)
    }
}

impl Each<Own> {
    fn own() -> Self {
        const WRONG: &str =
            "Line {line} is not a column. Use a name that begins with v., an equals sign, and what fills it";
        Self { rows: 3, parse: Own::parse, wrong: WRONG }
    }
}

/// A time zone by its name; empty is UTC.
pub struct InZone;

impl Kind for InZone {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        match text.parse::<Tz>() {
            Ok(zone) => Ok(zone.name().to_owned()),
            Err(_) => Err(Why::new("zone", "Enter a time zone such as Europe/Berlin, or leave it empty for UTC")),
        }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }
}

/// A cell where a report says something of itself: `B4`, or on another sheet `Summary!B4`.
struct InCell;

/// The sheet, none for that of the records, and the cell's column and row.
pub fn cell(text: &str) -> Option<(&str, u16, u32)> {
    let (sheet, cell) = text.rsplit_once('!').unwrap_or(("", text));
    let (column, row) = place_of(cell)?;
    Some((sheet.trim_matches('\''), column, row))
}

impl Kind for InCell {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        let line = typed::line(text);
        let (sheet, cell) = line.rsplit_once('!').unwrap_or(("", &line));
        let cell = cell.to_ascii_uppercase();
        if sheet.is_empty() { cell } else { format!("{sheet}!{cell}") }
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        match cell(&text) {
            Some(_) => Ok(text),
            None => Err(Why::new("cell", "Enter a cell such as B4, or Summary!B4 for a cell of another sheet")),
        }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }
}

input! {
    /// Of which product a mapping reads reports.
    pub struct Placed, PlacedDraft {
        "" {
            product: Id<Product> = IdOf::new("Choose a product from the list"), "Product", at "product.id", missing "Choose a product",
                hint "Products with a usage schema.";
        }
    }
}

input! {
    /// What a mapping is called.
    pub struct Naming, NamingDraft {
        "" {
            name: String = Line(100), "Name", at "name", missing "Enter a name", hint "Shown to the distributor with each file that was read with it.";
        }
    }
}

input! {
    /// How a vendor's own report is read.
    pub struct Mapping, MappingDraft settled by settle {
        "Report" {
            sheet: String = Line(31), "Sheet", at "report.sheet", hint "Leave it empty for the first sheet of a workbook.";
            separator: Separator = One::list("", "Choose a separator"), "CSV separator", at "report.separator", missing "Choose a separator";
            numbers: NumberFormat = One::list("", "Choose a number format"), "Numbers", at "report.numbers", missing "Choose a number format";
            dates: DateFormat = One::list("", "Choose a date format"), "Dates", at "report.dates", missing "Choose a date format";
            zone: String = InZone, "Time zone", at "report.zone", hint "For times without one, such as Europe/Berlin. Leave it empty for the time zone of the usage file.";
            currency_column: String = Line(100), "Currency column", at "report.currency_column",
                hint "Rows in a currency other than the file's are errors.";
        }
        "Columns" {
            record_id: Pattern = Filled, "Record ID", at "columns.record_id", missing "Enter what identifies a record",
                hint "Columns in braces, such as {Order}-{Line}. The same report must give the same IDs each time.";
            record_note: Pattern = Filled, "Record note", at "columns.record_note";
            item_search_criteria: Pattern = Filled, "Item search criterion", at "columns.item_search_criteria", missing "Enter a criterion",
                hint "item.mpn, item.global_id or item.local_id";
            item_search_value: Pattern = Filled, "Item search value", at "columns.item_search_value", missing "Enter what identifies an item",
                hint "Such as {SKU}, or {A|B} for the first that is not empty.";
            quantity: Pattern = Filled, "Quantity", at "columns.quantity", missing "Enter a quantity",
                hint "Such as {Quantity}, or 1. Use {Quantity|\"1\"} if the column may be empty.";
            amount: Pattern = Filled, "Amount", at "columns.amount", hint "Before taxes. Leave it empty for products without amounts.";
            /// Missing in definitions stored before this field existed.
            #[serde(default)]
            rate: Pattern = Filled, "Rate", at "columns.rate",
                hint "Amounts are multiplied by it: a number such as 0.92, or a column such as {ExchangeRate}. Each record has it as v.rate.";
            start_time_utc: Pattern = Filled, "Start", at "columns.start_time_utc", missing "Enter a start",
                hint "A column, or {file.start} for the file's period.";
            end_time_utc: Pattern = Filled, "End", at "columns.end_time_utc", missing "Enter an end",
                hint "A column, or {file.end} for the file's period.";
            asset_search_criteria: Pattern = Filled, "Subscription search criterion", at "columns.asset_search_criteria",
                missing "Enter a criterion", hint "asset.id, asset.external_id, or parameter. followed by a parameter name";
            asset_search_value: Pattern = Filled, "Subscription search value", at "columns.asset_search_value",
                missing "Enter what identifies a subscription",
                hint "A column, or a value in a column of JSON, such as {Tags -> customer}.";
            category_id: Pattern = Filled, "Category", at "columns.category_id";
            tier: Pattern = Filled, "Tier", at "columns.tier", hint "Only for tier-rated products.";
            /// None in definitions that were kept before there were reversals.
            #[serde(default)]
            reverses: Pattern = Filled, "Reverses", at "columns.reverses",
                hint "For rows with the rule reversal: the record ID that they reverse. Leave it empty to leave these rows out.";
            own: Vec<Own> = Each::own(), "Your own columns", at "columns.own", hint "One on each line, such as v.region = {Region}";
            replacements: Vec<Replacement> = Each::replacements(), "Replacements", at "replacements",
                hint "One on each line, such as asset_search_value: ACME = AS-1000-2000-3000";
        }
        "Rows" {
            rules: Vec<Rule> = Each::rules(), "Rules", at "rows.rules", missing "Enter at least one rule",
                hint "One on each line; the first that fits decides: charge: Type = Usage, Fee. Also reversal, exclude and a reason, and stop. Conditions are =, begins with, is empty, or * for all rows.";
            group_by: Vec<String> = Lines(3), "Group by", at "rows.group_by",
                hint "One column on each line. Rows with the same values become one record. Leave it empty for a record for each row.";
            together: Together = One::list("", "Choose a quantity"), "Quantity of a group", at "rows.together", missing "Choose a quantity";
            decimals: Option<i32> = Maybe(Whole(0, 8)), "Round amounts to decimals", at "rows.decimals",
                hint "Records have up to 8. Leave it empty to keep amounts as they are.";
            /// Not in definitions that were kept before, as what follows.
            #[serde(default)]
            split: bool = Tick, "Split by days", at "rows.split",
                hint "A row that starts before the file's period or ends after it becomes a record for each part. The amount is shared by days, and each part has the row's quantity. The product must allow late or future charges.";
            #[serde(default)]
            count_at: String = InCell, "Cell with the number of rows", at "control.rows_at",
                hint "Where the report says how many rows it has, such as Summary!B4. It must agree with the rows that were read.";
            #[serde(default)]
            total_at: String = InCell, "Cell with the total", at "control.total_at",
                hint "Where the report says what all its rows add up to. It must agree with the rows that were read.";
        }
    }
}

/// What fills no column.
static NOTHING: Pattern = Pattern(Vec::new());

/// The most columns that rows are grouped by.
const MOST_KEYS: usize = 10;

fn settle(draft: &mut MappingDraft, wrong: &mut Violations) {
    let splits = draft.split == Some(true);
    if splits && draft.amount.as_ref().is_some_and(Pattern::is_empty) {
        wrong.push(Violation::new("split", Why::new("amount", "Only amounts can be split")));
    }
    if splits && draft.group_by.as_ref().is_some_and(|keys| !keys.is_empty()) {
        wrong.push(Violation::new("split", Why::new("group", "Rows that are grouped cannot be split")));
    }
    if draft.rate.as_ref().is_some_and(|rate| !rate.is_empty()) {
        if draft.amount.as_ref().is_some_and(Pattern::is_empty) {
            wrong.push(Violation::new("rate", Why::new("amount", "Only amounts can be multiplied")));
        }
        if draft.decimals == Some(None) {
            const WORDS: &str = "Enter the decimals that amounts are rounded to once they are multiplied";
            wrong.push(Violation::new("decimals", Why::missing(WORDS)));
        }
    }
    let Some(keys) = &draft.group_by else { return };
    if keys.len() > MOST_KEYS {
        wrong.push(Violation::new("group_by", Why::new("keys", "Enter up to 10 columns")));
    }
    if keys.is_empty() {
        return;
    }
    if draft.reverses.as_ref().is_some_and(|reverses| !reverses.is_empty()) {
        const WORDS: &str = "Leave this empty when rows are grouped";
        wrong.push(Violation::new("reverses", Why::new("group", WORDS)));
    }
    let Some(record) = &draft.record_id else { return };
    let known: Vec<String> = keys.iter().map(|key| folded(key)).collect();
    if !record.columns().all(|(names, _)| known.contains(&folded(&names.join("|")))) {
        const WORDS: &str = "Use only columns that rows are grouped by, so that a group has one ID";
        wrong.push(Violation::new("record_id", Why::new("group", WORDS)));
    }
}

/// A column that a report has to have: one of these names.
pub type Needed = Vec<String>;

impl Mapping {
    pub fn pattern(&self, heading: Heading) -> &Pattern {
        match heading {
            Heading::RecordId => &self.record_id,
            Heading::RecordNote => &self.record_note,
            Heading::ItemCriteria => &self.item_search_criteria,
            Heading::ItemValue => &self.item_search_value,
            Heading::Quantity => &self.quantity,
            Heading::Amount => &self.amount,
            Heading::Start => &self.start_time_utc,
            Heading::End => &self.end_time_utc,
            Heading::AssetCriteria => &self.asset_search_criteria,
            Heading::AssetValue => &self.asset_search_value,
            Heading::Category => &self.category_id,
            Heading::Tier => &self.tier,
            Heading::Reverses => &self.reverses,
            // a mapping makes no items
            Heading::ItemName | Heading::ItemMpn | Heading::ItemUnit | Heading::ItemPrecision => &NOTHING,
        }
    }

    /// The time zone of times without one, if the mapping says so; else they are in the file's.
    pub fn zone(&self) -> Option<Zone> {
        (!self.zone.is_empty()).then(|| Zone::named(&self.zone))
    }

    /// What the sums of rows are of: amounts, or quantities where there are none.
    pub fn measure(&self) -> Heading {
        if self.amount.is_empty() { Heading::Quantity } else { Heading::Amount }
    }

    /// Whether these sums are money in the file's currency that is told of rows as they stand: the tiers pay for the same usage, and what is
    /// multiplied by a rate is in another currency.
    pub fn adds_up(&self) -> bool {
        self.measure() == Heading::Amount && self.rate.is_empty() && self.tier.is_empty()
    }

    /// The currency of these sums in a file in this currency; none if they are quantities, or amounts that are yet to be multiplied.
    pub fn measured_in(&self, currency: Option<&String>) -> Option<String> {
        currency.filter(|_| self.measure() == Heading::Amount && self.rate.is_empty()).cloned()
    }

    /// The columns by which its reports are known.
    pub fn needs(&self) -> Vec<Needed> {
        use crate::kit::choice::Choice as _;
        let patterns =
            Heading::ALL.iter().map(|heading| self.pattern(*heading)).chain(self.own.iter().map(|own| &own.from));
        let patterns = patterns.chain([&self.rate]);
        let read = patterns.flat_map(Pattern::columns).filter(|(_, needed)| *needed).map(|(names, _)| names.to_vec());
        let tested = self.rules.iter().filter_map(|rule| rule.test.column()).map(|column| vec![column.to_owned()]);
        let keys = self.group_by.iter().map(|key| alternatives(key));
        let currency = (!self.currency_column.is_empty()).then(|| vec![self.currency_column.clone()]);
        let mut all: Vec<Needed> = read.chain(tested).chain(keys).chain(currency).collect();
        all.sort();
        all.dedup();
        all
    }

    /// How many of the columns that it needs a header has; none when not all.
    pub fn fits(&self, header: &[String]) -> Option<usize> {
        let needs = self.needs();
        let there = |needed: &Needed| needed.iter().any(|name| header.contains(&folded(keyed::parts(name).0)));
        needs.iter().all(there).then_some(needs.len()).filter(|count| *count > 0)
    }
}

/// The columns of which a group takes the first that is not empty.
pub fn alternatives(key: &str) -> Vec<String> {
    key.split('|').map(|name| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::Input as _;

    fn texts(changes: &[(&str, &str)]) -> Vec<String> {
        let of = |name: &str| match name {
            "separator" => "found",
            "numbers" => "point",
            "dates" => "iso",
            "record_id" => "{Id}",
            "item_search_criteria" => "item.mpn",
            "item_search_value" => "{SKU}",
            "quantity" => "{Qty}",
            "start_time_utc" => "{file.start}",
            "end_time_utc" => "{file.end}",
            "asset_search_criteria" => "asset.id",
            "asset_search_value" => "{Customer|Account}",
            "rules" => "charge: Type = Usage",
            "together" => "sum",
            _ => "",
        };
        let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, text)| *text);
        Mapping::TABLE.iter().map(|entry| changed(entry.name).unwrap_or_else(|| of(entry.name)).to_owned()).collect()
    }

    #[test]
    fn a_report_is_known_by_the_columns_that_are_read() {
        let mapping = Mapping::read(&texts(&[])).unwrap();
        let header = |names: &[&str]| names.iter().map(|name| folded(name)).collect::<Vec<_>>();
        assert_eq!(mapping.fits(&header(&["ID", "sku", "QTY", "account", "type", "Other"])), Some(5));
        assert_eq!(mapping.fits(&header(&["ID", "sku", "QTY", "type"])), None);
        let kept = serde_json::to_value(&mapping).unwrap();
        assert_eq!(serde_json::from_value::<Mapping>(kept).unwrap(), mapping);
        assert_eq!(Mapping::read(&mapping.texts()), Ok(mapping));
    }

    #[test]
    fn a_group_has_one_id() {
        let read = |group: &str| Mapping::read(&texts(&[("group_by", group)])).map_err(|wrong| wrong[0].at.to_string());
        assert!(read("id\nSKU").is_ok());
        assert_eq!(read("SKU").unwrap_err(), "record_id");
    }

    #[test]
    fn a_group_takes_nothing_back() {
        let read = |group: &str| Mapping::read(&texts(&[("group_by", group), ("reverses", "{Original}")]));
        assert!(read("").is_ok());
        assert_eq!(read("Id").unwrap_err()[0].at, "reverses");
        // what was kept before says nothing of it
        let mut kept = serde_json::to_value(Mapping::read(&texts(&[])).unwrap()).unwrap();
        kept.as_object_mut().unwrap().remove("reverses");
        assert!(serde_json::from_value::<Mapping>(kept).unwrap().reverses.is_empty());
    }

    #[test]
    fn amounts_of_single_rows_can_be_split() {
        let read = |fields: &[(&str, &str)]| {
            let fields = [fields, &[("split", "yes")]].concat();
            Mapping::read(&texts(&fields)).map(|mapping| mapping.split).map_err(|wrong| wrong[0].at.to_string())
        };
        assert_eq!(read(&[("amount", "{Cost}")]), Ok(true));
        assert_eq!(read(&[]), Err("split".into()));
        assert_eq!(read(&[("amount", "{Cost}"), ("group_by", "Id")]), Err("split".into()));
    }

    #[test]
    fn amounts_are_multiplied_and_rounded() {
        let read = |fields: &[(&str, &str)]| {
            let fields = [fields, &[("rate", "{Rate}")]].concat();
            let wrong = |wrong: Violations| wrong.iter().map(|one| one.at.to_string()).collect::<Vec<_>>();
            Mapping::read(&texts(&fields)).map_err(wrong)
        };
        let mapping = read(&[("amount", "{Cost}"), ("decimals", "2")]).unwrap();
        assert!(mapping.needs().contains(&vec!["Rate".to_owned()]));
        assert_eq!(mapping.measured_in(Some(&"USD".to_owned())), None);
        assert_eq!(read(&[("amount", "{Cost}")]), Err(vec!["decimals".to_owned()]));
        assert_eq!(read(&[("decimals", "2")]), Err(vec!["rate".to_owned()]));
        // what was kept before says nothing of it
        let mut kept = serde_json::to_value(&mapping).unwrap();
        kept.as_object_mut().unwrap().remove("rate");
        assert!(serde_json::from_value::<Mapping>(kept).unwrap().rate.is_empty());
    }

    #[test]
    fn a_cell_is_one_of_a_sheet() {
        let read = |text: &str| Mapping::read(&texts(&[("total_at", text)])).map(|mapping| mapping.total_at);
        assert_eq!(read(" summary!b4 "), Ok("summary!B4".into()));
        assert_eq!(cell("'Line Items'!AA10"), Some(("Line Items", 26, 10)));
        assert_eq!(cell("B4"), Some(("", 1, 4)));
        for wrong in ["4", "B", "B4:C5", "Summary!"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_one_that_there_is() {
        assert!(Mapping::read(&texts(&[("zone", "Europe/Berlin")])).is_ok());
        assert!(Mapping::read(&texts(&[("zone", "Middle/Earth")])).is_err());
    }
}
