//! The grid of marketplaces.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{View, reference};
use crate::{
    columns,
    kit::{
        actor::Role,
        db::Read,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
        typed,
        words::Words,
    },
    t,
};

columns! {
    Column by Created {
        Marketplace = "marketplace" / "Marketplace", sorted "r.name" as Text;
        Countries = "countries" / "Countries";
        Currency = "currency" / "Currency", sorted "r.currency" as Text;
        Hubs = "hubs" / "Hubs": number;
        Created = "created" / "Created", sorted "r.created_at" as Time;
    }
}

/// The marketplaces of a company.
pub struct Marketplaces;

impl Grid for Marketplaces {
    type Column = Column;
    const NAME: &'static str = "marketplaces";
    const ALL: &'static str = "All marketplaces";
    const SEARCH: &'static str = "Search by name or ID";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "country", label: "Country code", kind: FilterKind::Contains },
        Filter { key: "currency", label: "Currency code", kind: FilterKind::Contains },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct MarketplaceCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Array<Text>)]
    pub countries: Vec<String>,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = BigInt)]
    pub hubs: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl MarketplaceCells {
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.id)
    }

    /// "Germany, Austria and 3 more".
    pub fn where_(&self) -> Words {
        match reference::countries_of(&self.countries).as_slice() {
            [first, second, rest @ ..] if rest.len() > 1 => {
                t!("{first}, {second} and {n} more" | "{first}, {second} and {n} more", rest.len(), first, second,)
            }
            all => Words::all_of(all),
        }
    }
}

crate::row!(MarketplaceCells);

static SHAPE: Shape = Shape {
    sides: &[Side::new("marketplaces", |_| "owner_id")],
    cells: "r.id, r.name, r.countries, r.currency, r.created_at, \
        (SELECT count(*) FROM marketplace_hubs h WHERE h.marketplace_id = r.id) AS hubs",
    joins: "",
    since: "created_at",
    status: None,
    choices: &[],
    named: &[],
};

impl Listing for Marketplaces {
    type View = View;
    type Cells = MarketplaceCells;

    fn narrow(sql: &mut Sql, _: &Read<'_, View>, key: &str, values: &[String]) {
        let value = values.first().map_or_else(String::new, |value| typed::key(value).to_uppercase());
        match key {
            "country" => {
                sql.push(" AND ");
                sql.text(&value);
                sql.push(" = ANY(r.countries)");
            }
            "currency" => {
                sql.push(" AND r.currency = ");
                sql.text(&value);
            }
            _ => {}
        }
    }

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &MarketplaceCells, column: Column) -> Cell {
        match column {
            Column::Marketplace => Cell::Text(format!("{} ({})", row.name, row.id)),
            Column::Countries => Cell::Text(row.countries.join(" ")),
            Column::Currency => Cell::Text(row.currency.clone()),
            Column::Hubs => Cell::Number(row.hubs as f64),
            Column::Created => Cell::At(row.created_at),
        }
    }
}
