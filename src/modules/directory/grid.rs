//! The grid of partners: a row for each company with an Active contract, and one for each Pending invitation.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text, Timestamptz},
};

use super::{PartnerStatus, View};
use crate::kit::{
    actor::Role,
    choice::Choice as _,
    db::Read,
    grid::{self, Cell, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
    problem::Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Partner,
    Role,
    Contracts,
    Status,
    Since,
}

impl grid::Column for Column {
    const ALL: &'static [Self] = &[Self::Partner, Self::Role, Self::Contracts, Self::Status, Self::Since];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Since, descending: true };

    fn key(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Role => "role",
            Self::Contracts => "contracts",
            Self::Status => "status",
            Self::Since => "since",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Partner => "Partner",
            Self::Role => "Role",
            Self::Contracts => "Contracts",
            Self::Status => "Status",
            Self::Since => "Since",
        }
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Partner => Some(("lower(p.name)", "text")),
            Self::Role => Some(("p.role", "text")),
            Self::Status => Some(("p.status", "text")),
            Self::Since => Some(("p.since", "timestamptz")),
            Self::Contracts => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Since { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

/// The directory's grid.
pub struct Partners;

impl Grid for Partners {
    type Column = Column;
    const NAME: &'static str = "directory";
    const ALL: &'static str = "All partners";
    const SEARCH: &'static str = "Search by partner name or id";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "role",
            label: "Role",
            kind: FilterKind::OneOf(&[("vendor", "Vendor"), ("reseller", "Reseller"), ("distributor", "Distributor")]),
        },
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[("active", "Active"), ("invited", "Invited")]),
        },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct PartnerCells {
    /// The company, or the contract of an invitation.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The company's name, or the note on an invitation.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub role: Role,
    #[diesel(sql_type = BigInt)]
    contracts: i64,
    #[diesel(sql_type = Text)]
    pub status: PartnerStatus,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl PartnerCells {
    pub fn contracts(&self) -> String {
        grid::Total::of(self.contracts, grid::COUNTED).to_string()
    }

    /// Where the row leads, from the portal's URL.
    pub fn href(&self, portal: &str) -> String {
        match self.status {
            PartnerStatus::Active => format!("{portal}/directory/{}", self.id),
            PartnerStatus::Invited => format!("{portal}/contracts/{}", self.id),
        }
    }
}

impl Row for PartnerCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Partners>;

/// Companies with an Active contract, kept in a table of their own, and Pending invitations. Each is one equality on an
/// index, and they are merged.
const SIDES: [&str; 2] = [
    "SELECT a.id, a.name, a.role, t.contracts::bigint AS contracts, 'active' AS status, t.since \
     FROM partners t JOIN accounts a ON a.id = t.partner_id WHERE t.issuer_id = ",
    "SELECT c.id, c.note AS name, CASE c.type WHEN 'program' THEN 'vendor' ELSE 'reseller' END AS role, 1::bigint AS contracts, \
     'invited' AS status, c.created_at AS since \
     FROM contracts c WHERE c.status = 'pending' AND c.type <> 'distribution' AND c.predecessor_id IS NULL AND c.issuer_id = ",
];

/// One side as a relation `p`.
fn of_side(sql: &mut Sql, side: &str, read: &Read<'_, View>) {
    sql.push("FROM (");
    sql.push(side);
    sql.text(read.actor.account().as_str());
    sql.push(") p WHERE true");
}

fn narrow(sql: &mut Sql, query: &Q) {
    for (key, values) in query.filters() {
        sql.push(&format!(" AND p.{key} IN "));
        sql.list(values);
    }
    if !query.search.is_empty() {
        sql.push(" AND lower(p.name || ' ' || p.id)");
        sql.contains(&query.search);
    }
}

impl Listing for Partners {
    type View = View;
    type Cells = PartnerCells;

    fn ids(read: &Read<'_, View>, query: &Q, most: i64) -> Sql {
        let mut sql = Sql::default();
        for (at, side) in SIDES.into_iter().enumerate() {
            sql.push(if at == 0 { "(SELECT p.id " } else { " UNION ALL (SELECT p.id " });
            of_side(&mut sql, side, read);
            narrow(&mut sql, query);
            sql.push(&format!(" LIMIT {})", most + 1));
        }
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<PartnerCells>> {
        use grid::Column as _;
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push("SELECT * FROM (");
        for (at, side) in SIDES.into_iter().enumerate() {
            sql.push(if at == 0 { "(" } else { " UNION ALL (" });
            sql.push(&format!("SELECT p.*, {expression} AS sort_key, ({expression})::text AS sort_value "));
            of_side(&mut sql, side, read);
            hits.narrow(&mut sql, "p.id", |sql| narrow(sql, query));
            query.keyset(&mut sql, "p.id");
            sql.push(&format!("{} LIMIT {limit})", query.order(expression, "p.id")));
        }
        sql.push(&format!(") both_sides{} LIMIT {limit}", query.order("sort_key", "id")));
        sql.load(read.conn)
    }

    fn cell(row: &PartnerCells, column: Column) -> Cell {
        match column {
            Column::Partner => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Role => Cell::Text(row.role.label().to_owned()),
            Column::Contracts => Cell::Text(row.contracts()),
            Column::Status => Cell::Text(row.status.label().to_owned()),
            Column::Since => Cell::At(row.since),
        }
    }
}
