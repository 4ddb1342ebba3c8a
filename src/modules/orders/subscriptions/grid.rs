//! The Directory of subscriptions.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{Status, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        environment::Environment,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Created {
        Customer = "customer" / "Customer", sorted "r.customer_name" as Text;
        Product = "product" / "Product";
        Marketplace = "marketplace" / "Marketplace" (spare);
        Partner = "partner" / "Partner" (minor);
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        External = "external" / "External ID", sorted "r.external_id" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Updated = "updated" / "Updated", sorted "r.updated_at" as Time (spare);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

/// The column that holds a company, as its portal sees orders.
pub fn own(role: Role) -> &'static str {
    match role {
        Role::Vendor => "vendor_id",
        Role::Distributor => "distributor_id",
        Role::Reseller => "buyer_id",
    }
}

/// The column that holds a company where it has the other part of an order with three companies: a distributor bought, others bought on
/// a reseller's marketplace.
pub fn other(role: Role) -> &'static str {
    match role {
        Role::Vendor => "vendor_id",
        Role::Distributor => "buyer_id",
        Role::Reseller => "distributor_id",
    }
}

/// That who bought is not the owner of the marketplace.
pub const THREE: &str = "r.distributor_id <> r.buyer_id";

/// What finds a product by its name, as it was ordered.
pub const PRODUCT: &str =
    "EXISTS (SELECT FROM product_versions f WHERE f.product_id = r.product_id AND f.number = r.version AND f.search";
pub const MARKETPLACE: &str = "EXISTS (SELECT FROM marketplaces f WHERE f.id = r.marketplace_id AND f.search";
/// What finds the other companies by their names.
pub const PARTNER: &str =
    "EXISTS (SELECT FROM accounts f WHERE f.id IN (r.vendor_id, r.buyer_id, r.distributor_id) AND f.search";

pub struct Subscriptions;

impl Grid for Subscriptions {
    type Column = Column;
    const NAME: &'static str = "subscriptions";
    const ALL: &'static str = "All subscriptions";
    const SEARCH: &'static str = "Search by customer, ID or external ID";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[
                ("processing", "Processing"),
                ("active", "Active"),
                ("suspended", "Suspended"),
                ("terminating", "Terminating"),
                ("terminated", "Terminated"),
            ]),
        },
        grid::REAL_TEST_OR_PREVIEW,
        Filter { key: "product", label: "Product", kind: FilterKind::Contains },
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "partner", label: "Partner", kind: FilterKind::Contains },
        Filter { key: "contract", label: "Contract ID", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct SubscriptionCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub customer: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace: Option<String>,
    #[diesel(sql_type = Text)]
    vendor: String,
    #[diesel(sql_type = Text)]
    vendor_id: String,
    #[diesel(sql_type = Text)]
    buyer: String,
    #[diesel(sql_type = Text)]
    buyer_id: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl SubscriptionCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    /// The other company and its id: to the vendor who ordered, to everybody else the vendor.
    pub fn partner(&self, vendor: &bool) -> (&str, &str) {
        if *vendor { (&self.buyer, &self.buyer_id) } else { (&self.vendor, &self.vendor_id) }
    }
}

crate::row!(SubscriptionCells);

static ONE: [Side; 1] = [Side::new("subscriptions", own)];
static BOTH: [Side; 2] = [Side::new("subscriptions", own), Side::when("subscriptions", other, THREE)];
static SOLD: Shape = shape(&ONE);
static TRADED: Shape = shape(&BOTH);

const fn shape(sides: &'static [Side]) -> Shape {
    Shape {
        sides,
        cells: "r.id, r.customer_name AS customer, r.status, r.environment, r.external_id, r.product_id, v.name AS product, \
            r.marketplace_id, m.name AS marketplace, a.name AS vendor, r.vendor_id, b.name AS buyer, r.buyer_id, r.created_at, \
            r.updated_at",
        joins: "JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
            JOIN accounts a ON a.id = r.vendor_id JOIN accounts b ON b.id = r.buyer_id \
            LEFT JOIN marketplaces m ON m.id = r.marketplace_id",
        since: "created_at",
        status: Some("status"),
        choices: &[("environment", "environment")],
        named: &[
            ("product", PRODUCT),
            ("marketplace", MARKETPLACE),
            ("partner", PARTNER),
            ("contract", "EXISTS (SELECT WHERE lower(r.contract_id)"),
        ],
    }
}

impl Listing for Subscriptions {
    type View = View;
    type Cells = SubscriptionCells;

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &SOLD } else { &TRADED }
    }

    fn cell(row: &SubscriptionCells, column: Column) -> Cell {
        match column {
            Column::Customer => Cell::Text(format!("{} ({})", row.customer, row.id)),
            Column::Product => Cell::Text(format!("{} ({})", row.product, row.product_id)),
            Column::Marketplace => Cell::maybe(row.marketplace.as_deref()),
            Column::Partner => {
                Cell::Text(format!("{} ({}), {} ({})", row.vendor, row.vendor_id, row.buyer, row.buyer_id))
            }
            Column::Environment => Cell::Text(row.environment.label().to_owned()),
            Column::External => Cell::Text(row.external_id.clone()),
            Column::Created => Cell::At(row.created_at),
            Column::Updated => Cell::At(row.updated_at),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
