//! The Directory of tier configurations.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int4, Text, Timestamptz},
};

use super::{Status, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        environment::Environment,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
    modules::orders::subscriptions::grid::{THREE, other, own},
};

columns! {
    Column by Created {
        Account = "account" / "Configuration", sorted "r.account_name" as Text;
        Level = "level" / "Tier": number, sorted "r.level" as Number;
        Product = "product" / "Product";
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Updated = "updated" / "Updated", sorted "r.updated_at" as Time (spare);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Configs;

/// What finds a product by its name.
pub const PRODUCT: &str = "EXISTS (SELECT FROM products f WHERE f.id = r.product_id AND f.search";

impl Grid for Configs {
    type Column = Column;
    const NAME: &'static str = "tier-configs";
    const ALL: &'static str = "All configurations";
    const SEARCH: &'static str = "Search by account or ID";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[("processing", "Processing"), ("active", "Active")]),
        },
        grid::REAL_TEST_OR_PREVIEW,
        Filter { key: "product", label: "Product", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct ConfigCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Text)]
    pub account: String,
    #[diesel(sql_type = Int4)]
    pub level: i32,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl ConfigCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(ConfigCells);

static ONE: [Side; 1] = [Side::new("tier_configs", own)];
static BOTH: [Side; 2] = [Side::new("tier_configs", own), Side::when("tier_configs", other, THREE)];
static SOLD: Shape = shape(&ONE);
static TRADED: Shape = shape(&BOTH);

const fn shape(sides: &'static [Side]) -> Shape {
    Shape {
        sides,
        cells: "r.id, r.status, r.account_name AS account, r.level, r.environment, r.product_id, p.name AS product, \
            r.created_at, r.updated_at",
        joins: "JOIN products p ON p.id = r.product_id",
        since: "created_at",
        status: Some("status"),
        choices: &[("environment", "environment")],
        named: &[("product", PRODUCT)],
    }
}

impl Listing for Configs {
    type View = View;
    type Cells = ConfigCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &SOLD } else { &TRADED }
    }

    fn cell(row: &ConfigCells, column: Column) -> Cell {
        match column {
            Column::Account => Cell::Text(format!("{} ({})", row.account, row.id)),
            Column::Level => Cell::Number(f64::from(row.level)),
            Column::Product => Cell::Text(format!("{} ({})", row.product, row.product_id)),
            Column::Environment => Cell::Text(row.environment.label().to_owned()),
            Column::Created => Cell::At(row.created_at),
            Column::Updated => Cell::At(row.updated_at),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
