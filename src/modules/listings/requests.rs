//! The grid of listing requests: a vendor's, or the queue of a marketplace's owner.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{
    RequestStatus, Type, View,
    grid::{Side, products_named, side},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Column as _, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
        problem::Result,
        time::Zone,
    },
    modules::service::Clock,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Request,
    Type,
    Marketplace,
    Partner,
    Submitted,
    Due,
    Assignee,
    Status,
}

impl grid::Column for Column {
    const ALL: &'static [Self] = &[
        Self::Request,
        Self::Type,
        Self::Marketplace,
        Self::Partner,
        Self::Submitted,
        Self::Due,
        Self::Assignee,
        Self::Status,
    ];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Submitted, descending: true };

    fn key(self) -> &'static str {
        ["request", "type", "marketplace", "partner", "submitted", "due", "assignee", "status"][self as usize]
    }

    fn label(self) -> &'static str {
        ["Request", "Type", "Marketplace", "Partner", "Submitted", "Due", "Assigned to", "Status"][self as usize]
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Request => Some(("r.id", "text")),
            Self::Type => Some(("r.type", "text")),
            Self::Submitted => Some(("r.submitted_at", "timestamptz")),
            Self::Due => Some(("r.due_at", "timestamptz")),
            Self::Status => Some(("r.status", "text")),
            Self::Marketplace | Self::Partner | Self::Assignee => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        match self {
            Self::Submitted => ("oldest first", "newest first"),
            Self::Due => ("first due first", "last due first"),
            _ => ("A to Z", "Z to A"),
        }
    }
}

pub struct Requests;

/// The query of what has still to be done, the oldest first.
pub const TO_DO: &str = "?status=reviewing&status=deploying&sort=submitted";

impl Grid for Requests {
    type Column = Column;
    const NAME: &'static str = "listing-requests";
    const ALL: &'static str = "All requests";
    const SEARCH: &'static str = "Search by product or request id";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[
                ("draft", "Draft"),
                ("reviewing", "Reviewing"),
                ("deploying", "Deploying"),
                ("completed", "Completed"),
                ("cancelled", "Cancelled"),
            ]),
        },
        Filter {
            key: "type",
            label: "Type",
            kind: FilterKind::OneOf(&[("new", "New"), ("update", "Update"), ("remove", "Terminate")]),
        },
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "assignee", label: "Assigned to", kind: FilterKind::Contains },
        Filter { key: "from", label: "Submitted from", kind: FilterKind::From },
        Filter { key: "to", label: "Submitted until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct RequestCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub status: RequestStatus,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub marketplace_id: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Text)]
    pub partner_id: String,
    #[diesel(sql_type = Text)]
    pub partner: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub assignee: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub submitted_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl RequestCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    /// While the clock of the marketplace's owner runs.
    pub fn clock(&self, zone: &Zone) -> Option<Clock> {
        self.status.waits().then(|| Clock::new(*zone, self.submitted_at, self.due_at))
    }
}

impl Row for RequestCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Requests>;

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, View>) {
    sql.push(&format!("r.{} = ", side(read).own));
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, read: &Read<'_, View>, query: &Q) {
    let Side { own, other, .. } = side(read);
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "status" | "type" => {
                sql.push(&format!(" AND r.{key} IN "));
                sql.list(values);
            }
            "marketplace" => {
                sql.push(" AND EXISTS (SELECT FROM marketplaces fm WHERE fm.id = r.marketplace_id AND fm.search");
                sql.contains(value);
                sql.push(")");
            }
            "partner" => {
                sql.push(&format!(
                    " AND EXISTS (SELECT FROM accounts fa WHERE fa.id = r.{other} AND lower(fa.name || ' ' || fa.id)"
                ));
                sql.contains(value);
                sql.push(")");
            }
            // who works on it is the owner's own affair
            "assignee" if own == "owner_id" => {
                sql.push(" AND EXISTS (SELECT FROM users fu WHERE fu.id = r.assignee_id AND lower(fu.name)");
                sql.contains(value);
                sql.push(")");
            }
            "from" => sql.day("r.submitted_at", value, read.actor.zone(), false),
            "to" => sql.day("r.submitted_at", value, read.actor.zone(), true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND (lower(r.id)");
        sql.contains(&query.search);
        sql.push(" OR r.product_id = ANY(ARRAY(");
        products_named(sql, read, &query.search);
        sql.push(")))");
    }
}

impl Listing for Requests {
    type View = View;
    type Cells = RequestCells;

    fn ids(read: &Read<'_, View>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT r.id FROM listing_requests r WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, read, query);
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<RequestCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let Side { own, other, .. } = side(read);
        let (name, assignee) = match own {
            "vendor_id" => ("p.name", "NULL::text"),
            _ => ("v.name", "u.name"),
        };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT r.id, r.type AS type_, r.status, r.product_id, {name} AS product, m.id AS marketplace_id, \
             m.name AS marketplace, a.id AS partner_id, a.name AS partner, {assignee} AS assignee, r.submitted_at, r.due_at, \
             r.sort_value \
             FROM (SELECT r.*, {expression} AS sort_key, ({expression})::text AS sort_value FROM listing_requests r WHERE "
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "r.id", |sql| narrow(sql, read, query));
        query.keyset(&mut sql, "r.id");
        sql.push(&format!(
            "{} LIMIT {limit}) r JOIN products p ON p.id = r.product_id \
             JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
             JOIN marketplaces m ON m.id = r.marketplace_id JOIN accounts a ON a.id = r.{other} \
             LEFT JOIN users u ON u.id = r.assignee_id{}",
            query.order(expression, "r.id"),
            query.order("r.sort_key", "r.id")
        ));
        sql.load(read.conn)
    }

    fn cell(row: &RequestCells, column: Column) -> Cell {
        match column {
            Column::Request => Cell::Text(format!("{} ({}), {}", row.product, row.product_id, row.id)),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Marketplace => Cell::Text(format!("{} ({})", row.marketplace, row.marketplace_id)),
            Column::Partner => Cell::Text(format!("{} ({})", row.partner, row.partner_id)),
            Column::Submitted => Cell::At(row.submitted_at),
            Column::Due => Cell::At(row.due_at),
            Column::Assignee => Cell::maybe(row.assignee.as_deref()),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
