//! The grid of hubs.

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
    Column by Created {
        Hub = "hub" / "Hub", sorted "r.name" as Text;
        Instance = "instance" / "Instance ID", sorted "coalesce(r.instance, '')" as Text;
        Marketplaces = "marketplaces" / "Marketplaces": number;
        Created = "created" / "Created", sorted "r.created_at" as Time;
    }
}

/// The hubs of a company.
pub struct Hubs;

impl Grid for Hubs {
    type Column = Column;
    const NAME: &'static str = "hubs";
    const ALL: &'static str = "All hubs";
    const SEARCH: &'static str = "Search by name, ID or instance ID";
    const FILTERS: &'static [Filter] = &[];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct HubCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub instance: String,
    #[diesel(sql_type = BigInt)]
    pub marketplaces: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl HubCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(HubCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("hubs", |_| "owner_id")],
    cells: "r.id, r.name, coalesce(r.instance, '') AS instance, r.created_at, \
        (SELECT count(*) FROM marketplace_hubs m WHERE m.hub_id = r.id) AS marketplaces",
    joins: "",
    since: "created_at",
    status: None,
    choices: &[],
    named: &[],
};

impl Listing for Hubs {
    type View = View;
    type Cells = HubCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &HubCells, column: Column) -> Cell {
        match column {
            Column::Hub => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Instance => Cell::Text(row.instance.clone()),
            Column::Marketplaces => Cell::Number(row.marketplaces as f64),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
