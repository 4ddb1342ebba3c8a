//! The Directory: a company's active tier accounts.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int4, Nullable, Text, Timestamptz},
};

use super::{Type, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Read,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
        typed,
        words::Words,
    },
    modules::marketplaces::reference,
};

columns! {
    Column by Created {
        Customer = "customer" / "Account", sorted "r.name" as Text;
        Type = "type" / "Type", sorted "r.type" as Text;
        Parent = "parent" / "Parent";
        External = "external" / "External ID", sorted "r.external_id" as Text (spare);
        Country = "country" / "Country", sorted "r.country" as Text (minor);
        Contact = "contact" / "Contact";
        Version = "version" / "Version": number (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
    }
}

pub struct Customers;

impl Grid for Customers {
    type Column = Column;
    const NAME: &'static str = "customers";
    const ALL: &'static str = "All accounts";
    const SEARCH: &'static str = "Search by name, ID, external ID or email";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "type", label: "Type", kind: FilterKind::OneOf(Type::PICKS) },
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

    pub fn where_(&self) -> Words {
        reference::country_name(&self.country)
    }
}

crate::row!(CustomerCells);

macro_rules! cells {
    ($parent:literal) => {
        concat!(
            "r.id, r.name, r.type AS type_, r.parent_id, (SELECT p.name FROM tier_accounts p WHERE ",
            $parent,
            ") AS parent, r.external_id, r.country, rtrim(r.first_name || ' ' || r.last_name) AS contact, r.email, r.version, \
             r.created_at"
        )
    };
}

static OWN: Shape = Shape {
    sides: &[Side::when("tier_accounts", |_| "owner_id", "r.status = 'active'")],
    cells: cells!("p.id = r.parent_id"),
    joins: "",
    since: "created_at",
    status: None,
    choices: &[("type", "type")],
    named: &[],
};

/// The account's own columns, apart from its id and date.
macro_rules! seen {
    ($id:literal, $day:literal, $viewer:literal, $from:literal) => {
        concat!(
            "(SELECT ",
            $id,
            " AS id, ",
            $day,
            " AS created_at, ",
            $viewer,
            " AS viewer_id, t.type, t.status, t.owner_id, t.parent_id, t.name, \
             t.external_id, t.external_uid, t.version, t.country, t.first_name, t.last_name, t.email, t.search FROM ",
            $from,
            ")"
        )
    };
}

/// A vendor's view: its own accounts, and others that it may open. No account is on both sides.
static SEEN: Shape = Shape {
    sides: &[
        Side::when(
            seen!("t.id", "t.created_at", "t.owner_id", "tier_accounts t"),
            |_| "viewer_id",
            "r.status = 'active'",
        ),
        Side::when(
            // id and day of the sight, not of the account: so the newest are found in the order of the index. Joined by the day as
            // well, PostgreSQL would expect a single row, and read them all
            seen!(
                "s.tier_account_id",
                "s.created_at",
                "s.viewer_id",
                "tier_account_sight s JOIN tier_accounts t ON t.id = s.tier_account_id"
            ),
            |_| "viewer_id",
            "r.status = 'active'",
        ),
    ],
    cells: cells!(
        "p.id = r.parent_id AND (p.owner_id = r.viewer_id OR EXISTS (SELECT FROM tier_account_sight o \
         WHERE o.viewer_id = r.viewer_id AND o.tier_account_id = p.id))"
    ),
    joins: "",
    since: "created_at",
    status: None,
    choices: &[("type", "type")],
    named: &[],
};

impl Listing for Customers {
    type View = View;
    type Cells = CustomerCells;

    fn narrow(sql: &mut Sql, read: &Read<'_, View>, key: &str, values: &[String]) {
        let value = values.first().map_or("", String::as_str);
        match key {
            "country" => {
                sql.push(" AND r.country = ");
                sql.text(&typed::key(value).to_uppercase());
            }
            "external" => {
                // for the index
                sql.push(" AND r.search");
                sql.contains(value);
                sql.push(" AND folded(r.external_id)");
                sql.contains(value);
            }
            "parent" if read.actor.identity.company.role == Role::Vendor => {
                sql.push(
                    " AND EXISTS (SELECT FROM tier_accounts p WHERE p.id = r.parent_id AND (p.owner_id = r.viewer_id OR EXISTS (\
                     SELECT FROM tier_account_sight o WHERE o.viewer_id = r.viewer_id AND o.tier_account_id = p.id)) AND p.search",
                );
                sql.contains(value);
                sql.push(")");
            }
            "parent" => {
                sql.push(" AND r.parent_id IN (SELECT p.id FROM tier_accounts p WHERE p.owner_id = ");
                sql.text(read.actor.account().as_str());
                sql.push(" AND p.type = 'reseller' AND p.search");
                sql.contains(value);
                sql.push(")");
            }
            _ => {}
        }
    }

    fn shape(role: Role) -> &'static Shape {
        if role == Role::Vendor { &SEEN } else { &OWN }
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
