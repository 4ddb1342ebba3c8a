//! The grid of contracts: a company's contracts on either side, merged.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int4, Nullable, Text, Timestamptz},
};

use super::{Purpose, Status, Type, View};
use crate::{
    columns,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Read,
        grid::{self, Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
        sql::Bind,
        time::{When, Zone},
        words::Words,
    },
    t,
};

columns! {
    Column by Created {
        Contract = "contract" / "Contract", sorted "r.id" as Text;
        Type = "type" / "Type";
        Agreement = "agreement" / "Agreement", sorted "(SELECT name FROM agreements WHERE id = r.agreement_id)" as Text;
        Issuer = "issuer" / "Issuer", sorted "(SELECT name FROM accounts WHERE id = r.issuer_id)" as Text (spare);
        Signee = "signee" / "Signee",
            sorted "coalesce((SELECT name FROM accounts WHERE id = r.signee_id), '')" as Text (spare);
        Created = "created" / "Created", sorted "r.created_at" as Time;
        Environment = "environment" / "Environment", sorted "r.kind" as Text (spare);
        Marketplace = "marketplace" / "Marketplace" (spare);
        Product = "product" / "Product" (spare);
        RecipientCompany = "recipient_company" / "Partner's company" (spare);
        RecipientEmail = "recipient_email" / "Partner's email" (spare);
        Emailed = "emailed" / "Last emailed" (spare);
        Expires = "expires" / "Expiry date" (spare);
        Status = "status" / "Status", sorted "r.status" as Text;
    }
}

/// The contracts grid.
pub struct Contracts;

/// The types that contracts have: a referral makes a program contract.
const TYPES: &[(&str, &str)] =
    &[("program", "Program"), ("distribution", "Distribution"), ("service", "Service"), ("syndication", "Syndication")];

/// The filter of contracts that wait for a partner with a link, by when that was last sent by email.
const INVITATION: &str = "invitation";

/// What wait for partners with a link, and what is known of whom they wait for: the query of the list's second tab.
pub const WAITING: &str = "?invitation=earlier&invitation=never&invitation=recent&columns=contract&columns=agreement\
    &columns=recipient_email&columns=created&columns=emailed";

/// The filter of Active contracts that end soon.
const ENDS: &str = "ends";

/// What ends within the longest of these times: the query of the list's third tab.
pub const ENDING: &str = "?ends=90&columns=contract&columns=agreement&columns=signee&columns=expires&columns=status";

impl Grid for Contracts {
    type Column = Column;
    const NAME: &'static str = "contracts";
    const ALL: &'static str = "All contracts";
    const SEARCH: &'static str = "Search by contract ID, agreement or partner";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "status", label: "Status", kind: FilterKind::OneOf(Status::PICKS) },
        Filter { key: "type", label: "Type", kind: FilterKind::OneOf(TYPES) },
        grid::REAL_OR_TEST,
        Filter {
            key: INVITATION,
            label: "Waiting for a partner",
            kind: FilterKind::OneOf(&[
                ("never", "Never emailed"),
                ("earlier", "Emailed more than 7 days ago"),
                ("recent", "Emailed in the last 7 days"),
            ]),
        },
        Filter {
            key: ENDS,
            label: "Ends",
            kind: FilterKind::OneOf(&[
                ("7", "Within 7 days"),
                ("30", "Within 30 days"),
                ("60", "Within 60 days"),
                ("90", "Within 90 days"),
            ]),
        },
        Filter { key: "contract", label: "Contract", kind: FilterKind::Contains },
        Filter { key: "agreement", label: "Agreement", kind: FilterKind::Contains },
        Filter { key: "issuer", label: "Issuer", kind: FilterKind::Contains },
        Filter { key: "signee", label: "Signee", kind: FilterKind::Contains },
        Filter { key: "marketplace", label: "Marketplace", kind: FilterKind::Contains },
        Filter { key: "product", label: "Product", kind: FilterKind::Contains },
        Filter { key: "referral", label: "Referral agreement", kind: FilterKind::Contains },
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
    /// Of a syndication contract what it lets a partner sell.
    #[diesel(sql_type = Nullable<Text>)]
    pub product_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub product: Option<String>,
    /// For whom it is meant, while nobody has signed it.
    #[diesel(sql_type = Text)]
    pub recipient_company: String,
    #[diesel(sql_type = Text)]
    pub recipient_email: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub emailed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expire_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    sort_value: String,
    #[diesel(sql_type = BigInt)]
    offered: i64,
}

