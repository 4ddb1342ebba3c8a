//! The grid of product groups.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text, Timestamptz},
};

use super::View;
use crate::{
    columns,
    kit::{
        actor::Role,
        grid::{Cell, Filter, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Updated {
        Group = "group" / "Product group", sorted "r.name" as Text;
        Products = "products" / "Products": number;
        Agreements = "agreements" / "Agreements": number;
        Updated = "updated" / "Updated", sorted "r.updated_at" as Time;
    }
}

/// The product groups of a company.
pub struct Groups;

impl Grid for Groups {
    type Column = Column;
    const NAME: &'static str = "product-groups";
    const ALL: &'static str = "All product groups";
    const SEARCH: &'static str = "Search by name or ID";
    const FILTERS: &'static [Filter] = &[];
}

/// A row of the list.
#[derive(Debug, Clone, QueryableByName)]
pub struct GroupCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub products: i64,
    #[diesel(sql_type = BigInt)]
    pub agreements: i64,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl GroupCells {
    /// Where the row leads, from the URL of the list.
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(GroupCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("product_groups", |_| "owner_id")],
    cells: "r.id, r.name, r.updated_at, \
        (SELECT count(*) FROM product_group_members m WHERE m.group_id = r.id) AS products, \
        (SELECT count(*) FROM agreement_groups g WHERE g.group_id = r.id) AS agreements",
    joins: "",
    since: "updated_at",
    status: None,
    choices: &[],
    named: &[],
};

impl Listing for Groups {
    type View = View;
    type Cells = GroupCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &GroupCells, column: Column) -> Cell {
        match column {
            Column::Group => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Products => Cell::Number(row.products as f64),
            Column::Agreements => Cell::Number(row.agreements as f64),
            Column::Updated => Cell::At(row.updated_at),
        }
    }
}
