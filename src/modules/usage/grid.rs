//! The grid of usage files: a vendor's own, or those that were submitted to a marketplace's owner.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Bool, Int4, Nullable, Text, Timestamptz},
};

use super::{Status, View, pages::days_in};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
        time::Zone,
        words::Words,
    },
    modules::queue::grid::Waits,
};

columns! {
    Column by Created {
        File = "file" / "File", sorted "r.name" as Text;
        Product = "product" / "Product", sorted "r.product_name" as Text;
        Partner = "partner" / "Partner" (minor);
        Marketplace = "marketplace" / "Marketplace" (spare);
        Period = "period" / "Period", sorted "r.period_from" as Time;
        Records = "records" / "Records": number, sorted "r.records" as Number;
        Amount = "amount" / "Amount": number;
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        External = "external" / "External ID", sorted "r.external_id" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time (minor);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

/// What waits for the owner of a marketplace, the oldest first.
pub const TO_DO: &str = "?status=pending&environment=production&sort=created";
/// What was sent back to the vendor, the oldest first.
pub const SENT_BACK: &str = "?status=rejected&environment=production&sort=created";

/// The usage files of a company.
pub struct Files;

impl Grid for Files {
    type Column = Column;
    const NAME: &'static str = "usage-files";
    const ALL: &'static str = "All usage files";
    const SEARCH: &'static str = "Search by name, ID, product or external ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: FilterKind::OneOf(Status::PICKS) },
        grid::REAL_OR_TEST,
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct FileCells {
    #[diesel(embed)]
    pub waits: Waits<Status>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub partner_id: String,
    #[diesel(sql_type = Text)]
    pub partner: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Timestamptz)]
    period_from: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    period_to: DateTime<Utc>,
    /// In which its days begin; empty is UTC.
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Int4)]
    pub records: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    /// Whether it was uploaded although another file has the same report.
    #[diesel(sql_type = Bool)]
    pub repeats: bool,
    /// What is done with many binds to it.
    #[diesel(sql_type = Text)]
    pub revision: String,
}

impl FileCells {
    pub fn period(&self) -> Words {
        days_in(self.clock(), self.period_from, self.period_to)
    }

    fn clock(&self) -> Zone {
        Zone::named(&self.zone)
    }

    /// The first and the last day of the period.
    fn first_and_last(&self) -> (NaiveDate, NaiveDate) {
        (self.clock().today(self.period_from), self.clock().today(self.period_to - TimeDelta::seconds(1)))
    }
}

crate::row!(FileCells: waits);

/// The other company: to the vendor who owns the marketplace, to everybody else the vendor.
const OWNER: (&str, &str) = ("partner", "EXISTS (SELECT FROM accounts f WHERE f.id = r.owner_id AND f.search");
const VENDOR: (&str, &str) = ("partner", "EXISTS (SELECT FROM accounts f WHERE f.id = r.vendor_id AND f.search");
const MARKETPLACE: (&str, &str) =
    ("marketplace", "EXISTS (SELECT FROM marketplaces f WHERE f.id = r.marketplace_id AND f.search");

/// Nobody says how fast usage is looked through, nor who does it. What is prepared anew says nothing of its report.
const CELLS: &str = "r.id, r.name, r.status, r.environment, r.external_id, r.product_id, r.product_name AS product, a.id AS partner_id, \
    a.name AS partner, m.name AS marketplace, r.period_from, r.period_to, r.zone, r.records, r.amount, r.currency, r.revision::text AS revision, \
    r.status IN ('rejected', 'pending', 'accepted', 'closed') AND EXISTS (SELECT FROM usage_uploads u WHERE u.file_id = r.id \
    AND u.repeats IS NOT NULL) AS repeats, NULL::text AS assignee, r.created_at AS since, NULL::timestamptz AS due_at";

static REPORTED: Shape = Shape {
    sides: &[Side::new("usage_files", |_| "vendor_id")],
    cells: CELLS,
    joins: "JOIN accounts a ON a.id = r.owner_id JOIN marketplaces m ON m.id = r.marketplace_id",
    since: "created_at",
    status: Some("status"),
    choices: &[("environment", "environment")],
    named: &[MARKETPLACE, OWNER],
};

/// Seen from the first submission on; what its records come to only while they are seen, by [`Status::shows_records`]: a test holds the two
/// together. So nothing of a file that is prepared anew stands in a cell, and nothing is told by an order.
static RECEIVED: Shape = Shape {
    sides: &[Side::when(
        "(SELECT f.id, f.name, f.status, f.environment, f.external_id, f.product_id, f.product_name, f.vendor_id, f.owner_id, \
         f.marketplace_id, f.contract_id, f.schema, f.period_from, f.period_to, f.zone, f.currency, f.billing_reference, f.created_at, \
         f.updated_at, f.submitted_at, f.revision, f.search, \
         CASE WHEN f.status IN ('rejected', 'pending', 'accepted', 'closed') THEN f.records ELSE 0 END AS records, \
         CASE WHEN f.status IN ('rejected', 'pending', 'accepted', 'closed') THEN f.amount END AS amount FROM usage_files f)",
        |_| "owner_id",
        "r.submitted_at IS NOT NULL",
    )],
    cells: CELLS,
    joins: "JOIN accounts a ON a.id = r.vendor_id JOIN marketplaces m ON m.id = r.marketplace_id",
    since: "created_at",
    status: Some("status"),
    choices: &[("environment", "environment")],
    named: &[MARKETPLACE, VENDOR],
};

impl Listing for Files {
    type View = View;
    type Cells = FileCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &REPORTED } else { &RECEIVED }
    }

    fn cell(row: &FileCells, column: Column) -> Cell {
        match column {
            Column::File => Cell::Text(format!("{} ({})", row.name, row.waits.id)),
            Column::Product => Cell::Text(format!("{} ({})", row.waits.product, row.waits.product_id)),
            Column::Partner => Cell::Text(format!("{} ({})", row.partner, row.partner_id)),
            Column::Marketplace => Cell::Text(row.marketplace.clone()),
            Column::Period => {
                let (first, last) = row.first_and_last();
                Cell::Text(format!("{first} – {last}"))
            }
            Column::Records => Cell::Number(f64::from(row.records)),
            Column::Amount => match (&row.amount, &row.currency) {
                (Some(amount), Some(currency)) => Cell::Text(format!("{amount} {currency}")),
                _ => Cell::Empty,
            },
            Column::Environment => Cell::Text(row.waits.environment.label().to_owned()),
            Column::External => Cell::Text(row.external_id.clone()),
            Column::Created => Cell::At(row.waits.since),
            Column::Status => Cell::Text(row.waits.status.label().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::usage::lifecycle::Part;

    #[test]
    fn a_list_counts_the_records_that_its_reader_sees() {
        let seen = Status::ALL.iter().copied().filter(|status| status.shows_records(Part::Owner));
        let seen: Vec<String> = seen.map(|status| format!("'{}'", status.key())).collect();
        let rule = format!("CASE WHEN f.status IN ({}) THEN", seen.join(", "));
        assert_eq!(RECEIVED.sides[0].rows.matches(&rule).count(), 2);
        // the vendor's own need no rule: what is there is seen, and an upload begins with nothing
        assert_eq!(REPORTED.sides[0].rows, "usage_files");
    }
}
