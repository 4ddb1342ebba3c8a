//! The grid of what the catalog offers.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use super::View;
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        environment::Environment,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
    modules::products::{Category, grid::CATEGORIES},
};

columns! {
    Column by Since {
        Product = "product" / "Product", sorted "r.name" as Text;
        About = "about" / "Description";
        Vendor = "vendor" / "Vendor", sorted "(SELECT a.name FROM accounts a WHERE a.id = r.vendor_id)" as Text;
        Category = "category" / "Category", sorted "r.category" as Text;
        Version = "version" / "Version": number (spare);
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Since = "since" / "Offered since", sorted "r.since" as Time;
    }
}

/// All that is offered.
pub struct Catalog;

impl Grid for Catalog {
    type Column = Column;
    const NAME: &'static str = "catalog";
    const PATH: &'static str = "catalog/all";
    const ALL: &'static str = "All products";
    const SEARCH: &'static str = "Search by product or ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "category", label: "Category", kind: CATEGORIES },
        grid::REAL_OR_TEST,
        Filter { key: "vendor", label: "Vendor", kind: FilterKind::Contains },
        Filter { key: "from", label: "Offered from", kind: FilterKind::From },
        Filter { key: "to", label: "Offered until", kind: FilterKind::Until },
    ];
}

/// A row of the list.
#[derive(Debug, Clone, QueryableByName)]
pub struct CatalogCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub icon: Option<String>,
    #[diesel(sql_type = Text)]
    pub about: String,
    #[diesel(sql_type = Text)]
    pub category: Category,
    #[diesel(sql_type = Text)]
    pub vendor_id: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// A test while all that offers it is one.
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl CatalogCells {
    /// Its page: beside the list, not below it.
    pub fn href(&self, base: &str) -> String {
        format!("{}/{}", base.trim_end_matches("/all"), self.id)
    }
}

crate::row!(CatalogCells);

static SHAPE: Shape = Shape {
    // the condition of sight is one equality on an index; what is only shown is not joined where rows are counted or looked through
    sides: &[Side::new(
        "(SELECT s.product_id AS id, s.viewer_id, s.since, s.environment, s.search, s.category, p.vendor_id, v.name, v.icon, v.number, \
         v.snapshot FROM sight s LEFT JOIN products p ON p.id = s.product_id \
         LEFT JOIN product_versions v ON v.product_id = s.product_id AND v.number = p.public_version \
         WHERE s.why = 'catalog' AND s.search <> '')",
        |_| "viewer_id",
    )],
    cells: "r.id, r.name, r.icon, coalesce(r.snapshot->'general'->>'short_description', '') AS about, r.category, r.vendor_id, \
        r.number::bigint AS version, r.environment, r.since, (SELECT a.name FROM accounts a WHERE a.id = r.vendor_id) AS vendor",
    joins: "",
    since: "since",
    status: None,
    choices: &[("category", "category"), ("environment", "environment")],
    named: &[("vendor", "EXISTS (SELECT FROM accounts f WHERE f.id = r.vendor_id AND f.search")],
};

impl Listing for Catalog {
    type View = View;
    type Cells = CatalogCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &CatalogCells, column: Column) -> Cell {
        match column {
            Column::Product => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::About => Cell::Text(row.about.clone()),
            Column::Vendor => Cell::Text(format!("{} ({})", row.vendor, row.vendor_id)),
            Column::Category => Cell::Text(row.category.label().to_owned()),
            Column::Version => Cell::Number(row.version as f64),
            Column::Environment => Cell::Text(row.environment.label().to_owned()),
            Column::Since => Cell::At(row.since),
        }
    }
}
