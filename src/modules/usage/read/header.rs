//! The header of the sheet of records: which column is where.

use super::{Categories, nearest::nearest};
use crate::{
    choice,
    kit::choice::Choice as _,
    modules::{
        customers::imports::read::{Raw, letters, plain, shortened},
        products::UsageSchema,
        usage::fault::{Code, Fault},
    },
};

choice! {
    /// A column of the published format, by its header.
    Heading without column {
        RecordId = "record_id" / "Record ID",
        RecordNote = "record_note" / "Record note",
        ItemCriteria = "item_search_criteria" / "Item search criterion",
        ItemValue = "item_search_value" / "Item search value",
        Quantity = "quantity" / "Quantity",
        Amount = "amount" / "Amount",
        Start = "start_time_utc" / "Start",
        End = "end_time_utc" / "End",
        AssetCriteria = "asset_search_criteria" / "Subscription search criterion",
        AssetValue = "asset_search_value" / "Subscription search value",
        Category = "category_id" / "Category",
        Tier = "tier" / "Tier",
        /// The vendor's ID of the record that this one takes back.
        Reverses = "reverses" / "Reverses",
        /// Of an item that the product does not have, as what follows.
        ItemName = "item_name" / "Item name",
        ItemMpn = "item_mpn" / "Item part number",
        ItemUnit = "item_unit" / "Item unit",
        ItemPrecision = "item_precision" / "Item precision",
    }
}

/// Columns of the format that say nothing here, and what the program itself adds to files.
const PASSED_OVER: [&str; 14] = [
    "item_type",
    "item_period",
    "item_id",
    "asset_id",
    "asset_external_id",
    "customer_account_id",
    "customer_company_name",
    "usage_record_id",
    "reversed_by",
    "status",
    "error_codes",
    "error_details",
    "external_billing_id",
    "external_billing_note",
];

/// What a subscription is reconciled by: kept as it stands, like a column of the vendor's own.
pub const RECONCILED_BY: &str = "asset_recon_id";

/// Other headers that a column is known by.
const ALIASES: [(&str, Heading); 2] =
    [("reversed_record_id", Heading::Reverses), ("reverses_record_id", Heading::Reverses)];

/// Headers of times in the file's time zone, in place of those of UTC.
pub const LOCAL: [(&str, Heading); 2] = [("start_time", Heading::Start), ("end_time", Heading::End)];

impl Heading {
    /// The column with this header, as it is compared.
    fn named(word: &str) -> Option<Self> {
        let keys = Self::ALL.iter().map(|heading| (heading.key(), *heading));
        keys.chain(ALIASES).chain(LOCAL).find(|(key, _)| folded(key) == word).map(|(_, heading)| heading)
    }

    /// Whether a file of this schema must have it.
    pub fn needed(self, schema: UsageSchema) -> bool {
        match self {
            Self::RecordNote | Self::Category | Self::Reverses => false,
            Self::ItemName | Self::ItemMpn | Self::ItemUnit | Self::ItemPrecision => false,
            Self::Amount => schema.has_amounts(),
            Self::Tier => schema.has_tiers(),
            _ => true,
        }
    }
}

/// How a sheet is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    places: Vec<(Heading, u16)>,
    /// Columns of the vendor's own, by their headers.
    pub extra: Vec<(u16, String)>,
    /// How many cells each row of a file of text has.
    pub width: Option<usize>,
    /// Days are counted from 1904.
    pub from_1904: bool,
    /// What the workbook says of categories; none where it says nothing of them, so that any may be named.
    pub categories: Option<Categories>,
    /// Columns of times in the file's time zone.
    local: Vec<Heading>,
    /// Of rows that a mapping made: where a column's values stand in the report, if they stand in one column.
    stands: Option<Vec<(Heading, u16)>>,
}

/// A header as it is compared: `Start Time-UTC` is `start_time_utc`.
pub fn folded(header: &str) -> String {
    plain(header).replace('-', "")
}

impl Layout {
    /// Of the cells of the header.
    ///
    /// # Errors
    /// Columns that are missing, unknown or twice.
    pub fn of(
        cells: &[(u16, Raw)],
        schema: UsageSchema,
        from_1904: bool,
        width: Option<usize>,
    ) -> Result<Self, Vec<Fault>> {
        let mut places: Vec<(Heading, u16)> = Vec::new();
        let mut extra: Vec<(u16, String)> = Vec::new();
        let (mut local, mut faults) = (Vec::new(), Vec::new());
        for (at, cell) in cells {
            let header = shortened(cell.shown().trim());
            let word = folded(&header);
            let reconciled_by = word == folded(RECONCILED_BY);
            let own = word.starts_with("v.") || word.starts_with("p.") || reconciled_by;
            match Heading::named(&word) {
                Some(heading) if places.iter().any(|(known, _)| *known == heading) => {
                    faults.push(Fault::of_row(Code::Headers, heading.key()).naming("twice"));
                }
                Some(heading) => {
                    places.push((heading, *at));
                    local.extend(LOCAL.iter().filter(|(key, _)| folded(key) == word).map(|(_, heading)| *heading));
                }
                None if own && extra.iter().any(|(_, known)| folded(known) == word) => {
                    faults.push(Fault::of_row(Code::Headers, header).naming("twice"));
                }
                None if reconciled_by => extra.push((*at, RECONCILED_BY.to_owned())),
                None if own => extra.push((*at, header)),
                None if PASSED_OVER.iter().any(|known| folded(known) == word) => {}
                None => faults.push(Fault::of_row(Code::Headers, header).naming("unknown")),
            }
        }
        let lacking = |heading: Heading| !places.iter().any(|(known, _)| *known == heading);
        for fault in faults.iter_mut().filter(|fault| fault.detail == "unknown") {
            if let Some(meant) = nearest(&fault.raw, lacking) {
                fault.detail = format!("unknown:{}", meant.key());
            }
        }
        let missing = Heading::ALL
            .iter()
            .filter(|heading| heading.needed(schema) && lacking(**heading))
            .map(|heading| Fault::of_row(Code::Headers, heading.key()).naming("missing"));
        faults.extend(missing);
        if faults.is_empty() {
            Ok(Self { places, extra, width, from_1904, categories: None, local, stands: None })
        } else {
            Err(faults)
        }
    }

    /// Of rows that a mapping makes: each column, where it stands in such a row, and where in the report; and the vendor's own.
    pub fn made(
        columns: impl Iterator<Item = (Heading, u16, Option<u16>)>,
        own: impl Iterator<Item = (u16, String)>,
        (from_1904, width): (bool, Option<usize>),
    ) -> Self {
        let (mut places, mut stands) = (Vec::new(), Vec::new());
        for (heading, at, in_report) in columns {
            places.push((heading, at));
            stands.extend(in_report.map(|at| (heading, at)));
        }
        let (extra, local) = (own.collect(), Vec::new());
        Self { places, extra, width, from_1904, categories: None, local, stands: Some(stands) }
    }

    /// The letters of the column of the file where a value stands; none when it stands in no single one.
    pub fn letters(&self, heading: Heading) -> String {
        let stands = self.stands.as_ref().unwrap_or(&self.places);
        stands.iter().find(|(known, _)| *known == heading).map(|(_, at)| letters(*at)).unwrap_or_default()
    }

    /// Whether the times of a column are in the file's time zone; else they are in UTC.
    pub fn is_local(&self, heading: Heading) -> bool {
        self.local.contains(&heading)
    }

    /// Where a column stands.
    pub fn at(&self, heading: Heading) -> Option<u16> {
        self.places.iter().find(|(known, _)| *known == heading).map(|(_, at)| *at)
    }
}