impl ContractCells {
    /// The other company from the view of `me`: until somebody signs, the named recipient, if there is one.
    pub fn partner(&self, me: &str) -> Option<&str> {
        if self.issuer_id != me {
            return Some(&self.issuer);
        }
        let meant = [self.recipient_company.as_str(), self.recipient_email.as_str()];
        self.signee.as_deref().or_else(|| meant.into_iter().find(|name| !name.is_empty()))
    }

    /// As [`Self::partner`], in words.
    pub fn called(&self, me: &str) -> Words {
        self.partner(me).map_or_else(|| t!("No partner yet"), Words::data)
    }

    /// When its link was last sent by email.
    pub fn emailed(&self, zone: Zone) -> Option<When> {
        self.emailed_at.map(|at| zone.when(at))
    }

    /// Whether it waits for a partner that has its link.
    pub fn waits(&self) -> bool {
        self.status == Status::Pending && self.signee_id.is_none() && !self.type_.hangs()
    }

    /// The day on which it ends.
    pub fn expires(&self, zone: Zone) -> Option<When> {
        self.expire_at.map(|at| zone.day(at))
    }

    /// Whether `me` issued it and it runs, so that it may be extended or renewed.
    pub fn runs(&self, me: &str) -> bool {
        self.status == Status::Active && self.issuer_id == me
    }

    /// Whether the agreement has a newer active version than the contract is on.
    pub fn newer(&self) -> bool {
        self.offered > i64::from(self.version)
    }
}

crate::row!(ContractCells);

/// A contract's two sides: each is one equality on an index, and they are merged.
static SHAPE: Shape = Shape {
    sides: &[Side::new("contracts", |_| ISSUED), Side::new("contracts", |_| "signee_id")],
    cells: "r.id, r.type AS type_, r.kind, r.version, r.status, r.agreement_id, a.name AS agreement, r.issuer_id, i.name AS issuer, \
        r.signee_id, s.name AS signee, r.created_at, r.expire_at, k.id AS marketplace_id, k.name AS marketplace, \
        x.product_id, pv.name AS product, \
        coalesce(v.number, 0)::bigint AS offered, \
        CASE WHEN r.signee_id IS NULL THEN r.recipient_company ELSE '' END AS recipient_company, \
        CASE WHEN r.signee_id IS NULL THEN r.recipient_email ELSE '' END AS recipient_email, \
        CASE WHEN r.signee_id IS NULL THEN r.emailed_at END AS emailed_at",
    // a distribution contract is for a marketplace of its issuer, a syndication contract for one of its signee
    joins: "JOIN agreements a ON a.id = r.agreement_id JOIN accounts i ON i.id = r.issuer_id \
        LEFT JOIN accounts s ON s.id = r.signee_id LEFT JOIN contract_sources x ON x.contract_id = r.id \
        LEFT JOIN marketplaces k ON k.id = coalesce(a.marketplace_id, x.target_id) LEFT JOIN products p ON p.id = x.product_id \
        LEFT JOIN product_versions pv ON pv.product_id = p.id AND pv.number = p.public_version \
        LEFT JOIN agreement_versions v ON v.agreement_id = r.agreement_id AND v.status = 'active'",
    since: "created_at",
    status: Some("status"),
    choices: &[("type", "type"), ("environment", "kind")],
    named: &[
        ("contract", "(lower(r.id)"),
        ("agreement", "EXISTS (SELECT FROM agreements f WHERE f.id = r.agreement_id AND f.search"),
        ("issuer", "EXISTS (SELECT FROM accounts f WHERE f.id = r.issuer_id AND f.search"),
        ("signee", "EXISTS (SELECT FROM accounts f WHERE f.id = r.signee_id AND f.search"),
        (
            "marketplace",
            "EXISTS (SELECT FROM marketplaces f WHERE f.id IN (SELECT g.marketplace_id FROM agreements g WHERE g.id = r.agreement_id \
             UNION ALL SELECT x.target_id FROM contract_sources x WHERE x.contract_id = r.id) AND f.search",
        ),
        // by its ID alone: a vendor sees through whom a contract came, and not what that agreement is called
        ("referral", "(lower(r.referral_agreement_id)"),
        (
            "product",
            "EXISTS (SELECT FROM contract_sources x JOIN products p ON p.id = x.product_id \
             JOIN product_versions f ON f.product_id = p.id AND f.number = p.public_version WHERE x.contract_id = r.id AND f.search",
        ),
    ],
};

