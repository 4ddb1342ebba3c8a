//! The grid of listings: a vendor's, or those on a company's marketplaces.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{RequestStatus, Status, View};
use crate::{
    columns,
    kit::{
        actor::{Permission, Role},
        choice::Choice as _,
        db::Read,
        environment::Environment,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
    },
};

columns! {
    Column by Created {
        Listing = "listing" / "Listing", sorted "r.id" as Text;
        Marketplace = "marketplace" / "Marketplace",
            sorted "(SELECT m.name FROM marketplaces m WHERE m.id = r.marketplace_id)" as Text;
        Partner = "partner" / "Partner";
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Request = "request" / "Open request";
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

pub struct Listings;

impl Grid for Listings {
    type Column = Column;
    const NAME: &'static str = "listings";
    const ALL: &'static str = "All listings";
    const SEARCH: &'static str = "Search by product or listing ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: FilterKind::OneOf(Status::PICKS) },
        grid::REAL_OR_TEST,
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "contract", label: "Contract ID", kind: FilterKind::Contains },
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
    pub environment: Environment,
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

crate::row!(ListingCells);

/// The column of ids, the relation and its company's column of the products that a company may know by name.
fn known<P: Permission>(read: &Read<'_, P>) -> (&'static str, &'static str, &'static str) {
    match read.actor.identity.company.role {
        Role::Vendor => ("id", "products", "vendor_id"),
        Role::Distributor | Role::Reseller => ("product_id", "sight", "viewer_id"),
    }
}

/// Rows whose id holds `text`, or the name or id of their product.
pub fn find<P: Permission>(sql: &mut Sql, read: &Read<'_, P>, text: &str) {
    let (id, products, own) = known(read);
    sql.push("(lower(r.id)");
    sql.contains(text);
    sql.push(&format!(" OR r.product_id = ANY(ARRAY(SELECT f.{id} FROM {products} f WHERE f.{own} = "));
    sql.text(read.actor.account().as_str());
    sql.push(" AND f.search");
    sql.contains(text);
    sql.push(")))");
}

/// Whether a row is one of them. An aggregate, since PostgreSQL would look up all products at once for what may stand behind `EXISTS`.
pub fn fits<P: Permission>(sql: &mut Sql, read: &Read<'_, P>, text: &str) {
    let (id, products, own) = known(read);
    sql.push("(lower(r.id)");
    sql.contains(text);
    sql.push(" OR (SELECT bool_or(f.search");
    sql.contains(text);
    sql.push(&format!(") FROM {products} f WHERE f.{id} = r.product_id AND f.{own} = "));
    sql.text(read.actor.account().as_str());
    sql.push("))");
}

pub const MARKETPLACE: (&str, &str) =
    ("marketplace", "EXISTS (SELECT FROM marketplaces f WHERE f.id = r.marketplace_id AND f.search");
/// The other company: to the vendor who owns the marketplace, to everybody else the vendor.
pub const OWNER: (&str, &str) = ("partner", "EXISTS (SELECT FROM accounts f WHERE f.id = r.owner_id AND f.search");
pub const VENDOR: (&str, &str) = ("partner", "EXISTS (SELECT FROM accounts f WHERE f.id = r.vendor_id AND f.search");

/// The distribution contract under which something is listed.
const CONTRACT: (&str, &str) = ("contract", "EXISTS (SELECT WHERE lower(r.contract_id)");

/// A vendor's listings.
static OFFERED: Shape = Shape {
    sides: &[Side::new("listings", |_| "vendor_id")],
    cells: "r.id, r.status, r.environment, r.product_id, p.name AS product, m.id AS marketplace_id, m.name AS marketplace, a.id AS partner_id, \
        a.name AS partner, r.created_at, q.id AS request_id, q.status AS request_status",
    joins: "JOIN products p ON p.id = r.product_id JOIN marketplaces m ON m.id = r.marketplace_id \
        JOIN accounts a ON a.id = r.owner_id \
        LEFT JOIN listing_requests q ON q.listing_id = r.id AND q.status IN ('draft', 'reviewing', 'deploying')",
    since: "created_at",
    status: Some("status"),
    choices: &[("environment", "environment")],
    named: &[MARKETPLACE, OWNER, CONTRACT],
};

/// Those on a company's marketplaces: products are named as their newest public version is.
static BORNE: Shape = Shape {
    sides: &[Side::new("listings", |_| "owner_id")],
    cells: "r.id, r.status, r.environment, r.product_id, coalesce(v.name, '') AS product, m.id AS marketplace_id, m.name AS marketplace, \
        a.id AS partner_id, a.name AS partner, r.created_at, q.id AS request_id, q.status AS request_status",
    joins: "JOIN products p ON p.id = r.product_id \
        LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
        JOIN marketplaces m ON m.id = r.marketplace_id JOIN accounts a ON a.id = r.vendor_id \
        LEFT JOIN listing_requests q ON q.listing_id = r.id AND q.status IN ('draft', 'reviewing', 'deploying')",
    since: "created_at",
    status: Some("status"),
    choices: &[("environment", "environment")],
    named: &[MARKETPLACE, VENDOR, CONTRACT],
};

impl Listing for Listings {
    type View = View;
    type Cells = ListingCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &OFFERED } else { &BORNE }
    }

    fn find(sql: &mut Sql, read: &Read<'_, View>, _: &Side, text: &str) {
        find(sql, read, text);
    }

    fn fits(sql: &mut Sql, read: &Read<'_, View>, _: &Side, text: &str) {
        fits(sql, read, text);
    }

    fn cell(row: &ListingCells, column: Column) -> Cell {
        match column {
            Column::Listing => Cell::Text(format!("{} ({}), {}", row.product, row.product_id, row.id)),
            Column::Marketplace => Cell::Text(format!("{} ({})", row.marketplace, row.marketplace_id)),
            Column::Partner => Cell::Text(format!("{} ({})", row.partner, row.partner_id)),
            Column::Environment => Cell::Text(row.environment.label().to_owned()),
            Column::Created => Cell::At(row.created_at),
            Column::Request => Cell::maybe(row.request_id.as_deref()),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
