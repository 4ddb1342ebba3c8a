//! The grid of users: a row for everybody who works for the company, and one for each invitation that nobody has accepted.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz},
};

use super::{Status, View};
use crate::{
    columns,
    kit::{
        actor::{Role, picture},
        choice::Choice as _,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Since {
        User = "user" / "User", sorted "r.called" as Text;
        Email = "email" / "Email", sorted "r.email" as Text;
        Groups = "groups" / "Groups";
        State = "state" / "Status", sorted "r.state" as Text;
        LastSeen = "last_seen" / "Last seen", sorted "coalesce(r.last_seen_at, timestamptz 'epoch')" as Time;
        Since = "since" / "Since", sorted "r.since" as Time (minor);
    }
}

/// The users of a company.
pub struct Users;

impl Grid for Users {
    type Column = Column;
    const NAME: &'static str = "users";
    const ALL: &'static str = "All users";
    const SEARCH: &'static str = "Search by name, email or ID";
    const FILTERS: &'static [Filter] = &[Filter {
        key: "state",
        label: "Status",
        kind: FilterKind::OneOf(&[("invited", "Invited"), ("joined", "Joined"), ("expired", "Expired")]),
    }];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct UserCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The name; of an invitation the address.
    #[diesel(sql_type = Text)]
    pub called: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Array<Text>)]
    pub groups: Vec<String>,
    #[diesel(sql_type = Text)]
    pub state: Status,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_seen_at: Option<DateTime<Utc>>,
    /// The hash of the person's picture.
    #[diesel(sql_type = Nullable<Text>)]
    picture: Option<String>,
    /// The mail that invites was not delivered.
    #[diesel(sql_type = Bool)]
    pub undelivered: bool,
    /// When the person joined, or was invited.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl UserCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    /// The address of the person's picture.
    pub fn picture(&self) -> Option<String> {
        picture(&self.id, self.picture.as_deref())
    }
}

crate::row!(UserCells);

/// An invitation's state is as [`super::store::InvitationRow::state`] says it.
static SHAPE: Shape = Shape {
    sides: &[
        Side::new(
            "(SELECT m.account_id, u.id, u.name AS called, u.email, 'joined' AS state, m.last_seen_at, m.joined_at AS since, \
             false AS undelivered, u.picture, \
             folded(u.name || ' ' || u.email || ' ' || u.id) AS search FROM memberships m JOIN users u ON u.id = m.user_id)",
            |_| "account_id",
        ),
        Side::new(
            "(SELECT i.account_id, i.id, i.email COLLATE people AS called, i.email, \
             CASE WHEN i.status = 'invited' AND i.expires_at > now() THEN 'invited' ELSE 'expired' END AS state, \
             NULL::timestamptz AS last_seen_at, i.created_at AS since, \
             EXISTS (SELECT FROM outbox o WHERE o.object = 'users/' || i.id AND o.account_id = i.account_id \
                     AND o.failed_at IS NOT NULL AND o.created_at >= i.sent_at) AS undelivered, \
             NULL::text AS picture, i.search FROM invitations i WHERE i.status <> 'joined')",
            |_| "account_id",
        ),
    ],
    cells: "r.id, r.called, r.email, r.state, r.last_seen_at, r.undelivered, r.picture, r.since, \
        ARRAY(SELECT g.name::text FROM groups g WHERE g.id IN (\
            SELECT m.group_id FROM group_members m WHERE m.account_id = r.account_id AND m.user_id = r.id \
            UNION ALL SELECT o.group_id FROM invitation_groups o WHERE o.invitation_id = r.id) \
        ORDER BY g.administrators DESC, g.name) AS groups",
    joins: "",
    since: "since",
    status: None,
    choices: &[("state", "state")],
    named: &[],
};

impl Listing for Users {
    type View = View;
    type Cells = UserCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &UserCells, column: Column) -> Cell {
        match column {
            Column::User => Cell::Text(format!("{} ({})", row.called, row.id)),
            Column::Email => Cell::Text(row.email.clone()),
            Column::Groups => Cell::Text(row.groups.join(", ")),
            Column::State => Cell::Text(row.state.label().to_owned()),
            Column::LastSeen => row.last_seen_at.map_or(Cell::Empty, Cell::At),
            Column::Since => Cell::At(row.since),
        }
    }
}
