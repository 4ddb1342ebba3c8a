//! The grid of listings: a vendor's, or those on a company's marketplaces.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{RequestStatus, Status, View};
use crate::kit::{
    actor::{Permission, Role},
    choice::Choice as _,
    db::Read,
    grid::{self, Cell, Column as _, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
    problem::Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Listing,
    Marketplace,
    Partner,
    Created,
    Request,
    Status,
}

impl grid::Column for Column {
    const ALL: &'static [Self] =
        &[Self::Listing, Self::Marketplace, Self::Partner, Self::Created, Self::Request, Self::Status];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Created, descending: true };

    fn key(self) -> &'static str {
        ["listing", "marketplace", "partner", "created", "request", "status"][self as usize]
    }

    fn label(self) -> &'static str {
        ["Listing", "Marketplace", "Partner", "Created", "Open request", "Status"][self as usize]
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Listing => Some(("l.id", "text")),
            Self::Created => Some(("l.created_at", "timestamptz")),
            Self::Marketplace => {
                Some(("(SELECT lower(m.name) FROM marketplaces m WHERE m.id = l.marketplace_id)", "text"))
            }
            Self::Status => Some(("l.status", "text")),
            Self::Partner | Self::Request => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Created { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

pub struct Listings;

impl Grid for Listings {
    type Column = Column;
    const NAME: &'static str = "listings";
    const ALL: &'static str = "All listings";
    const SEARCH: &'static str = "Search by product or listing id";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[("unlisted", "Not Listed"), ("listed", "Listed")]),
        },
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct ListingCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
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
    pub request_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub request_status: Option<RequestStatus>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl ListingCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

impl Row for ListingCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Listings>;

/// A company's side of a listing and the other one; and where the name of its product stands for it.
pub struct Side {
    pub own: &'static str,
    pub other: &'static str,
    /// An expression over `p`, the product, and `v`, its newest public version.
    pub name: &'static str,
    /// The column that is searched.
    pub search: &'static str,
}

/// One equality on an index, whichever portal asks.
pub fn side<P: Permission>(read: &Read<'_, P>) -> Side {
    match read.actor.identity.company.role {
        Role::Vendor => Side { own: "vendor_id", other: "owner_id", name: "p.name", search: "p.search" },
        Role::Distributor | Role::Reseller => {
            Side { own: "owner_id", other: "vendor_id", name: "coalesce(v.name, '')", search: "v.search" }
        }
    }
}

/// The ids of products whose name or id holds `text`, as the side may know them.
pub fn products_named<P: Permission>(sql: &mut Sql, read: &Read<'_, P>, text: &str) {
    let side = side(read);
    if side.own == "vendor_id" {
        sql.push("SELECT p.id FROM products p WHERE p.vendor_id = ");
        sql.text(read.actor.account().as_str());
    } else {
        sql.push(
            "SELECT v.product_id FROM sight s JOIN products p ON p.id = s.product_id \
             JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version WHERE s.viewer_id = ",
        );
        sql.text(read.actor.account().as_str());
    }
    sql.push(&format!(" AND {}", side.search));
    sql.contains(text);
    sql.push(" LIMIT 200");
}

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, View>) {
    sql.push(&format!("l.{} = ", side(read).own));
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, read: &Read<'_, View>, query: &Q) {
    let Side { other, .. } = side(read);
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "status" => {
                sql.push(" AND l.status IN ");
                sql.list(values);
            }
            "marketplace" => {
                sql.push(" AND EXISTS (SELECT FROM marketplaces fm WHERE fm.id = l.marketplace_id AND fm.search");
                sql.contains(value);
                sql.push(")");
            }
            "partner" => {
                sql.push(&format!(
                    " AND EXISTS (SELECT FROM accounts fa WHERE fa.id = l.{other} AND lower(fa.name || ' ' || fa.id)"
                ));
                sql.contains(value);
                sql.push(")");
            }
            "from" => sql.day("l.created_at", value, read.actor.zone(), false),
            "to" => sql.day("l.created_at", value, read.actor.zone(), true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND (lower(l.id)");
        sql.contains(&query.search);
        sql.push(" OR l.product_id = ANY(ARRAY(");
        products_named(sql, read, &query.search);
        sql.push(")))");
    }
}

impl Listing for Listings {
    type View = View;
    type Cells = ListingCells;

    fn ids(read: &Read<'_, View>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT l.id FROM listings l WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, read, query);
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<ListingCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let Side { other, name, .. } = side(read);
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT l.id, l.status, l.product_id, {name} AS product, m.id AS marketplace_id, m.name AS marketplace, \
             a.id AS partner_id, a.name AS partner, l.created_at, l.sort_value, r.id AS request_id, r.status AS request_status \
             FROM (SELECT l.*, {expression} AS sort_key, ({expression})::text AS sort_value FROM listings l WHERE "
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "l.id", |sql| narrow(sql, read, query));
        query.keyset(&mut sql, "l.id");
        sql.push(&format!(
            "{} LIMIT {limit}) l JOIN products p ON p.id = l.product_id \
             LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
             JOIN marketplaces m ON m.id = l.marketplace_id JOIN accounts a ON a.id = l.{other} \
             LEFT JOIN listing_requests r ON r.listing_id = l.id AND r.status IN ('draft', 'reviewing', 'deploying'){}",
            query.order(expression, "l.id"),
            query.order("l.sort_key", "l.id")
        ));
        sql.load(read.conn)
    }

    fn cell(row: &ListingCells, column: Column) -> Cell {
        match column {
            Column::Listing => Cell::Text(format!("{} ({}), {}", row.product, row.product_id, row.id)),
            Column::Marketplace => Cell::Text(format!("{} ({})", row.marketplace, row.marketplace_id)),
            Column::Partner => Cell::Text(format!("{} ({})", row.partner, row.partner_id)),
            Column::Created => Cell::At(row.created_at),
            Column::Request => Cell::maybe(row.request_id.as_deref()),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
