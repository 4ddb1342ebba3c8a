//! The grid of hubs.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text, Timestamptz},
};

use super::View;
use crate::kit::{
    db::Read,
    grid::{self, Cell, Column as _, Filter, Grid, Hits, Listing, Query, Row, Sort, Sql},
    problem::Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Hub,
    Instance,
    Marketplaces,
    Created,
}

impl grid::Column for Column {
    const ALL: &'static [Self] = &[Self::Hub, Self::Instance, Self::Marketplaces, Self::Created];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Created, descending: true };

    fn key(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Instance => "instance",
            Self::Marketplaces => "marketplaces",
            Self::Created => "created",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Hub => "Hub",
            Self::Instance => "Instance ID",
            Self::Marketplaces => "Marketplaces",
            Self::Created => "Created",
        }
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Hub => Some(("lower(h.name)", "text")),
            Self::Instance => Some(("coalesce(h.instance, '')", "text")),
            Self::Created => Some(("h.created_at", "timestamptz")),
            Self::Marketplaces => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Created { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

/// The hubs of a company.
pub struct Hubs;

impl Grid for Hubs {
    type Column = Column;
    const NAME: &'static str = "hubs";
    const ALL: &'static str = "All hubs";
    const SEARCH: &'static str = "Search by name, id or instance ID";
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

impl Row for HubCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Hubs>;

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, View>) {
    sql.push("h.owner_id = ");
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, query: &Q) {
    if !query.search.is_empty() {
        sql.push(" AND h.search");
        sql.contains(&query.search);
    }
}

impl Listing for Hubs {
    type View = View;
    type Cells = HubCells;

    fn ids(read: &Read<'_, View>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT h.id FROM hubs h WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, query);
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<HubCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT h.id, h.name, coalesce(h.instance, '') AS instance, h.created_at, ({expression})::text AS sort_value, \
             (SELECT count(*) FROM marketplace_hubs m WHERE m.hub_id = h.id) AS marketplaces FROM hubs h WHERE "
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "h.id", |sql| narrow(sql, query));
        query.keyset(&mut sql, "h.id");
        sql.push(&format!("{} LIMIT {limit}", query.order(expression, "h.id")));
        sql.load(read.conn)
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
