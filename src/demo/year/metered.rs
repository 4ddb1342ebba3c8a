//! A year of usage of what is metered: each month a report, which is submitted, accepted and billed.

use chrono::{Datelike as _, Months, NaiveDate};

use super::{
    Year,
    firms::{ATLAS, GRACE, person_of},
    found,
    sales::{METERED, called},
    selling::{VAULT, VAULT_HOURS, good},
};
use crate::{
    demo::{Cast, id, usage::row},
    kit::{id::Id, problem::Result},
    modules::usage::{
        Report, Review, UsageFile,
        actions::{accept, close, shown, submit},
        data::{Acceptance, Billing},
        store,
    },
};

/// Months that are reported.
const REPORTED: u32 = 12;
/// The day of the month until which the month before is still being reported.
const REPORTING: u32 = 9;

/// A report for each month that is over, its acceptance and its bill.
pub fn plan(year: &mut Year, today: NaiveDate) {
    let skipped = u32::from(today.day() < REPORTING);
    for before in (1 + skipped..=REPORTED + skipped).rev() {
        let (from, to) = (month(today, before), month(today, before - 1));
        let reported = (today - to).num_days() - 3;
        year.at(reported, move |cast| cast.month_is_reported(from, to, REPORTED + skipped - before));
        year.at(reported - 2, move |cast| cast.month_is_accepted(from));
        // the latest is still to be billed
        if before > 1 + skipped {
            year.at(reported - 4, move |cast| cast.month_is_billed(from));
        }
    }
}

/// The first day of the month so many months before that of `today`.
fn month(today: NaiveDate, before: u32) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(Months::new(before)).unwrap_or(first)
}

impl Cast<'_, '_> {
    /// Atlas reports what was kept.
    fn month_is_reported(&mut self, from: NaiveDate, to: NaiveDate, nth: u32) -> Result<()> {
        let (vendor, person) = self.who(person_of(ATLAS))?;
        let product = id(good(VAULT).map_or("", |good| good.id))?;
        let listing = self.listing_of(&product)?;
        let line = |number: usize| {
            let place = number as u32;
            let hours = 620 + 37 * nth + 140 * place + (nth * 29 + place * 13) % 50;
            let key = format!("V-{}-{}", from.format("%Y-%m"), number + 1);
            row(&key, VAULT_HOURS, &format!("{hours}.25"), (from, to), &called(number))
        };
        let rows: Vec<String> = (0..METERED).map(line).collect();
        let name = from.format("%B %Y").to_string();
        let file = self.report((&vendor, &person), &listing, (name.as_str(), from, to), &rows)?;
        self.play::<Report, _>((&vendor, &person), |tx| {
            let row = store::lock(tx, &file)?;
            submit(tx, &file, &shown(&row).token())
        })?;
        self.year()?.reports.insert(from, file);
        Ok(())
    }

    fn report_of(&mut self, from: NaiveDate) -> Result<Id<UsageFile>> {
        found(self.year()?.reports.get(&from), "the report")
    }

    fn month_is_accepted(&mut self, from: NaiveDate) -> Result<()> {
        let file = self.report_of(from)?;
        self.by::<Review, _>(GRACE, |tx| {
            let row = store::lock(tx, &file)?;
            accept(tx, &file, &Acceptance { note: String::new() }, &shown(&row).token())
        })
    }

    fn month_is_billed(&mut self, from: NaiveDate) -> Result<()> {
        let file = self.report_of(from)?;
        let billing =
            Billing { billing_reference: format!("INV-{}", from.format("%Y%m")), billing_note: String::new() };
        self.by::<Review, _>(GRACE, |tx| {
            let row = store::lock(tx, &file)?;
            close(tx, &file, &billing, &shown(&row).token())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_months_is_over_whatever_day_it_is() {
        for day in ["2026-03-01", "2026-03-08", "2026-03-09", "2026-03-31", "2028-02-29"] {
            let today: NaiveDate = day.parse().unwrap();
            let skipped = u32::from(today.day() < REPORTING);
            let latest = month(today, skipped);
            assert!((today - latest).num_days() - 3 - 4 >= 1, "{day}");
            let oldest = month(today, REPORTED + skipped);
            // the first orders are approved by then
            assert!((today - oldest).num_days() < 412, "{day}");
        }
    }
}
