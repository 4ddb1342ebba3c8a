//! The queue of tier account requests: a vendor's to decide, an owner's to follow.

use diesel::{
    QueryableByName,
    sql_types::{Array, Text},
};

use super::Status;
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
        words::Words,
    },
    modules::{customers::View, queue::grid::Waits},
    t,
};

columns! {
    Column by Created {
        Request = "request" / "Request", sorted "r.account_name" as Text;
        Product = "product" / "Product";
        Partner = "partner" / "Partner" (minor);
        Roles = "roles" / "Used as" (minor);
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Due = "due" / "Due", sorted "r.due_at" as Due;
        Reason = "reason" / "Reason" (spare);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Requests;

/// The query of what waits for the vendor, the oldest first.
pub const TO_DO: &str = "?status=pending&environment=production&sort=created";

impl Grid for Requests {
    type Column = Column;
    const NAME: &'static str = "customer-requests";
    const ALL: &'static str = "All requests";
    const SEARCH: &'static str = "Search by account or request ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: FilterKind::OneOf(Status::PICKS) },
        grid::REAL_TEST_OR_PREVIEW,
        Filter { key: "product", label: "Product", kind: FilterKind::Contains },
        Filter { key: "account", label: "Account ID", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct RequestCells {
    #[diesel(embed)]
    pub waits: Waits<Status>,
    #[diesel(sql_type = Text)]
    pub account: String,
    #[diesel(sql_type = Text)]
    vendor: String,
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
    #[diesel(sql_type = Text)]
    pub reason: String,
}

impl RequestCells {
    pub fn partner(&self, vendor: &bool) -> &str {
        if *vendor { &self.owner } else { &self.vendor }
    }

    pub fn roles(&self) -> Words {
        roles(&self.roles)
    }
}

/// "Customer and Tier 1".
pub fn roles(keys: &[String]) -> Words {
    let label = |key: &str| match key {
        "customer" => t!("Customer"),
        "tier1" => t!("Tier {level}", level = 1),
        _ => t!("Tier {level}", level = 2),
    };
    Words::all_of(keys.iter().map(|key| label(key)))
}

crate::row!(RequestCells: waits);

static SHAPE: Shape = Shape {
    sides: &[Side::new("tier_account_requests", |role| if role == Role::Vendor { "vendor_id" } else { "owner_id" })],
    cells: "r.id, r.status, r.environment, r.account_name AS account, r.product_id, p.name AS product, a.name AS vendor, o.name AS owner, \
        r.roles, r.reason, NULL::text AS assignee, r.created_at AS since, r.due_at",
    joins: "JOIN products p ON p.id = r.product_id JOIN accounts a ON a.id = r.vendor_id JOIN accounts o ON o.id = r.owner_id",
    since: "created_at",
    status: Some("status"),
    choices: &[("environment", "environment")],
    named: &[
        ("product", "EXISTS (SELECT FROM products f WHERE f.id = r.product_id AND f.search"),
        ("account", "EXISTS (SELECT WHERE lower(r.tier_account_id)"),
        ("partner", "EXISTS (SELECT FROM accounts f WHERE f.id IN (r.vendor_id, r.owner_id) AND f.search"),
    ],
};

impl Listing for Requests {
    type View = View;
    type Cells = RequestCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &RequestCells, column: Column) -> Cell {
        match column {
            Column::Request => Cell::Text(format!("{} ({})", row.account, row.waits.id)),
            Column::Product => Cell::Text(format!("{} ({})", row.waits.product, row.waits.product_id)),
            Column::Partner => Cell::Text(format!("{}, {}", row.vendor, row.owner)),
            Column::Roles => Cell::Text(row.roles().to_string()),
            Column::Environment => Cell::Text(row.waits.environment.label().to_owned()),
            Column::Created => Cell::At(row.waits.since),
            Column::Due => row.waits.due(),
            Column::Reason => Cell::Text(row.reason.clone()),
            Column::Status => Cell::Text(row.waits.status.label().to_owned()),
        }
    }
}
