//! The grid of contracts: a company's contracts on either side, merged.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int4, Nullable, Text, Timestamptz},
};

use super::{Purpose, Status, Type, View};
use crate::kit::{
    actor::Account,
    choice::Choice as _,
    db::Read,
    grid::{self, Cell, Filter, FilterKind, Grid, Hits, Listing, Query, Row, Sort, Sql},
    id::Id,
    problem::Result,
    time::Zone,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Contract,
    Agreement,
    Issuer,
    Signee,
    Created,
    Marketplace,
    Status,
}

impl grid::Column for Column {
    const ALL: &'static [Self] =
        &[Self::Contract, Self::Agreement, Self::Issuer, Self::Signee, Self::Created, Self::Marketplace, Self::Status];
    const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Created, descending: true };

    fn key(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Agreement => "agreement",
            Self::Issuer => "issuer",
            Self::Signee => "signee",
            Self::Created => "created",
            Self::Marketplace => "marketplace",
            Self::Status => "status",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Contract => "Contract",
            Self::Agreement => "Agreement",
            Self::Issuer => "Issuer",
            Self::Signee => "Signee",
            Self::Created => "Created",
            Self::Marketplace => "Marketplace",
            Self::Status => "Status",
        }
    }

    fn sorts_by(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Contract => Some(("c.id", "text")),
            Self::Agreement => Some(("(SELECT lower(name) FROM agreements WHERE id = c.agreement_id)", "text")),
            Self::Issuer => Some(("(SELECT lower(name) FROM accounts WHERE id = c.issuer_id)", "text")),
            Self::Signee => Some(("coalesce((SELECT lower(name) FROM accounts WHERE id = c.signee_id), '')", "text")),
            Self::Created => Some(("c.created_at", "timestamptz")),
            // only distribution contracts have one
            Self::Marketplace => None,
            Self::Status => Some(("c.status", "text")),
        }
    }

    fn minor(self) -> bool {
        matches!(self, Self::Issuer | Self::Marketplace)
    }

    fn directions(self) -> (&'static str, &'static str) {
        if self == Self::Created { ("oldest first", "newest first") } else { ("A to Z", "Z to A") }
    }
}

/// The contracts grid.
pub struct Contracts;

impl Grid for Contracts {
    type Column = Column;
    const NAME: &'static str = "contracts";
    const ALL: &'static str = "All contracts";
    const SEARCH: &'static str = "Search by contract id, agreement or partner";
    const FILTERS: &'static [Filter] = &[
        Filter {
            key: "status",
            label: "Status",
            kind: FilterKind::OneOf(&[
                ("enrolling", "Enrolling"),
                ("pending", "Pending"),
                ("active", "Active"),
                ("rejected", "Rejected"),
                ("terminated", "Terminated"),
            ]),
        },
        Filter {
            key: "type",
            label: "Type",
            kind: FilterKind::OneOf(&[
                ("program", "Program"),
                ("distribution", "Distribution"),
                ("service", "Service"),
            ]),
        },
        Filter {
            key: "kind",
            label: "Kind",
            kind: FilterKind::OneOf(&[("test", "Test"), ("production", "Production")]),
        },
        Filter { key: "contract", label: "Contract", kind: FilterKind::Contains },
        Filter { key: "agreement", label: "Agreement", kind: FilterKind::Contains },
        Filter { key: "issuer", label: "Issuer", kind: FilterKind::Contains },
        Filter { key: "signee", label: "Signee", kind: FilterKind::Contains },
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "from", label: "Created from", kind: FilterKind::From },
        Filter { key: "to", label: "Created until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct ContractCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub kind: Purpose,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Text)]
    pub agreement_id: String,
    #[diesel(sql_type = Text)]
    pub agreement: String,
    #[diesel(sql_type = Text)]
    pub issuer_id: String,
    #[diesel(sql_type = Text)]
    pub issuer: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub signee_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub signee: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace: Option<String>,
    #[diesel(sql_type = Text)]
    sort_value: String,
    #[diesel(sql_type = BigInt)]
    offered: i64,
}

impl ContractCells {
    /// Whether the agreement has a newer active version than the contract is on.
    pub fn newer(&self) -> bool {
        self.offered > i64::from(self.version)
    }
}

impl Row for ContractCells {
    fn id(&self) -> &str {
        &self.id
    }
    fn sort_value(&self) -> &str {
        &self.sort_value
    }
}

type Q = Query<Contracts>;

impl Listing for Contracts {
    type View = View;
    type Cells = ContractCells;

    fn ids(read: &Read<'_, View>, query: &Q, most: i64) -> Sql {
        let mut sql = Sql::default();
        sql.push("SELECT id FROM (");
        for (at, side) in SIDES.into_iter().enumerate() {
            sql.push(if at == 0 { "" } else { " UNION ALL " });
            sql.push("(SELECT c.id FROM contracts c WHERE ");
            owned_by(&mut sql, side, read.actor.account());
            narrow(&mut sql, query, side, read.actor.account(), read.actor.zone());
            sql.push(&format!(" LIMIT {})", most + 1));
        }
        sql.push(") sides");
        sql
    }

