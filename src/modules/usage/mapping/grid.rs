//! The grid of mappings.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int4, Text, Timestamptz},
};

use super::super::View;
use crate::{
    columns,
    kit::{
        actor::Role,
        grid::{Cell, Filter, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Created {
        Mapping = "mapping" / "Mapping", sorted "r.name" as Text;
        Product = "product" / "Product";
        Version = "version" / "Version": number, sorted "r.version" as Number;
        Updated = "updated" / "Updated", sorted "r.updated_at" as Time;
        Created = "created" / "Created", sorted "r.created_at" as Time (minor);
    }
}

/// The mappings of a vendor.
pub struct Mappings;

impl Grid for Mappings {
    type Column = Column;
    const NAME: &'static str = "usage-mappings";
    const ALL: &'static str = "All mappings";
    const SEARCH: &'static str = "Search by name, ID or product ID";
    const FILTERS: &'static [Filter] = &[];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct MappingCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl MappingCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(MappingCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("usage_mappings", |_| "vendor_id")],
    cells: "r.id, r.name, r.product_id, p.name AS product, r.version, r.updated_at, r.created_at",
    joins: "JOIN products p ON p.id = r.product_id",
    since: "created_at",
    status: None,
    choices: &[],
    named: &[],
};

impl Listing for Mappings {
    type View = View;
    type Cells = MappingCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &MappingCells, column: Column) -> Cell {
        match column {
            Column::Mapping => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Product => Cell::Text(format!("{} ({})", row.product, row.product_id)),
            Column::Version => Cell::Number(f64::from(row.version)),
            Column::Updated => Cell::At(row.updated_at),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
