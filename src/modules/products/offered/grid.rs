//! The grid of products that vendors listed, or asked to list, on the company's marketplaces.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Column as _, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
        problem::Result,
    },
    modules::products::{
        Category, Status, ViewOffered,
        grid::{CATEGORIES, STATUSES},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Product,
    Vendor,
    Category,
    Version,
    Since,
    Status,
}

impl grid::Column for Column {
    const ALL: &'static [Self] =
        &[Self::Product, Self::Vendor, Self::Category, Self::Version, Self::Since, Self::Status];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Since, descending: true };

    fn key(self) -> &'static str {
        ["product", "vendor", "category", "version", "since", "status"][self as usize]
    }

    fn label(self) -> &'static str {
        ["Product", "Vendor", "Category", "Version", "Seen since", "Status"][self as usize]
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Product => Some(("lower(v.name)", "text")),
            Self::Vendor => Some(("(SELECT lower(a.name) FROM accounts a WHERE a.id = p.vendor_id)", "text")),
            Self::Category => Some(("v.category", "text")),
            Self::Since => Some(("s.since", "timestamptz")),
            Self::Status => Some(("p.status", "text")),
            Self::Version => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Since { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

pub struct Offered;

impl Grid for Offered {
    type Column = Column;
    const NAME: &'static str = "offered-products";
    const PATH: &'static str = "products";
    const ALL: &'static str = "All products";
    const SEARCH: &'static str = "Search by product or id";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: STATUSES },
        Filter { key: "category", label: "Category", kind: CATEGORIES },
        Filter { key: "vendor", label: "Vendor", kind: FilterKind::Contains },
        Filter { key: "from", label: "Seen from", kind: FilterKind::From },
        Filter { key: "to", label: "Seen until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct OfferedCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub icon: Option<String>,
    #[diesel(sql_type = Text)]
    pub category: Category,
    #[diesel(sql_type = Text)]
    pub vendor_id: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl OfferedCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

impl Row for OfferedCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Offered>;

const FROM: &str = "FROM sight s JOIN products p ON p.id = s.product_id \
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version";

/// The condition of sight: one equality on an index.
fn seen_by(sql: &mut Sql, read: &Read<'_, ViewOffered>) {
    sql.push("s.viewer_id = ");
    sql.text(read.actor.account().as_str());
    sql.push(" AND s.why = 'listing'");
}

fn narrow(sql: &mut Sql, read: &Read<'_, ViewOffered>, query: &Q) {
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "status" => {
                sql.push(" AND p.status IN ");
                sql.list(values);
            }
            "category" => {
                sql.push(" AND v.category IN ");
                sql.list(values);
            }
            "vendor" => {
                sql.push(
                    " AND EXISTS (SELECT FROM accounts fa WHERE fa.id = p.vendor_id AND lower(fa.name || ' ' || fa.id)",
                );
                sql.contains(value);
                sql.push(")");
            }
            "from" => sql.day("s.since", value, read.actor.zone(), false),
            "to" => sql.day("s.since", value, read.actor.zone(), true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND v.search");
        sql.contains(&query.search);
    }
}

impl Listing for Offered {
    type View = ViewOffered;
    type Cells = OfferedCells;

    fn ids(read: &Read<'_, ViewOffered>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push(&format!("SELECT s.product_id AS id {FROM} WHERE "));
        seen_by(&mut sql, read);
        narrow(&mut sql, read, query);
        sql
    }

    fn among(read: &mut Read<'_, ViewOffered>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<OfferedCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT p.id, v.name, v.icon, v.category, p.vendor_id, v.number::bigint AS version, p.status, s.since, \
             (SELECT a.name FROM accounts a WHERE a.id = p.vendor_id) AS vendor, ({expression})::text AS sort_value {FROM} WHERE "
        ));
        seen_by(&mut sql, read);
        hits.narrow(&mut sql, "s.product_id", |sql| narrow(sql, read, query));
        query.keyset(&mut sql, "s.product_id");
        sql.push(&format!("{} LIMIT {limit}", query.order(expression, "s.product_id")));
        sql.load(read.conn)
    }

    fn cell(row: &OfferedCells, column: Column) -> Cell {
        match column {
            Column::Product => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Vendor => Cell::Text(format!("{} ({})", row.vendor, row.vendor_id)),
            Column::Category => Cell::Text(row.category.label().to_owned()),
            Column::Version => Cell::Number(row.version as f64),
            Column::Since => Cell::At(row.since),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
