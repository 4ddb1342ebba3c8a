//! The grid of agreements.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int4, Nullable, Text, Timestamptz},
};

use super::{Type, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
        words::Words,
    },
    t,
};

columns! {
    Column by Updated {
        Agreement = "agreement" / "Agreement", sorted "r.name" as Text;
        Type = "type" / "Type", sorted "r.type" as Text;
        Description = "description" / "Description";
        Version = "version" / "Active version";
        Contracts = "contracts" / "Contracts": number;
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Updated = "updated" / "Updated", sorted "r.updated_at" as Time (spare);
    }
}

/// The agreements grid.
pub struct Agreements;

impl Grid for Agreements {
    type Column = Column;
    const NAME: &'static str = "agreements";
    const ALL: &'static str = "All agreements";
    const SEARCH: &'static str = "Search by agreement name or ID";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "type",
            label: "Type",
            kind: FilterKind::OneOf(&[("program", "Program"), ("service", "Service")]),
        },
        Filter { key: "active", label: "Active version", kind: FilterKind::OneOf(&[("yes", "Yes"), ("no", "No")]) },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct AgreementCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub version: Option<i32>,
    #[diesel(sql_type = BigInt)]
    contracts: i64,
    #[diesel(sql_type = BigInt)]
    tests: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl AgreementCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    pub fn version_label(&self, version: &i32) -> Words {
        t!("Version {version}", version)
    }

    pub fn contracts(&self) -> grid::Apart {
        grid::Apart::both(self.contracts, self.tests, grid::COUNTED)
    }
}

crate::row!(AgreementCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("agreements", |_| "owner_id")],
    // contracts are counted up to grid::COUNTED
    cells: "r.id, r.type AS type_, r.name, r.description, v.number AS version, r.created_at, r.updated_at, \
        (SELECT count(*) FROM (SELECT FROM contracts c WHERE c.agreement_id = r.id AND c.kind = 'production' LIMIT 1001) few) AS contracts, \
        (SELECT count(*) FROM (SELECT FROM contracts c WHERE c.agreement_id = r.id AND c.kind = 'test' LIMIT 1001) few) AS tests",
    joins: "LEFT JOIN agreement_versions v ON v.agreement_id = r.id AND v.status = 'active'",
    since: "created_at",
    status: None,
    choices: &[("type", "type")],
    named: &[],
};

impl Listing for Agreements {
    type View = View;
    type Cells = AgreementCells;

    fn narrow(sql: &mut Sql, _: &Read<'_, View>, key: &str, values: &[String]) {
        if let ("active", [value]) = (key, values) {
            sql.push(if value == "yes" { " AND EXISTS " } else { " AND NOT EXISTS " });
            sql.push("(SELECT FROM agreement_versions v WHERE v.agreement_id = r.id AND v.status = 'active')");
        }
    }

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &AgreementCells, column: Column) -> Cell {
        match column {
            Column::Agreement => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Description => Cell::Text(row.description.clone()),
            Column::Version => row.version.map_or(Cell::Empty, |version| Cell::Number(version.into())),
            Column::Contracts => Cell::Text(row.contracts().to_string()),
            Column::Created => Cell::At(row.created_at),
            Column::Updated => Cell::At(row.updated_at),
        }
    }
}
