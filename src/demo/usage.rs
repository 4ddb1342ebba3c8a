//! What was used of Apollo Pulse: a report that is billed, one that waits for the distributor, and one with mistakes in it.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::{Cast, id, orders::Player};
use crate::{
    kit::{
        id::Id,
        input::Input as _,
        problem::{Problem, Result},
    },
    modules::{
        customers::imports::FileKind,
        ids::{Listing, Product},
        usage::{
            Report, Review, UsageFile,
            actions::{Sent, accept, close, create, shown, submit, upload},
            data::{Acceptance, Billing, Details},
            job::check_at_once,
            mapping::{self, data::Mapping, ready::filled},
            store,
        },
    },
    schema::listings,
};

const HEAD: &str = "record_id,item_search_criteria,item_search_value,quantity,start_time_utc,end_time_utc,asset_search_criteria,\
    asset_search_value";

/// The product whose usage is reported, and the order under which it is used.
const PULSE: &str = "PRD-276-377-545";
const ORDER: &str = "SO-4702";

/// How the vendor's own report is read: a row for each time that a screen was on.
const SCREENS: [(&str, &str); 8] = [
    ("record_id", "{file.month}/{Order}"),
    ("item_search_value", "APOLLO-PULSE-HOURS"),
    ("quantity", "{Hours}"),
    ("asset_search_criteria", "asset.external_id"),
    ("asset_search_value", "{Order}"),
    ("own", "v.gym = {Gym}"),
    ("rules", "charge: Kind = on\nexclude Maintenance: Kind = Service"),
    ("group_by", "Order"),
];

/// A row of what was used of an item under an order, from one day to another.
pub(super) fn row(key: &str, item: &str, quantity: &str, (from, to): (NaiveDate, NaiveDate), order: &str) -> String {
    format!("{key},item.mpn,{item},{quantity},{from} 00:00:00,{to} 00:00:00,asset.external_id,{order}")
}

/// A row of hours that screens were on, from one day to another.
fn hours(key: &str, hours: &str, days: (NaiveDate, NaiveDate), order: &str) -> String {
    row(key, "APOLLO-PULSE-HOURS", hours, days, order)
}

impl Cast<'_, '_> {
    /// The day that was so many days ago.
    fn date(&self, ago: u64) -> NaiveDate {
        let today = self.now.date_naive();
        today.checked_sub_days(Days::new(ago)).unwrap_or(today)
    }

    /// A report that is accepted and billed.
    pub(super) fn usage_billed(&mut self, vendor: Player<'_>, owner: Player<'_>) -> Result<()> {
        let listing = self.listing_of(&id(PULSE)?)?;
        self.day(9)?;
        let (from, between, to) = (self.date(14), self.date(12), self.date(10));
        let rows = [hours("H-1", "48.5", (from, between), ORDER), hours("H-2", "51.25", (between, to), ORDER)];
        let billed = self.report(vendor, &listing, ("First days", from, to), &rows)?;
        self.play::<Report, _>(vendor, |tx| {
            let file = store::lock(tx, &billed)?;
            submit(tx, &billed, &shown(&file).token())
        })?;
        self.day(8)?;
        self.play::<Review, _>(owner, |tx| {
            let file = store::lock(tx, &billed)?;
            accept(tx, &billed, &Acceptance { note: "As expected.".into() }, &shown(&file).token())
        })?;
        self.day(7)?;
        self.play::<Review, _>(owner, |tx| {
            let file = store::lock(tx, &billed)?;
            let billing = Billing { billing_reference: "INV-20417".into(), billing_note: String::new() };
            close(tx, &billed, &billing, &shown(&file).token())
        })
    }

    /// A report that waits for the owner of the marketplace.
    pub(super) fn usage_waiting(&mut self, vendor: Player<'_>) -> Result<()> {
        let listing = self.listing_of(&id(PULSE)?)?;
        self.day(2)?;
        let (from, to) = (self.date(10), self.date(3));
        let rows = [hours("H-3", "160.75", (from, to), ORDER)];
        let waiting = self.report(vendor, &listing, ("Second week", from, to), &rows)?;
        self.play::<Report, _>(vendor, |tx| {
            let file = store::lock(tx, &waiting)?;
            submit(tx, &waiting, &shown(&file).token())
        })
    }

    /// A report with mistakes, and a mapping.
    pub(super) fn usage_wrong(&mut self, vendor: Player<'_>) -> Result<()> {
        let product = id::<Product>(PULSE)?;
        let listing = self.listing_of(&product)?;
        self.day(1)?;
        let (from, to) = (self.date(3), self.date(1));
        let rows = [hours("H-4", "44", (from, to), ORDER), hours("H-4", "45,5", (from, to), "SO-9999")];
        self.report(vendor, &listing, ("Last days", from, to), &rows)?;

        let mapping = Mapping::read(&filled(&SCREENS)).map_err(|_| Problem::internal("the cast's mapping is one"))?;
        self.play::<Report, _>(vendor, |tx| mapping::actions::create(tx, &product, "Screen log", &mapping)).map(drop)
    }

    /// Where a product of the cast is listed.
    pub(super) fn listing_of(&mut self, product: &Id<Product>) -> Result<Id<Listing>> {
        Ok(listings::table.filter(listings::product_id.eq(product)).select(listings::id).first(self.tx.conn)?)
    }

    /// A file for the days from one to the one before another, with a report that is checked.
    pub(super) fn report(
        &mut self,
        vendor: Player<'_>,
        listing: &Id<Listing>,
        (name, from, to): (&str, NaiveDate, NaiveDate),
        rows: &[String],
    ) -> Result<Id<UsageFile>> {
        let last = to.pred_opt().ok_or_else(|| Problem::internal("a period has a last day"))?;
        let details = Details {
            name: name.into(),
            from,
            to: last,
            currency: None,
            description: String::new(),
            external_id: String::new(),
            zone: String::new(),
        };
        let mut text = HEAD.to_owned();
        for row in rows {
            // a cell with a comma in it stands in quotation marks
            text.push_str("\r\n");
            text.push_str(&row.replace("45,5", "\"45,5\""));
        }
        let file_name = format!("{}.csv", name.to_lowercase().replace(' ', "-"));
        let file = self.play::<Report, _>(vendor, |tx| {
            let file = create(tx, listing, &details)?;
            let sent = Sent::small(tx, file_name, FileKind::Csv, text.as_bytes())?;
            upload(tx, &file, &sent)?;
            Ok(file)
        })?;
        self.tx.as_system("", |tx| check_at_once(tx, &file))?;
        Ok(file)
    }
}