const ISSUED: &str = "issuer_id";

impl Listing for Contracts {
    type View = View;
    type Cells = ContractCells;

    fn find(sql: &mut Sql, read: &Read<'_, View>, side: &Side, text: &str) {
        let account = Bind::Text(read.actor.account().to_string());
        sql.push("(r.search");
        sql.contains(text);
        // the names of agreements change, so they are looked up instead of copied
        sql.push(" OR r.agreement_id = ANY(ARRAY(SELECT sa.id FROM agreements sa WHERE ");
        if (side.own)(read.actor.identity.company.role) == ISSUED {
            sql.push("sa.owner_id = ");
            sql.unseen(account);
        } else {
            sql.push("sa.id IN (SELECT sc.agreement_id FROM contracts sc WHERE sc.signee_id = ");
            sql.unseen(account);
            sql.push(")");
        }
        sql.push(" AND sa.search");
        sql.contains(text);
        sql.push(")))");
    }

    fn narrow(sql: &mut Sql, _: &Read<'_, View>, key: &str, values: &[String]) {
        match key {
            INVITATION => sql.push(" AND r.status = 'pending' AND r.signee_id IS NULL AND (false"),
            ENDS => sql.push(" AND r.status = 'active' AND r.expire_at > now() AND (false"),
            _ => return,
        }
        for value in values {
            sql.push(match value.as_str() {
                "never" => " OR r.emailed_at IS NULL",
                "earlier" => " OR r.emailed_at < now() - interval '7 days'",
                "recent" => " OR r.emailed_at >= now() - interval '7 days'",
                "7" => " OR r.expire_at <= now() + interval '7 days'",
                "30" => " OR r.expire_at <= now() + interval '30 days'",
                "60" => " OR r.expire_at <= now() + interval '60 days'",
                _ => " OR r.expire_at <= now() + interval '90 days'",
            });
        }
        sql.push(")");
    }

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn cell(row: &ContractCells, column: Column) -> Cell {
        match column {
            Column::Contract => Cell::Text(row.id.clone()),
            Column::Type => Cell::Text(row.type_.label().to_owned()),
            Column::Agreement => Cell::Text(format!("{} ({})", row.agreement, row.agreement_id)),
            Column::Issuer => Cell::Text(format!("{} ({})", row.issuer, row.issuer_id)),
            Column::Signee => match (&row.signee, &row.signee_id) {
                (Some(name), Some(id)) => Cell::Text(format!("{name} ({id})")),
                _ => Cell::Empty,
            },
            Column::Environment => Cell::Text(row.kind.label().to_owned()),
            Column::Created => Cell::At(row.created_at),
            Column::Marketplace => match (&row.marketplace, &row.marketplace_id) {
                (Some(name), Some(id)) => Cell::Text(format!("{name} ({id})")),
                _ => Cell::Empty,
            },
            Column::Product => match (&row.product, &row.product_id) {
                (Some(name), Some(id)) => Cell::Text(format!("{name} ({id})")),
                _ => Cell::Empty,
            },
            Column::RecipientCompany => Cell::Text(row.recipient_company.clone()),
            Column::RecipientEmail => Cell::Text(row.recipient_email.clone()),
            Column::Emailed => row.emailed_at.map_or(Cell::Empty, Cell::At),
            Column::Expires => row.expire_at.map_or(Cell::Empty, Cell::At),
            Column::Status => Cell::Text(row.status.label().to_owned()),
        }
    }
}
