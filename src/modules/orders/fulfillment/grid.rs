//! The queue: requests of subscriptions, a vendor's to work through, a buyer's to follow.

use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text},
};

use super::{Status, Type};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
    },
    modules::{
        orders::subscriptions::{
            View,
            grid::{MARKETPLACE, PARTNER, PRODUCT, THREE, other, own},
        },
        queue::grid::Waits,
    },
};

columns! {
    Column by Created {
        Request = "request" / "Request", sorted "r.id" as Text;
        Type = "type" / "Type", sorted "r.type" as Text;
        Product = "product" / "Product";
        Marketplace = "marketplace" / "Marketplace" (spare);
        Partner = "partner" / "Partner" (minor);
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time (spare);
        Due = "due" / "Due", sorted "r.due_at" as Due;
        Assignee = "assignee" / "Assigned to" (minor);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Requests;

/// The filters of requests that are over, by the days on which they ended.
const ENDED_FROM: &str = "ended_from";
const ENDED_TO: &str = "ended_to";

/// The condition that a request `r` is over. It stays as it was, so it ended when it was last changed.
pub const ENDED: &str = "r.status IN ('approved', 'failed', 'revoked')";

/// The condition that a request `r` is a real order; what vendors adjust by themselves is none.
pub const ORDERED: &str = "r.environment = 'production' AND r.type <> 'adjustment'";
/// The query of these; what narrows it follows.
pub const ORDERS: &str = "?type=purchase&type=change&type=suspend&type=resume&type=cancel&environment=production";

/// The query of what waits for the vendor, the oldest first.
pub const TO_DO: &str = "?status=pending&status=revoking&environment=production&sort=created";
/// The query of what waits for the buyer, the oldest first.
pub const ON_HOLD: &str = "?status=inquiring&environment=production&sort=created";

impl Grid for Requests {
    type Column = Column;
    const NAME: &'static str = "fulfillment";
    const ALL: &'static str = "All requests";
    const SEARCH: &'static str = "Search by customer or request ID";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[
                ("tiers_setup", "Tiers Setup"),
                ("pending", "Pending"),
                ("inquiring", "Inquiring"),
                ("scheduled", "Scheduled"),
                ("revoking", "Revoking"),
                ("approved", "Approved"),
                ("failed", "Failed"),
                ("revoked", "Revoked"),
            ]),
        },
        Filter { key: "type", label: "Type", kind: FilterKind::OneOf(Type::PICKS) },
        grid::REAL_TEST_OR_PREVIEW,
        Filter { key: "product", label: "Product", kind: FilterKind::Contains },
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "contract", label: "Contract ID", kind: FilterKind::Contains },
        Filter { key: "assignee", label: "Assigned to", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
        Filter { key: ENDED_FROM, label: "Completed from", kind: FilterKind::From },
        Filter { key: ENDED_TO, label: "Completed until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct RequestCells {
    #[diesel(embed)]
    pub waits: Waits<Status>,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub customer: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace_id: Option<String>,
    #[diesel(sql_type = Text)]
    vendor: String,
    #[diesel(sql_type = Text)]
    vendor_id: String,
    #[diesel(sql_type = Text)]
    buyer: String,
    #[diesel(sql_type = Text)]
    buyer_id: String,
}

impl RequestCells {
    pub fn partner(&self, vendor: &bool) -> (&str, &str) {
        if *vendor { (&self.buyer, &self.buyer_id) } else { (&self.vendor, &self.vendor_id) }
    }
}

crate::row!(RequestCells: waits);

static ONE: [Side; 1] = [Side::new("fulfillment_requests", own)];
static BOTH: [Side; 2] = [Side::new("fulfillment_requests", own), Side::when("fulfillment_requests", other, THREE)];
static SOLD: Shape = shape(&ONE);
static TRADED: Shape = shape(&BOTH);

const fn shape(sides: &'static [Side]) -> Shape {
    Shape {
        sides,
        cells: "r.id, r.type AS type_, r.status, r.customer_name AS customer, r.environment, r.product_id, v.name AS product, \
            m.name AS marketplace, r.marketplace_id, a.name AS vendor, r.vendor_id, b.name AS buyer, r.buyer_id, \
            u.name AS assignee, r.created_at AS since, r.due_at",
        joins: "JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
            JOIN accounts a ON a.id = r.vendor_id JOIN accounts b ON b.id = r.buyer_id \
            LEFT JOIN marketplaces m ON m.id = r.marketplace_id LEFT JOIN users u ON u.id = r.assignee_id",
        since: "created_at",
        status: Some("status"),
        choices: &[("type", "type"), ("environment", "environment")],
        named: &[
            ("product", PRODUCT),
            ("marketplace", MARKETPLACE),
            ("partner", PARTNER),
            (
                "contract",
                "EXISTS (SELECT FROM subscriptions f WHERE f.id = r.subscription_id AND folded(f.contract_id)",
            ),
            ("assignee", "EXISTS (SELECT FROM users f WHERE f.id = r.assignee_id AND f.search"),
        ],
    }
}

impl Listing for Requests {
    type View = View;
    type Cells = RequestCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &SOLD } else { &TRADED }
    }

    fn narrow(sql: &mut Sql, read: &Read<'_, View>, key: &str, values: &[String]) {
        if key != ENDED_FROM && key != ENDED_TO {
            return;
        }
        // few may have ended on these days, so they are found in the order of their ends
        sql.plan_anew();
        sql.push(&format!(" AND {ENDED}"));
        let day = values.first().map_or("", String::as_str);
        sql.day("r.updated_at", day, read.actor.zone(), key == ENDED_TO);
    }

    fn cell(row: &RequestCells, column: Column) -> Cell {
        match column {
            Column::Request => Cell::Text(format!("{} ({})", row.customer, row.waits.id)),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Product => Cell::Text(format!("{} ({})", row.waits.product, row.waits.product_id)),
            Column::Marketplace => Cell::maybe(row.marketplace.as_deref()),
            Column::Partner => {
                Cell::Text(format!("{} ({}), {} ({})", row.vendor, row.vendor_id, row.buyer, row.buyer_id))
            }
            Column::Environment => Cell::Text(row.waits.environment.label().to_owned()),
            Column::Created => Cell::At(row.waits.since),
            Column::Due => row.waits.due(),
            Column::Assignee => Cell::maybe(row.waits.assignee.as_deref()),
            Column::Status => Cell::Text(row.waits.status.label().to_owned()),
        }
    }
}
