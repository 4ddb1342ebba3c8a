//! The grid of marketplaces.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{View, reference};
use crate::kit::{
    db::Read,
    grid::{self, Cell, Column as _, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
    problem::Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Marketplace,
    Countries,
    Currency,
    Hubs,
    Created,
}

impl grid::Column for Column {
    const ALL: &'static [Self] = &[Self::Marketplace, Self::Countries, Self::Currency, Self::Hubs, Self::Created];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Created, descending: true };

    fn key(self) -> &'static str {
        match self {
            Self::Marketplace => "marketplace",
            Self::Countries => "countries",
            Self::Currency => "currency",
            Self::Hubs => "hubs",
            Self::Created => "created",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Marketplace => "Marketplace",
            Self::Countries => "Countries",
            Self::Currency => "Currency",
            Self::Hubs => "Hubs",
            Self::Created => "Created",
        }
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Marketplace => Some(("lower(m.name)", "text")),
            Self::Currency => Some(("m.currency", "text")),
            Self::Created => Some(("m.created_at", "timestamptz")),
            Self::Countries | Self::Hubs => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Created { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

/// The marketplaces of a company.
pub struct Marketplaces;

impl Grid for Marketplaces {
    type Column = Column;
    const NAME: &'static str = "marketplaces";
    const ALL: &'static str = "All marketplaces";
    const SEARCH: &'static str = "Search by name or id";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "country", label: "Country code", kind: FilterKind::Contains },
        Filter { key: "currency", label: "Currency code", kind: FilterKind::Contains },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct MarketplaceCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Array<Text>)]
    pub countries: Vec<String>,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = BigInt)]
    pub hubs: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl MarketplaceCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    /// "Germany, Austria and 3 more".
    pub fn where_(&self) -> String {
        let names = reference::country_names(&self.countries);
        match names.as_slice() {
            all if all.len() <= 3 => all.join(", "),
            [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
            _ => String::new(),
        }
    }
}

impl Row for MarketplaceCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Marketplaces>;

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, View>) {
    sql.push("m.owner_id = ");
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, query: &Q) {
    for (key, values) in query.filters() {
        let value = values.first().map_or_else(String::new, |value| value.to_uppercase());
        match key {
            "country" => {
                sql.push(" AND ");
                sql.text(&value);
                sql.push(" = ANY(m.countries)");
            }
            "currency" => {
                sql.push(" AND m.currency = ");
                sql.text(&value);
            }
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND m.search");
        sql.contains(&query.search);
    }
}

impl Listing for Marketplaces {
    type View = View;
    type Cells = MarketplaceCells;

    fn ids(read: &Read<'_, View>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT m.id FROM marketplaces m WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, query);
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<MarketplaceCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT m.id, m.name, m.countries, m.currency, m.created_at, ({expression})::text AS sort_value, \
             (SELECT count(*) FROM marketplace_hubs h WHERE h.marketplace_id = m.id) AS hubs FROM marketplaces m WHERE "
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "m.id", |sql| narrow(sql, query));
        query.keyset(&mut sql, "m.id");
        sql.push(&format!("{} LIMIT {limit}", query.order(expression, "m.id")));
        sql.load(read.conn)
    }

    fn cell(row: &MarketplaceCells, column: Column) -> Cell {
        match column {
            Column::Marketplace => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Countries => Cell::Text(row.countries.join(" ")),
            Column::Currency => Cell::Text(row.currency.clone()),
            Column::Hubs => Cell::Number(row.hubs as f64),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
