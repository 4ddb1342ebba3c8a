//! The grid of the sessions that are in use for a company.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Text, Timestamptz},
};

use super::Manage;
use crate::{
    access::{factors::Factor, pages::device},
    columns,
    kit::{
        actor::{Role, User},
        choice::Choice as _,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
        id::Id,
        words::Words,
    },
};

columns! {
    Column by Seen {
        Person = "person" / "User", sorted "r.person" as Text;
        Device = "device" / "Browser";
        Address = "address" / "Address", sorted "r.address" as Text;
        How = "how" / "Signed in with" (minor);
        Began = "began" / "Signed in", sorted "r.began_at" as Time (minor);
        Seen = "seen" / "Last active", sorted "r.seen_at" as Time;
    }
}

/// Where a company's people are signed in.
pub struct Sessions;

impl Grid for Sessions {
    type Column = Column;
    const NAME: &'static str = "sessions";
    const ALL: &'static str = "All sessions";
    const SEARCH: &'static str = "Search by name, email, user ID or address";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "from", label: "Active from", kind: FilterKind::From },
        Filter { key: "to", label: "Active until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct SessionCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub user_id: Id<User>,
    #[diesel(sql_type = Text)]
    pub person: String,
    #[diesel(sql_type = Text)]
    agent: String,
    #[diesel(sql_type = Text)]
    pub address: String,
    #[diesel(sql_type = Text)]
    pub factor: Factor,
    #[diesel(sql_type = Timestamptz)]
    pub began_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub seen_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl SessionCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    /// The browser and the system.
    pub fn device(&self) -> Words {
        device(&self.agent)
    }
}

crate::row!(SessionCells);

/// Those that still live and were not ended, as `access/sessions.rs` finds them; a test holds the two together.
static SHAPE: Shape = Shape {
    sides: &[Side::new(
        "(SELECT p.account_id, p.session_id::text AS id, u.id AS user_id, u.name AS person, s.agent, p.address, s.factor, \
         s.created_at AS began_at, p.seen_at, folded(u.name || ' ' || u.email || ' ' || u.id || ' ' || p.address) AS search \
         FROM session_places p JOIN sessions s ON s.id = p.session_id JOIN users u ON u.id = p.user_id \
         JOIN memberships m ON m.account_id = p.account_id AND m.user_id = p.user_id \
         WHERE s.seen_at > now() - interval '12 hours' AND s.created_at > now() - interval '14 days' \
         AND (p.ended_at IS NULL OR p.ended_at <= s.proved_at))",
        |_| "account_id",
    )],
    cells: "r.id, r.user_id, r.person, r.agent, r.address, r.factor, r.began_at, r.seen_at",
    joins: "",
    since: "seen_at",
    status: None,
    choices: &[],
    named: &[],
};

impl Listing for Sessions {
    type View = Manage;
    type Cells = SessionCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &SessionCells, column: Column) -> Cell {
        match column {
            Column::Person => Cell::Text(format!("{} ({})", row.person, row.user_id)),
            Column::Device => Cell::Text(row.device().to_string()),
            Column::Address => Cell::Text(row.address.clone()),
            Column::How => Cell::Text(row.factor.label().to_owned()),
            Column::Began => Cell::At(row.began_at),
            Column::Seen => Cell::At(row.seen_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SHAPE;
    use crate::access::{
        places::OPEN,
        sessions::{IDLE_HOURS, LIFE_DAYS},
    };

    #[test]
    fn a_session_is_listed_for_as_long_as_it_lives() {
        let rows = SHAPE.sides[0].rows;
        assert!(rows.contains(&format!("interval '{IDLE_HOURS} hours'")));
        assert!(rows.contains(&format!("interval '{LIFE_DAYS} days'")));
        assert!(rows.contains(OPEN));
    }
}
