//! The grid of tokens.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{State, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Created {
        Token = "token" / "Token", sorted "r.name" as Text;
        ExternalId = "external_id" / "External ID", sorted "r.external_id" as Text;
        Status = "status" / "Status";
        LastUsed = "last_used" / "Last used", sorted "coalesce(r.last_used_at, r.created_at)" as Time;
        Expires = "expires" / "Expires", sorted "r.expires_at" as Due;
        Created = "created" / "Created", sorted "r.created_at" as Time;
    }
}

/// The tokens of a company.
pub struct Tokens;

impl Grid for Tokens {
    type Column = Column;
    const NAME: &'static str = "tokens";
    const ALL: &'static str = "All tokens";
    const SEARCH: &'static str = "Search by name, ID or external ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: FilterKind::OneOf(State::PICKS) },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct TokenCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub state: State,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_used_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl TokenCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(TokenCells);

/// As [`State::of`] says it; a test holds the two together.
static SHAPE: Shape = Shape {
    sides: &[Side::new(
        "(SELECT t.id, t.account_id, t.name, t.external_id, t.search, t.last_used_at, t.expires_at, t.created_at, \
         CASE WHEN t.status <> 'active' THEN t.status WHEN t.expires_at <= now() THEN 'expired' \
         WHEN t.expires_at <= now() + interval '30 days' THEN 'expiring' ELSE 'active' END AS state FROM api_tokens t)",
        |_| "account_id",
    )],
    cells: "r.id, r.name, r.external_id, r.state, r.last_used_at, r.expires_at, r.created_at",
    joins: "",
    since: "created_at",
    status: None,
    choices: &[("status", "state")],
    named: &[],
};

impl Listing for Tokens {
    type View = View;
    type Cells = TokenCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &TokenCells, column: Column) -> Cell {
        match column {
            Column::Token => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::ExternalId => Cell::Text(row.external_id.clone()),
            Column::Status => Cell::Text(row.state.label().to_owned()),
            Column::LastUsed => row.last_used_at.map_or(Cell::Empty, Cell::At),
            Column::Expires => Cell::At(row.expires_at),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
