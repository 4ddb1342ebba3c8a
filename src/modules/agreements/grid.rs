//! The grid of agreements.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int4, Nullable, Text, Timestamptz},
};

use super::{Type, View};
use crate::kit::{
    choice::Choice as _,
    db::Read,
    grid::{self, Cell, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
    problem::Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Agreement,
    Type,
    Description,
    Version,
    Contracts,
    Created,
    Updated,
}

impl grid::Column for Column {
    const ALL: &'static [Self] =
        &[Self::Agreement, Self::Type, Self::Description, Self::Version, Self::Contracts, Self::Created, Self::Updated];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Updated, descending: true };

    fn key(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Type => "type",
            Self::Description => "description",
            Self::Version => "version",
            Self::Contracts => "contracts",
            Self::Created => "created",
            Self::Updated => "updated",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Agreement => "Agreement",
            Self::Type => "Type",
            Self::Description => "Description",
            Self::Version => "Active version",
            Self::Contracts => "Contracts",
            Self::Created => "Created",
            Self::Updated => "Updated",
        }
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Agreement => Some(("lower(g.name)", "text")),
            Self::Type => Some(("g.type", "text")),
            Self::Created => Some(("g.created_at", "timestamptz")),
            Self::Updated => Some(("g.updated_at", "timestamptz")),
            Self::Description | Self::Version | Self::Contracts => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        match self {
            Self::Created | Self::Updated => ("oldest first", "newest first"),
            _ => ("A to Z", "Z to A"),
        }
    }
}

/// The agreements grid.
pub struct Agreements;

impl Grid for Agreements {
    type Column = Column;
    const NAME: &'static str = "agreements";
    const ALL: &'static str = "All agreements";
    const SEARCH: &'static str = "Search by agreement name or id";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "type",
            label: "Type",
            kind: FilterKind::OneOf(&[("program", "Program"), ("service", "Service")]),
        },
        Filter {
            key: "active",
            label: "Active version",
            kind: FilterKind::OneOf(&[("yes", "Has one"), ("no", "Has none")]),
        },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct AgreementCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub version: Option<i32>,
    #[diesel(sql_type = BigInt)]
    contracts: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl AgreementCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    pub fn version_label(&self, version: &i32) -> String {
        format!("Version {version}")
    }

    pub fn contracts(&self) -> String {
        grid::Total::of(self.contracts, grid::COUNTED).to_string()
    }
}

impl Row for AgreementCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Agreements>;

impl Listing for Agreements {
    type View = View;
    type Cells = AgreementCells;

    fn ids(read: &Read<'_, View>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT g.id FROM agreements g LEFT JOIN agreement_versions v ON v.agreement_id = g.id AND v.status = 'active' WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, read, query);
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<AgreementCells>> {
        use grid::Column as _;
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT g.id, g.type AS type_, g.name, g.description, v.number AS version, g.created_at, g.updated_at, \
             ({expression})::text AS sort_value, \
             (SELECT count(*) FROM (SELECT FROM contracts c WHERE c.agreement_id = g.id LIMIT {}) few) AS contracts \
             FROM agreements g LEFT JOIN agreement_versions v ON v.agreement_id = g.id AND v.status = 'active' WHERE ",
            grid::COUNTED + 1
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "g.id", |sql| narrow(sql, read, query));
        query.keyset(&mut sql, "g.id");
        sql.push(&format!("{} LIMIT {limit}", query.order(expression, "g.id")));
        sql.load(read.conn)
    }

    fn cell(row: &AgreementCells, column: Column) -> Cell {
        match column {
            Column::Agreement => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Description => Cell::Text(row.description.clone()),
            Column::Version => row.version.map_or(Cell::Empty, |version| Cell::Number(version.into())),
            Column::Contracts => Cell::Text(row.contracts()),
            Column::Created => Cell::At(row.created_at),
            Column::Updated => Cell::At(row.updated_at),
        }
    }
}

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, View>) {
    sql.push("g.owner_id = ");
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, read: &Read<'_, View>, query: &Q) {
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "type" => {
                sql.push(" AND g.type IN ");
                sql.list(values);
            }
            "active" if values.len() == 1 => {
                sql.push(if value == "yes" { " AND v.number IS NOT NULL" } else { " AND v.number IS NULL" });
            }
            "from" => sql.day("g.created_at", value, read.actor.zone(), false),
            "to" => sql.day("g.created_at", value, read.actor.zone(), true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND g.search");
        sql.contains(&query.search);
    }
}
