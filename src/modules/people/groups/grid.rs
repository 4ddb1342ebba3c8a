//! The grid of groups.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Text, Timestamptz},
};

use super::View;
use crate::{
    columns,
    kit::{
        actor::Role,
        grid::{Cell, Filter, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Created {
        Group = "group" / "Group", sorted "r.name" as Text;
        Description = "description" / "Description";
        Members = "members" / "Users": number;
        Created = "created" / "Created", sorted "r.created_at" as Time;
    }
}

/// The groups of a company.
pub struct Groups;

impl Grid for Groups {
    type Column = Column;
    const NAME: &'static str = "groups";
    const ALL: &'static str = "All groups";
    const SEARCH: &'static str = "Search by name or ID";
    const FILTERS: &'static [Filter] = &[];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct GroupCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Bool)]
    pub administrators: bool,
    #[diesel(sql_type = BigInt)]
    pub members: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl GroupCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(GroupCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("groups", |_| "account_id")],
    cells: "r.id, r.name, r.description, r.administrators, r.created_at, \
        (SELECT count(*) FROM group_members m WHERE m.group_id = r.id) AS members",
    joins: "",
    since: "created_at",
    status: None,
    choices: &[],
    named: &[],
};

impl Listing for Groups {
    type View = View;
    type Cells = GroupCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &GroupCells, column: Column) -> Cell {
        match column {
            Column::Group => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Description => Cell::Text(row.description.clone()),
            Column::Members => Cell::Number(row.members as f64),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
