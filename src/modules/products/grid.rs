//! The grid of a vendor's own products.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use super::{Category, Status, ViewOwn};
use crate::kit::{
    choice::Choice as _,
    db::Read,
    grid::{self, Cell, Column as _, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
    problem::Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Product,
    Category,
    Version,
    Listings,
    Created,
    Status,
}

impl grid::Column for Column {
    const ALL: &'static [Self] =
        &[Self::Product, Self::Category, Self::Version, Self::Listings, Self::Created, Self::Status];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Created, descending: true };

    fn key(self) -> &'static str {
        ["product", "category", "version", "listings", "created", "status"][self as usize]
    }

    fn label(self) -> &'static str {
        ["Product", "Category", "Version", "Listed on", "Created", "Status"][self as usize]
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Product => Some(("lower(p.name)", "text")),
            Self::Category => Some(("coalesce(p.category, '')", "text")),
            Self::Created => Some(("p.created_at", "timestamptz")),
            Self::Status => Some(("p.status", "text")),
            Self::Version | Self::Listings => None,
        }
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Created { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

pub const STATUSES: FilterKind =
    FilterKind::OneOf(&[("draft", "Draft"), ("published", "Published"), ("endofsale", "End of Sale")]);
pub const CATEGORIES: FilterKind = FilterKind::OneOf(&[
    ("ai", "AI and Machine Learning"),
    ("backup", "Backup and Disaster Recovery"),
    ("communication", "Communication and Collaboration"),
    ("customers", "Customer Management"),
    ("digital_marketing", "Digital Marketing"),
    ("finance", "Finance"),
    ("human_resources", "Human Resources"),
    ("infrastructure", "Infrastructure"),
    ("it_management", "IT Management"),
    ("marketing", "Marketing"),
    ("office", "Office Productivity"),
    ("sales", "Sales"),
    ("security", "Security"),
]);

/// The products of a vendor.
pub struct Products;

impl Grid for Products {
    type Column = Column;
    const NAME: &'static str = "products";
    const ALL: &'static str = "All products";
    const SEARCH: &'static str = "Search by name or id";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: STATUSES },
        Filter { key: "category", label: "Category", kind: CATEGORIES },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct ProductCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub icon: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<Category>,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = BigInt)]
    pub listings: i64,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl ProductCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    pub fn category(&self) -> &'static str {
        self.category.map_or("", |category| category.label())
    }

    /// "3", or that there is none yet.
    pub fn version(&self) -> String {
        if self.version == 0 { "Master only".to_owned() } else { self.version.to_string() }
    }
}

impl Row for ProductCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Products>;

/// The condition of tenancy: one equality on an index.
fn owned(sql: &mut Sql, read: &Read<'_, ViewOwn>) {
    sql.push("p.vendor_id = ");
    sql.text(read.actor.account().as_str());
}

fn narrow(sql: &mut Sql, read: &Read<'_, ViewOwn>, query: &Q) {
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "status" | "category" => {
                sql.push(&format!(" AND p.{key} IN "));
                sql.list(values);
            }
            "from" => sql.day("p.created_at", value, read.actor.zone(), false),
            "to" => sql.day("p.created_at", value, read.actor.zone(), true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND p.search");
        sql.contains(&query.search);
    }
}

impl Listing for Products {
    type View = ViewOwn;
    type Cells = ProductCells;

    fn ids(read: &Read<'_, ViewOwn>, query: &Q, _: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT p.id FROM products p WHERE ");
        owned(&mut sql, read);
        narrow(&mut sql, read, query);
        sql
    }

    fn among(read: &mut Read<'_, ViewOwn>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<ProductCells>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT p.id, p.name, p.icon, p.category, p.version::bigint AS version, p.status, p.created_at, \
             ({expression})::text AS sort_value, \
             (SELECT count(*) FROM listings l WHERE l.product_id = p.id AND l.status = 'listed') AS listings \
             FROM products p WHERE "
        ));
        owned(&mut sql, read);
        hits.narrow(&mut sql, "p.id", |sql| narrow(sql, read, query));
        query.keyset(&mut sql, "p.id");
        sql.push(&format!("{} LIMIT {limit}", query.order(expression, "p.id")));
        sql.load(read.conn)
    }

    fn cell(row: &ProductCells, column: Column) -> Cell {
        match column {
            Column::Product => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Category => Cell::maybe(row.category.map(|category| category.label())),
            Column::Version => Cell::Number(row.version as f64),
            Column::Listings => Cell::Number(row.listings as f64),
            Column::Created => Cell::At(row.created_at),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_offer_every_category_and_status() {
        let keys = |kind| match kind {
            FilterKind::OneOf(options) => options.to_vec(),
            _ => Vec::new(),
        };
        let all: Vec<_> = Category::ALL.iter().map(|one| (one.key(), one.label())).collect();
        assert_eq!(keys(CATEGORIES), all);
        let all: Vec<_> = Status::ALL.iter().map(|one| (one.key(), one.label())).collect();
        assert_eq!(keys(STATUSES), all);
    }
}
