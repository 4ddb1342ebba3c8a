//! The grid of rules: the products of which a company receives usage.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{super::View, Mode, store::RECEIVED};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side},
    },
};

columns! {
    Column by Since {
        Product = "product" / "Product", sorted "r.name" as Text;
        Vendor = "vendor" / "Vendor";
        Rule = "rule" / "Rule", sorted "r.mode" as Text;
        Rise = "rise" / "Maximum increase": number;
        Since = "since" / "Listed since", sorted "r.created_at" as Time (minor);
    }
}

/// The products of which a company receives usage, each with its rule.
pub struct Rules;

impl Grid for Rules {
    type Column = Column;
    const NAME: &'static str = "usage-rules";
    const ALL: &'static str = "All rules";
    const SEARCH: &'static str = "Search by product name or ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "rule", label: "Rule", kind: FilterKind::OneOf(Mode::PICKS) },
        Filter { key: "vendor", label: "Vendor", kind: FilterKind::Contains },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct RuleCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub vendor_id: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = Text)]
    pub mode: Mode,
    /// Of what is accepted automatically.
    #[diesel(sql_type = Nullable<Text>)]
    pub rise: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl RuleCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }
}

crate::row!(RuleCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new(RECEIVED, |_| "owner_id")],
    cells: "r.id, r.name, r.vendor_id, a.name AS vendor, r.mode, \
        CASE WHEN r.mode = 'accept' THEN trim_scale(r.most_percent)::text || '%' END AS rise, r.created_at",
    joins: "JOIN accounts a ON a.id = r.vendor_id",
    since: "created_at",
    status: None,
    choices: &[("rule", "mode")],
    named: &[("vendor", "EXISTS (SELECT FROM accounts f WHERE f.id = r.vendor_id AND f.search")],
};

impl Listing for Rules {
    type View = View;
    type Cells = RuleCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &RuleCells, column: Column) -> Cell {
        match column {
            Column::Product => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Vendor => Cell::Text(format!("{} ({})", row.vendor, row.vendor_id)),
            Column::Rule => Cell::Text(row.mode.label().to_owned()),
            Column::Rise => Cell::Text(row.rise.clone().unwrap_or_default()),
            Column::Since => Cell::At(row.created_at),
        }
    }
}
