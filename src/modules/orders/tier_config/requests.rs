//! The queue of tier configuration requests.

use diesel::{QueryableByName, sql_types::Text};

use super::{RequestStatus, Type, View, grid::PRODUCT};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
    modules::{
        orders::subscriptions::grid::{THREE, other, own},
        queue::grid::Waits,
    },
};

columns! {
    Column by Created {
        Request = "request" / "Request", sorted "r.account_name" as Text;
        Type = "type" / "Type", sorted "r.type" as Text;
        Product = "product" / "Product";
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Due = "due" / "Due", sorted "r.due_at" as Due;
        Assignee = "assignee" / "Assigned to" (minor);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Requests;

/// The query of what waits for the vendor, the oldest first.
pub const TO_DO: &str = "?status=pending&environment=production&sort=created";

impl Grid for Requests {
    type Column = Column;
    const NAME: &'static str = "tier-config-requests";
    const ALL: &'static str = "All requests";
    const SEARCH: &'static str = "Search by account or request ID";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[
                ("tiers_setup", "Tiers Setup"),
                ("pending", "Pending"),
                ("inquiring", "Inquiring"),
                ("approved", "Approved"),
                ("failed", "Failed"),
            ]),
        },
        Filter { key: "type", label: "Type", kind: FilterKind::OneOf(Type::PICKS) },
        grid::REAL_TEST_OR_PREVIEW,
        Filter { key: "product", label: "Product", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct RequestCells {
    #[diesel(embed)]
    pub waits: Waits<RequestStatus>,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub account: String,
}

crate::row!(RequestCells: waits);

static ONE: [Side; 1] = [Side::new("tier_config_requests", own)];
static BOTH: [Side; 2] = [Side::new("tier_config_requests", own), Side::when("tier_config_requests", other, THREE)];
static SOLD: Shape = shape(&ONE);
static TRADED: Shape = shape(&BOTH);

const fn shape(sides: &'static [Side]) -> Shape {
    Shape {
        sides,
        cells: "r.id, r.type AS type_, r.status, r.account_name AS account, r.environment, r.product_id, p.name AS product, u.name AS assignee, \
            r.created_at AS since, r.due_at",
        joins: "JOIN products p ON p.id = r.product_id LEFT JOIN users u ON u.id = r.assignee_id",
        since: "created_at",
        status: Some("status"),
        choices: &[("type", "type"), ("environment", "environment")],
        named: &[("product", PRODUCT)],
    }
}

impl Listing for Requests {
    type View = View;
    type Cells = RequestCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &SOLD } else { &TRADED }
    }

    fn cell(row: &RequestCells, column: Column) -> Cell {
        match column {
            Column::Request => Cell::Text(format!("{} ({})", row.account, row.waits.id)),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Product => Cell::Text(format!("{} ({})", row.waits.product, row.waits.product_id)),
            Column::Environment => Cell::Text(row.waits.environment.label().to_owned()),
            Column::Created => Cell::At(row.waits.since),
            Column::Due => row.waits.due(),
            Column::Assignee => Cell::maybe(row.waits.assignee.as_deref()),
            Column::Status => Cell::Text(row.waits.status.label().to_owned()),
        }
    }
}