    fn among(read: &mut Read<'_, View>, query: &Q, hits: &Hits, limit: usize) -> Result<Vec<ContractCells>> {
        let (account, zone) = (read.actor.account(), read.actor.zone());
        use grid::Column as _;
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push("SELECT p.*, a.name AS agreement, i.name AS issuer, s.name AS signee, k.id AS marketplace_id, k.name AS marketplace, coalesce(v.number, 0)::bigint AS offered FROM (");
        for (at, side) in SIDES.into_iter().enumerate() {
            sql.push(&format!(
                "{}(SELECT c.id, c.type AS type_, c.kind, c.version, c.status, c.agreement_id, c.issuer_id, c.signee_id, \
                 c.created_at, {expression} AS sort_key, ({expression})::text AS sort_value FROM contracts c WHERE ",
                if at == 0 { "" } else { " UNION ALL " },
            ));
            owned_by(&mut sql, side, account);
            hits.narrow(&mut sql, "c.id", |sql| narrow(sql, query, side, account, zone));
            query.keyset(&mut sql, "c.id");
            sql.push(&format!("{} LIMIT {limit})", query.order(expression, "c.id")));
        }
        sql.push(&format!("{} LIMIT {limit}) p ", query.order("sort_key", "id")));
        sql.push(
            "JOIN agreements a ON a.id = p.agreement_id JOIN accounts i ON i.id = p.issuer_id \
             LEFT JOIN accounts s ON s.id = p.signee_id LEFT JOIN marketplaces k ON k.id = a.marketplace_id \
             LEFT JOIN agreement_versions v ON v.agreement_id = p.agreement_id AND v.status = 'active'",
        );
        sql.push(&query.order("p.sort_key", "p.id"));
        sql.load(read.conn)
    }

    fn cell(row: &ContractCells, column: Column) -> Cell {
        match column {
            Column::Contract => Cell::Text(row.id.clone()),
            Column::Agreement => Cell::Text(format!("{} ({})", row.agreement, row.agreement_id)),
            Column::Issuer => Cell::Text(format!("{} ({})", row.issuer, row.issuer_id)),
            Column::Signee => match (&row.signee, &row.signee_id) {
                (Some(name), Some(id)) => Cell::Text(format!("{name} ({id})")),
                _ => Cell::Empty,
            },
            Column::Created => Cell::At(row.created_at),
            Column::Marketplace => match (&row.marketplace, &row.marketplace_id) {
                (Some(name), Some(id)) => Cell::Text(format!("{name} ({id})")),
                _ => Cell::Empty,
            },
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}

/// A contract's two sides: each is one equality on an index, and they are merged.
const SIDES: [&str; 2] = ["issuer_id", "signee_id"];

/// The tenancy condition of one side.
fn owned_by(sql: &mut Sql, side: &str, account: &Id<Account>) {
    sql.push(&format!("c.{side} = "));
    sql.text(account.as_str());
}

/// One side's rows that search and filters leave.
fn narrow(sql: &mut Sql, query: &Q, side: &str, account: &Id<Account>, zone: Zone) {
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        match key {
            "status" | "type" | "kind" => {
                sql.push(&format!(" AND c.{key} IN "));
                sql.list(values);
            }
            "contract" => {
                sql.push(" AND lower(c.id)");
                sql.contains(value);
            }
            "agreement" => {
                sql.push(" AND EXISTS (SELECT FROM agreements fa WHERE fa.id = c.agreement_id AND fa.search");
                sql.contains(value);
                sql.push(")");
            }
            "issuer" | "signee" => {
                sql.push(&format!(
                    " AND EXISTS (SELECT FROM accounts fp WHERE fp.id = c.{key}_id AND lower(fp.name || ' ' || fp.id)"
                ));
                sql.contains(value);
                sql.push(")");
            }
            "marketplace" => {
                sql.push(
                    " AND EXISTS (SELECT FROM agreements fa JOIN marketplaces fm ON fm.id = fa.marketplace_id \
                     WHERE fa.id = c.agreement_id AND fm.search",
                );
                sql.contains(value);
                sql.push(")");
            }
            "from" => sql.day("c.created_at", value, zone, false),
            "to" => sql.day("c.created_at", value, zone, true),
            _ => {}
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND (c.search");
        sql.contains(&query.search);
        // the names of agreements change, so they are looked up instead of copied
        sql.push(" OR c.agreement_id = ANY(ARRAY(SELECT sa.id FROM agreements sa WHERE ");
        if side == "issuer_id" {
            sql.push("sa.owner_id = ");
            sql.text(account.as_str());
        } else {
            sql.push("sa.id IN (SELECT sc.agreement_id FROM contracts sc WHERE sc.signee_id = ");
            sql.text(account.as_str());
            sql.push(")");
        }
        sql.push(" AND sa.search");
        sql.contains(&query.search);
        sql.push(" LIMIT 200)))");
    }
}
