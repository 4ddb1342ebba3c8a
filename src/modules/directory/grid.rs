//! The grid of partners: a row for each company that signed a contract, and one for each Pending invitation.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use super::{PartnerStatus, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        environment::Environment,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
        words::Words,
    },
    modules::images,
    t,
};

columns! {
    Column by Since {
        Partner = "partner" / "Partner", sorted "r.name" as Text;
        Role = "role" / "Role", sorted "r.role" as Text;
        Environment = "environment" / "Environment", sorted "r.environment" as Text (spare);
        Contracts = "contracts" / "Contracts";
        Status = "status" / "Status", sorted "r.status" as Text;
        Since = "since" / "Since", sorted "r.since" as Time;
    }
}

/// The directory's grid.
pub struct Partners;

impl Grid for Partners {
    type Column = Column;
    const NAME: &'static str = "directory";
    const ALL: &'static str = "All partners";
    const SEARCH: &'static str = "Search by partner name or ID";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "role",
            label: "Role",
            kind: FilterKind::OneOf(&[("vendor", "Vendor"), ("reseller", "Reseller"), ("distributor", "Distributor")]),
        },
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[("active", "Active"), ("invited", "Invited"), ("ended", "Ended")]),
        },
        grid::REAL_OR_TEST,
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct PartnerCells {
    /// The company, or the contract of an invitation.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The company's name; of an invitation for whom it is meant, or nothing when nobody is named.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    logo: Option<String>,
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// A test while all that binds the company is one.
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = BigInt)]
    contracts: i64,
    /// So many of its contracts.
    #[diesel(sql_type = BigInt)]
    tests: i64,
    #[diesel(sql_type = Text)]
    pub status: PartnerStatus,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl PartnerCells {
    pub fn contracts(&self) -> grid::Apart {
        grid::Apart::both(self.contracts - self.tests, self.tests, grid::COUNTED)
    }

    /// Its name, or that an invitation names nobody.
    pub fn called(&self) -> Words {
        if self.name.is_empty() { t!("No partner yet") } else { Words::data(&self.name) }
    }

    /// The address of its logo, if it has one.
    pub fn logo(&self) -> Option<String> {
        self.logo.as_deref().map(images::url)
    }

    /// Where the row leads, from the portal's URL.
    pub fn href(&self, portal: &str) -> String {
        format!("{portal}/directory/{}", self.id)
    }
}

crate::row!(PartnerCells);

/// Companies with an Active contract and those whose contracts have ended, kept in a table of their own, and Pending invitations. Each is
/// one equality on an index, and they are merged.
static SHAPE: Shape = Shape {
    sides: &[
        Side::new(
            "(SELECT a.id, a.name, a.logo, a.role, t.environment, t.contracts::bigint AS contracts, t.tests::bigint AS tests, \
             'active' AS status, t.since, a.search, t.issuer_id \
             FROM partners t JOIN accounts a ON a.id = t.partner_id WHERE t.contracts > 0)",
            |_| "issuer_id",
        ),
        Side::new(
            "(SELECT a.id, a.name, a.logo, a.role, t.environment, 0::bigint AS contracts, 0::bigint AS tests, \
             'ended' AS status, t.since, a.search, t.issuer_id \
             FROM partners t JOIN accounts a ON a.id = t.partner_id WHERE t.contracts = 0)",
            |_| "issuer_id",
        ),
        Side::new(
            "(SELECT c.id, coalesce(nullif(c.recipient_company, ''), nullif(c.recipient_email, ''), '') COLLATE people AS name, NULL::text AS logo, CASE c.type WHEN 'program' THEN 'vendor' ELSE 'reseller' END AS role, \
             c.kind AS environment, 1::bigint AS contracts, (c.kind = 'test')::integer::bigint AS tests, 'invited' AS status, c.created_at AS since, c.note_search AS search, c.issuer_id \
             FROM contracts c WHERE c.status = 'pending' AND c.signee_id IS NULL)",
            |_| "issuer_id",
        ),
    ],
    cells: "r.id, r.name, r.logo, r.role, r.environment, r.contracts, r.tests, r.status, r.since",
    joins: "",
    since: "since",
    status: None,
    choices: &[("role", "role"), ("status", "status"), ("environment", "environment")],
    named: &[],
};

impl Listing for Partners {
    type View = View;
    type Cells = PartnerCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &PartnerCells, column: Column) -> Cell {
        match column {
            Column::Partner if row.name.is_empty() => Cell::Text(row.id.clone()),
            Column::Partner => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Role => Cell::Text(row.role.label().to_owned()),
            Column::Environment => Cell::Text(row.environment.label().to_owned()),
            Column::Contracts => Cell::Text(row.contracts().to_string()),
            Column::Status => Cell::Text(row.status.label().to_owned()),
            Column::Since => Cell::At(row.since),
        }
    }
}
