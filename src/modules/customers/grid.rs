//! The Directory: a company's active tier accounts.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int4, Nullable, Text, Timestamptz},
};

use super::{Type, View};
use crate::{
    kit::{
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Column as _, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
        problem::Result,
    },
    modules::marketplaces::reference,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Customer,
    Type,
    Parent,
    External,
    Country,
    Contact,
    Version,
    Created,
}

impl grid::Column for Column {
    const ALL: &'static [Self] = &[
        Self::Customer,
        Self::Type,
        Self::Parent,
        Self::External,
        Self::Country,
        Self::Contact,
        Self::Version,
        Self::Created,
    ];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Created, descending: true };

    fn key(self) -> &'static str {
        ["customer", "type", "parent", "external", "country", "contact", "version", "created"][self as usize]
    }

    fn label(self) -> &'static str {
        ["Account", "Type", "Parent", "External ID", "Country", "Contact", "Version", "Created"][self as usize]
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Customer => Some(("lower(t.name)", "text")),
            Self::Type => Some(("t.type", "text")),
            Self::External => Some(("t.external_id", "text")),
            Self::Country => Some(("t.country", "text")),
            Self::Created => Some(("t.created_at", "timestamptz")),
            Self::Parent | Self::Contact | Self::Version => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Created { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

pub struct Customers;

impl Grid for Customers {
    type Column = Column;
    const NAME: &'static str = "customers";
    const ALL: &'static str = "All accounts";
    const SEARCH: &'static str = "Search by name, id, external ID or email";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "type",
            label: "Type",
            kind: FilterKind::OneOf(&[("customer", "Customer"), ("reseller", "Reseller")]),
        },
        Filter { key: "country", label: "Country code", kind: FilterKind::Contains },
        Filter { key: "external", label: "External ID", kind: FilterKind::Contains },
        Filter { key: "parent", label: "Parent", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct CustomerCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Nullable<Text>)]
    pub parent_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub parent: Option<String>,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub country: String,
    #[diesel(sql_type = Text)]
    pub contact: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl CustomerCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    pub fn where_(&self) -> String {
        reference::country_names(std::slice::from_ref(&self.country)).join("")
    }
}

impl Row for CustomerCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Customers>;

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, View>) {
    sql.push("t.owner_id = ");
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, read: &Read<'_, View>, query: &Q) {
    sql.push(" AND t.status = 'active'");
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "type" => {
                sql.push(" AND t.type IN ");
                sql.list(values);
            }
            "country" => {
                sql.push(" AND t.country = ");
                sql.text(&value.to_uppercase());
            }
            "external" => {
                sql.push(" AND t.search");
                sql.contains(value);
                sql.push(" AND lower(t.external_id)");
                sql.contains(value);
            }
            "parent" => {
                sql.push(" AND t.parent_id = ANY(ARRAY(SELECT p.id FROM tier_accounts p WHERE p.owner_id = ");
                sql.text(read.actor.account().as_str());
                sql.push(" AND p.type = 'reseller' AND p.search");
                sql.contains(value);
                sql.push(" LIMIT 200))");
            }
            "from" => sql.day("t.created_at", value, read.actor.zone(), false),
            "to" => sql.day("t.created_at", value, read.actor.zone(), true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND t.search");
        sql.contains(&query.search);
    }
}

impl Listing for Customers {
    type View = View;
    type Cells = CustomerCells;

    fn ids(read: &Read<'_, View>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT t.id FROM tier_accounts t WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, read, query);
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<CustomerCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT t.id, t.name, t.type AS type_, t.parent_id, \
             (SELECT p.name FROM tier_accounts p WHERE p.id = t.parent_id) AS parent, t.external_id, t.country, \
             t.first_name || ' ' || t.last_name AS contact, t.email, t.version, t.created_at, \
             ({expression})::text AS sort_value FROM tier_accounts t WHERE "
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "t.id", |sql| narrow(sql, read, query));
        query.keyset(&mut sql, "t.id");
        sql.push(&format!("{} LIMIT {limit}", query.order(expression, "t.id")));
        sql.load(read.conn)
    }

    fn cell(row: &CustomerCells, column: Column) -> Cell {
        match column {
            Column::Customer => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Parent => match (&row.parent, &row.parent_id) {
                (Some(name), Some(id)) => Cell::Text(format!("{name} ({id})")),
                _ => Cell::Empty,
            },
            Column::External => Cell::Text(row.external_id.clone()),
            Column::Country => Cell::Text(row.country.clone()),
            Column::Contact => Cell::Text(format!("{} <{}>", row.contact, row.email)),
            Column::Version => Cell::Number(f64::from(row.version)),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
