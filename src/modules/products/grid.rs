//! The grid of a vendor's own products.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use super::{Category, Status, ViewOwn};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
        words::Words,
    },
};

columns! {
    Column by Created {
        Product = "product" / "Product", sorted "r.name" as Text;
        Category = "category" / "Category", sorted "coalesce(r.category, '')" as Text;
        Version = "version" / "Version";
        Listings = "listings" / "Listed on": number;
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub const STATUSES: FilterKind = FilterKind::OneOf(Status::PICKS);
pub const CATEGORIES: FilterKind = FilterKind::OneOf(Category::PICKS);

/// The products of a vendor.
pub struct Products;

impl Grid for Products {
    type Column = Column;
    const NAME: &'static str = "products";
    const ALL: &'static str = "All products";
    const SEARCH: &'static str = "Search by name or ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: STATUSES },
        Filter { key: "category", label: "Category", kind: CATEGORIES },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct ProductCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub icon: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<Category>,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = BigInt)]
    listings: i64,
    #[diesel(sql_type = BigInt)]
    tests: i64,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl ProductCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    pub fn category(&self) -> &'static str {
        self.category.map_or("", |category| category.label())
    }

    /// "3", "3 · 1 test".
    pub fn listings(&self) -> grid::Apart {
        grid::Apart::both(self.listings, self.tests, grid::COUNTED)
    }

    /// "3", or that there is none yet.
    pub fn version(&self) -> Words {
        if self.version == 0 { crate::t!("Master only") } else { Words::data(self.version.to_string()) }
    }
}

crate::row!(ProductCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("products", |_| "vendor_id")],
    cells: "r.id, r.name, r.icon, r.category, r.version::bigint AS version, r.status, r.created_at, \
        l.listings, l.tests",
    joins: "CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE l.environment = 'production') AS listings, \
        count(*) FILTER (WHERE l.environment = 'test') AS tests FROM listings l WHERE l.product_id = r.id AND l.status = 'listed') l",
    since: "created_at",
    status: Some("status"),
    choices: &[("category", "category")],
    named: &[],
};

impl Listing for Products {
    type View = ViewOwn;
    type Cells = ProductCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &ProductCells, column: Column) -> Cell {
        match column {
            Column::Product => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Category => Cell::maybe(row.category.map(|category| category.label())),
            Column::Version => Cell::Number(row.version as f64),
            Column::Listings => Cell::Text(row.listings().to_string()),
            Column::Created => Cell::At(row.created_at),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
