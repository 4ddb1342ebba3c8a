//! What is said of a usage file: by its vendor, and by who decides about it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::{mapping::data::InZone, store::FileRow};
use crate::{
    input,
    kit::{
        input::kinds::{Day, IdOf, Key, Line, Listed, Maybe, Sentences},
        time::Zone,
        violation::{Violation, Violations, Why},
    },
    modules::{ids::Listing, marketplaces::reference},
};

input! {
    /// Of which product usage is reported, and to whom.
    pub struct Placed, PlacedDraft {
        "" {
            listing: crate::kit::id::Id<Listing> = IdOf::new("Choose a product from the list"), "Product and marketplace", at "listing.id",
                missing "Choose a product", hint "Products with a usage schema that are or were listed on a marketplace.";
        }
    }
}

input! {
    /// What a vendor says of a file.
    pub struct Details, DetailsDraft settled by settle {
        "" {
            name: String = Line(100), "Name", at "name", missing "Enter a name", hint "Shown to the distributor, for example “Usage for May 2026”.";
            /// The first day, in the file's time zone.
            from: NaiveDate = Day, "First day", at "period.from", missing "Enter the first day of the period",
                hint "Days start and end at midnight in the file's time zone.";
            /// The last day there: it belongs to the period.
            to: NaiveDate = Day, "Last day", at "period.to", missing "Enter the last day of the period";
            zone: String = InZone, "Time zone", at "period.time_zone",
                hint "Such as Europe/Berlin: when its days begin, and what start_time and end_time in the report mean. Leave it empty for UTC.";
            currency: Option<String> = Maybe(Listed { picks: reference::currencies, wrong: "Choose a currency" }), "Currency", at "currency",
                hint "Applies to all amounts in the file. Leave it empty if the file only has quantities.";
            description: String = Sentences(200, 2), "Description", at "description", hint "Shown to the distributor.";
            external_id: String = Key(200), "External ID", at "external_id", hint "The ID in your own system.";
        }
    }
}

fn settle(draft: &mut DetailsDraft, wrong: &mut Violations) {
    if let (Some(from), Some(to)) = (draft.from, draft.to)
        && to < from
    {
        wrong.push(Violation::new("to", Why::new("order", "The last day must not be before the first day")));
    }
}

/// When a day begins; where the calendar of the zone leaves the day out, as UTC counts.
fn midnight(day: NaiveDate, zone: Zone) -> DateTime<Utc> {
    zone.start_of(day).unwrap_or_else(|| day.and_time(NaiveTime::MIN).and_utc())
}

impl Details {
    /// The time zone in which its days begin.
    pub fn clock(&self) -> Zone {
        Zone::named(&self.zone)
    }

    /// The instants of the period, half-open.
    pub fn period(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let (zone, behind) = (self.clock(), self.to.checked_add_days(Days::new(1)).unwrap_or(self.to));
        (midnight(self.from, zone), midnight(behind, zone))
    }

    /// Whether times and the period mean the same in both.
    pub fn same_times(&self, other: &Self) -> bool {
        self.period() == other.period() && self.clock() == other.clock()
    }

    pub fn of(file: &FileRow) -> Self {
        Self {
            name: file.name.clone(),
            from: file.first_day(),
            to: file.last_day(),
            zone: file.zone.clone(),
            currency: file.currency.clone(),
            description: file.description.clone(),
            external_id: file.external_id.clone(),
        }
    }
}

input! {
    /// Why a file is rejected.
    pub struct Rejection, RejectionDraft {
        "" {
            note: String = Sentences(200, 2), "Reason", at "rejection_note", missing "Enter a reason",
                hint "Shown to the vendor. Up to 200 characters.";
        }
    }
}

input! {
    /// What is said when a file is accepted.
    pub struct Acceptance, AcceptanceDraft {
        "" {
            note: String = Sentences(200, 2), "Note", at "acceptance_note", hint "Shown to the vendor. Up to 200 characters.";
        }
    }
}

input! {
    /// How a file was billed.
    pub struct Billing, BillingDraft {
        "" {
            billing_reference: String = Key(200), "External billing ID", at "external_billing_id", missing "Enter the external billing ID",
                hint "The ID in your billing system, such as an invoice number.";
            billing_note: String = Sentences(200, 2), "External billing note", at "external_billing_note", hint "Up to 200 characters.";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::Input as _;

    fn there(from: &str, to: &str, zone: &str) -> Result<Details, Violations> {
        let typed = ["Usage of May", from, to, zone, "USD", "", ""];
        Details::read(&typed.map(str::to_owned))
    }

    fn read(from: &str, to: &str) -> Result<Details, Violations> {
        there(from, to, "")
    }

    #[test]
    fn a_period_holds_its_last_day() {
        let (from, to) = read("2026-05-01", "2026-05-31").unwrap().period();
        assert_eq!(
            (from.to_rfc3339(), to.to_rfc3339()),
            ("2026-05-01T00:00:00+00:00".into(), "2026-06-01T00:00:00+00:00".into())
        );
        let (from, to) = read("2026-05-01", "2026-05-01").unwrap().period();
        assert_eq!((to - from).num_hours(), 24);
    }

    #[test]
    fn days_are_those_of_the_zone_and_clocks_that_change_make_them_shorter_and_longer() {
        let (from, to) = there("2026-03-01", "2026-03-31", "Europe/Berlin").unwrap().period();
        assert_eq!(
            (from.to_rfc3339(), to.to_rfc3339()),
            ("2026-02-28T23:00:00+00:00".into(), "2026-03-31T22:00:00+00:00".into())
        );
        assert_eq!((to - from).num_hours(), 743);
        let hours = |day: &str, zone: &str| {
            let (from, to) = there(day, day, zone).unwrap().period();
            (to - from).num_hours()
        };
        assert_eq!((hours("2026-03-29", "Europe/Berlin"), hours("2026-10-25", "Europe/Berlin")), (23, 25));
        // clocks that are put forward at midnight leave out the first hour
        assert_eq!(hours("2026-09-06", "America/Santiago"), 23);
        assert_eq!(there("2026-03-01", "2026-03-31", "Middle/Earth").unwrap_err()[0].at, "zone");
    }

    #[test]
    fn a_period_does_not_end_before_it_begins() {
        assert_eq!(read("2026-05-02", "2026-05-01").unwrap_err()[0].at, "to");
    }
}
