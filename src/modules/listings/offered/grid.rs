//! The grid of products that a company may sell: what vendors listed, or asked to list, on its marketplaces, and what it sells by syndication.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        environment::Environment,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
    modules::products::{
        Category, Status, ViewOffered,
        grid::{CATEGORIES, STATUSES},
    },
};

columns! {
    Column by Since {
        Product = "product" / "Product", sorted "r.name" as Text;
        Vendor = "vendor" / "Vendor", sorted "(SELECT a.name FROM accounts a WHERE a.id = r.vendor_id)" as Text;
        Category = "category" / "Category", sorted "r.category" as Text;
        Version = "version" / "Version": number;
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Since = "since" / "Visible since", sorted "r.since" as Time;
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Offered;

impl Grid for Offered {
    type Column = Column;
    const NAME: &'static str = "offered-products";
    const PATH: &'static str = "products";
    const ALL: &'static str = "All products";
    const SEARCH: &'static str = "Search by product or ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: STATUSES },
        Filter { key: "category", label: "Category", kind: CATEGORIES },
        grid::REAL_OR_TEST,
        Filter { key: "vendor", label: "Vendor", kind: FilterKind::Contains },
        Filter { key: "from", label: "Visible from", kind: FilterKind::From },
        Filter { key: "to", label: "Visible until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct OfferedCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub icon: Option<String>,
    #[diesel(sql_type = Text)]
    pub category: Category,
    #[diesel(sql_type = Text)]
    pub vendor_id: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// A test while every listing that shows it is one.
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl OfferedCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(OfferedCells);

static SHAPE: Shape = Shape {
    // the condition of sight is one equality on an index; what is only shown is not joined where rows are counted or looked through.
    // A product that is seen for both reasons stands under the first
    sides: &[
        Side::new(
            "(SELECT s.product_id AS id, s.viewer_id, s.since, s.environment, s.search, p.vendor_id, p.status, v.name, v.icon, v.category, v.number \
         FROM sight s LEFT JOIN products p ON p.id = s.product_id \
         LEFT JOIN product_versions v ON v.product_id = s.product_id AND v.number = p.public_version \
         WHERE s.why = 'listing' AND s.search <> '')",
            |_| "viewer_id",
        ),
        Side::new(
            "(SELECT s.product_id AS id, s.viewer_id, s.since, s.environment, s.search, p.vendor_id, p.status, v.name, v.icon, v.category, v.number \
         FROM sight s LEFT JOIN products p ON p.id = s.product_id \
         LEFT JOIN product_versions v ON v.product_id = s.product_id AND v.number = p.public_version \
         WHERE s.why = 'syndication' AND s.search <> '' AND NOT EXISTS (SELECT FROM sight o WHERE o.viewer_id = s.viewer_id \
         AND o.product_id = s.product_id AND o.why = 'listing'))",
            |_| "viewer_id",
        ),
    ],
    cells: "r.id, r.name, r.icon, r.category, r.vendor_id, r.number::bigint AS version, r.environment, r.status, r.since, \
        (SELECT a.name FROM accounts a WHERE a.id = r.vendor_id) AS vendor",
    joins: "",
    since: "since",
    status: None,
    choices: &[("status", "status"), ("category", "category"), ("environment", "environment")],
    named: &[("vendor", "EXISTS (SELECT FROM accounts f WHERE f.id = r.vendor_id AND f.search")],
};

impl Listing for Offered {
    type View = ViewOffered;
    type Cells = OfferedCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &OfferedCells, column: Column) -> Cell {
        match column {
            Column::Product => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Vendor => Cell::Text(format!("{} ({})", row.vendor, row.vendor_id)),
            Column::Category => Cell::Text(row.category.label().to_owned()),
            Column::Version => Cell::Number(row.version as f64),
            Column::Environment => Cell::Text(row.environment.label().to_owned()),
            Column::Since => Cell::At(row.since),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
