//! The Directory: a company's active tier accounts.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int4, Nullable, Text, Timestamptz},
};

use super::{Type, View};
use crate::{
    kit::{
        actor::Role,
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

/// Where a company's accounts are: its own, and for a vendor those that it may open besides. Each is one equality on an index, and no
/// account stands on both sides.
#[derive(Clone, Copy)]
enum Side {
    Own,
    Seen,
}

fn sides(read: &Read<'_, View>) -> &'static [Side] {
    if read.actor.identity.company.role == Role::Vendor { &[Side::Own, Side::Seen] } else { &[Side::Own] }
}

impl Side {
    /// The rows `t`, and the condition of tenancy.
    fn from(self, sql: &mut Sql, read: &Read<'_, View>) {
        sql.push(match self {
            Self::Own => "FROM tier_accounts t WHERE t.owner_id = ",
            // the day as well, so that the newest are found in the order of the index
            Self::Seen => {
                "FROM tier_account_sight s JOIN tier_accounts t ON t.id = s.tier_account_id AND t.created_at = s.created_at \
                 WHERE s.viewer_id = "
            }
        });
        sql.text(read.actor.account().as_str());
    }

    /// The name of the account above, where the company may know it.
    fn parent(self, sql: &mut Sql, read: &Read<'_, View>) {
        match self {
            Self::Own => sql.push("(SELECT p.name FROM tier_accounts p WHERE p.id = t.parent_id)"),
            Self::Seen => {
                sql.push("(SELECT p.name FROM tier_account_sight o JOIN tier_accounts p ON p.id = o.tier_account_id WHERE o.viewer_id = ");
                sql.text(read.actor.account().as_str());
                sql.push(" AND p.id = t.parent_id)");
            }
        }
    }
}

fn narrow(sql: &mut Sql, read: &Read<'_, View>, query: &Q, side: Side) {
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
            "parent" if matches!(side, Side::Seen) => {
                sql.push(" AND EXISTS (SELECT FROM tier_account_sight o JOIN tier_accounts p ON p.id = o.tier_account_id WHERE o.viewer_id = ");
                sql.text(read.actor.account().as_str());
                sql.push(" AND p.id = t.parent_id AND p.search");
                sql.contains(value);
                sql.push(")");
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

    fn ids(read: &Read<'_, View>, query: &Q, most: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT id FROM (");
        for (at, side) in sides(read).iter().enumerate() {
            sql.push(if at == 0 { "(SELECT t.id " } else { " UNION ALL (SELECT t.id " });
            side.from(&mut sql, read);
            narrow(&mut sql, read, query, *side);
            sql.push(&format!(" LIMIT {})", most + 1));
        }
        sql.push(") sides");
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<CustomerCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push("SELECT * FROM (");
        for (at, side) in sides(read).iter().enumerate() {
            sql.push(if at == 0 { "(SELECT " } else { " UNION ALL (SELECT " });
            side.parent(&mut sql, read);
            sql.push(&format!(
                " AS parent, t.id, t.name, t.type AS type_, t.parent_id, t.external_id, t.country, \
                 t.first_name || ' ' || t.last_name AS contact, t.email, t.version, t.created_at, \
                 {expression} AS sort_key, ({expression})::text AS sort_value "
            ));
            side.from(&mut sql, read);
            hits.narrow(&mut sql, "t.id", |sql| narrow(sql, read, query, *side));
            query.keyset(&mut sql, "t.id");
            sql.push(&format!("{} LIMIT {limit})", query.order(expression, "t.id")));
        }
        sql.push(&format!(") t{} LIMIT {limit}", query.order("t.sort_key", "t.id")));
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
