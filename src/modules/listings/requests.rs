//! The grid of listing requests: a vendor's, or the queue of a marketplace's owner.

use diesel::{QueryableByName, sql_types::Text};

use super::{
    RequestStatus, Type, View,
    grid::{MARKETPLACE, OWNER, VENDOR, find, fits},
};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
    },
    modules::queue::grid::Waits,
};

columns! {
    Column by Submitted {
        Request = "request" / "Request", sorted "r.id" as Text;
        Type = "type" / "Type", sorted "r.type" as Text;
        Marketplace = "marketplace" / "Marketplace" (minor);
        Partner = "partner" / "Partner";
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Submitted = "submitted" / "Submitted", sorted "r.submitted_at" as Time;
        Due = "due" / "Due", sorted "r.due_at" as Due;
        Assignee = "assignee" / "Assigned to" (minor);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Requests;

/// The query of what has still to be done, the oldest first.
pub const TO_DO: &str = "?status=reviewing&status=deploying&environment=production&sort=submitted";
/// The query of what the vendor has to submit again or for the first time, in the order of its last submission.
pub const DRAFTS: &str = "?status=draft&environment=production";

impl Grid for Requests {
    type Column = Column;
    const NAME: &'static str = "listing-requests";
    const ALL: &'static str = "All requests";
    const SEARCH: &'static str = "Search by product or request ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: FilterKind::OneOf(RequestStatus::PICKS) },
        Filter { key: "type", label: "Type", kind: FilterKind::OneOf(Type::PICKS) },
        grid::REAL_OR_TEST,
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "contract", label: "Contract ID", kind: FilterKind::Contains },
        Filter { key: "assignee", label: "Assigned to", kind: FilterKind::Contains },
        Filter { key: "from", label: "Submitted from", kind: FilterKind::From },
        Filter { key: "to", label: "Submitted until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct RequestCells {
    #[diesel(embed)]
    pub waits: Waits<RequestStatus>,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub marketplace_id: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Text)]
    pub partner_id: String,
    #[diesel(sql_type = Text)]
    pub partner: String,
}

crate::row!(RequestCells: waits);

/// The distribution contract of the listing that is asked for.
const CONTRACT: (&str, &str) =
    ("contract", "EXISTS (SELECT FROM listings f WHERE f.id = r.listing_id AND folded(f.contract_id)");

/// A vendor's requests. Who works on them is the owner's own affair.
static SENT: Shape = Shape {
    sides: &[Side::new("listing_requests", |_| "vendor_id")],
    cells: "r.id, r.type AS type_, r.status, r.environment, r.product_id, p.name AS product, m.id AS marketplace_id, m.name AS marketplace, \
        a.id AS partner_id, a.name AS partner, NULL::text AS assignee, r.submitted_at AS since, r.due_at",
    joins: "JOIN products p ON p.id = r.product_id JOIN marketplaces m ON m.id = r.marketplace_id \
        JOIN accounts a ON a.id = r.owner_id",
    since: "submitted_at",
    status: Some("status"),
    choices: &[("type", "type"), ("environment", "environment")],
    named: &[MARKETPLACE, OWNER, CONTRACT],
};

/// The queue of a marketplace's owner: products are named as they were submitted.
static RECEIVED: Shape = Shape {
    sides: &[Side::new("listing_requests", |_| "owner_id")],
    cells: "r.id, r.type AS type_, r.status, r.environment, r.product_id, v.name AS product, m.id AS marketplace_id, m.name AS marketplace, \
        a.id AS partner_id, a.name AS partner, u.name AS assignee, r.submitted_at AS since, r.due_at",
    joins: "JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
        JOIN marketplaces m ON m.id = r.marketplace_id JOIN accounts a ON a.id = r.vendor_id \
        LEFT JOIN users u ON u.id = r.assignee_id",
    since: "submitted_at",
    status: Some("status"),
    choices: &[("type", "type"), ("environment", "environment")],
    named: &[
        MARKETPLACE,
        VENDOR,
        CONTRACT,
        ("assignee", "EXISTS (SELECT FROM users f WHERE f.id = r.assignee_id AND f.search"),
    ],
};

impl Listing for Requests {
    type View = View;
    type Cells = RequestCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &SENT } else { &RECEIVED }
    }

    fn find(sql: &mut Sql, read: &Read<'_, View>, _: &Side, text: &str) {
        find(sql, read, text);
    }

    fn fits(sql: &mut Sql, read: &Read<'_, View>, _: &Side, text: &str) {
        fits(sql, read, text);
    }

    fn cell(row: &RequestCells, column: Column) -> Cell {
        match column {
            Column::Request => {
                Cell::Text(format!("{} ({}), {}", row.waits.product, row.waits.product_id, row.waits.id))
            }
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Marketplace => Cell::Text(format!("{} ({})", row.marketplace, row.marketplace_id)),
            Column::Partner => Cell::Text(format!("{} ({})", row.partner, row.partner_id)),
            Column::Environment => Cell::Text(row.waits.environment.label().to_owned()),
            Column::Submitted => Cell::At(row.waits.since),
            Column::Due => row.waits.due(),
            Column::Assignee => Cell::maybe(row.waits.assignee.as_deref()),
            Column::Status => Cell::Text(row.waits.status.label().to_owned()),
        }
    }
}
