//! An agreement's details: facts, then General, Versions, Contracts, History.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfAgreement, OfVersion, id};
use crate::{
    kit::{
        actor::Actor,
        db::Db,
        grid,
        markup::{self, SafeHtml},
        page::{self, Page, Tab},
        problem::Result,
        time::When,
    },
    modules::{
        agreements::{
            Activate, Manage, VersionStatus, View, documents,
            store::{self, AgreementRow, MadeRow, VersionRow},
        },
        events::{self, Entry},
    },
};

/// The facts above every tab.
pub struct Facts {
    pub agreement: AgreementRow,
    pub active: Option<i32>,
    pub owner: String,
    pub created: When,
    pub updated: When,
    pub tabs: Vec<Tab>,
    pub agreements: String,
    /// Links of the buttons, for who may press them.
    pub add_version: Option<String>,
    pub edit: Option<String>,
    pub delete: Option<String>,
}

fn facts(actor: &Actor<View>, agreement: AgreementRow, active: Option<i32>, tab: &str) -> Facts {
    let base = actor.url(&format!("agreements/{}", agreement.id));
    let manages = actor.may::<Manage>();
    Facts {
        tabs: Tab::list(
            &base,
            &[("General", ""), ("Versions", "versions"), ("Contracts", "contracts"), ("History", "history")],
            tab,
        ),
        owner: actor.identity.company.name.clone(),
        created: actor.zone().when(agreement.created_at),
        updated: actor.zone().when(agreement.updated_at),
        agreements: actor.url("agreements"),
        add_version: manages.then(|| format!("{base}/versions/new")),
        edit: manages.then(|| format!("{base}/edit")),
        delete: manages.then(|| format!("{base}/delete")),
        agreement,
        active,
    }
}

#[derive(Template)]
#[template(path = "agreements/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    description: SafeHtml,
    document: Option<documents::Document>,
    document_href: String,
}

pub async fn general(actor: Actor<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (row, active, document) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            let document = match active {
                Some(number) => Some(documents::find(read.conn, &agreement, number)?),
                None => None,
            };
            Ok((row, active, document))
        })
        .await?;
    let facts = facts(&actor, row, active, "");
    let shown = General {
        page: actor.page(&format!("{} - Agreements", facts.agreement.name)),
        description: markup::markdown(&facts.agreement.description),
        document_href: actor.url(&format!(
            "agreements/{}/versions/{}/document",
            facts.agreement.id,
            active.unwrap_or(0)
        )),
        document,
        facts,
    };
    page::html(&actor.visit, &shown)
}

struct Version {
    row: VersionRow,
    contracts: String,
    about: String,
    created: When,
    document: String,
    activate: Option<String>,
    delete: Option<String>,
}

#[derive(Template)]
#[template(path = "agreements/show/versions.html")]
struct Versions {
    page: Page,
    facts: Facts,
    versions: Vec<Version>,
}

pub async fn versions(actor: Actor<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (row, active, rows, counts) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            Ok((row, active, store::versions(read.conn, &agreement)?, store::contracts_on(read.conn, &agreement)?))
        })
        .await?;
    let facts = facts(&actor, row, active, "versions");
    let base = actor.url(&format!("agreements/{}/versions", facts.agreement.id));
    let (manages, activates) = (actor.may::<Manage>(), actor.may::<Activate>());
    let versions = rows
        .into_iter()
        .map(|row| {
            let on = counts.iter().find(|(number, _)| *number == row.number).map_or(0, |(_, count)| *count);
            Version {
                contracts: grid::Total::of(on, grid::COUNTED).to_string(),
                about: row.size.map(|bytes| documents::size(bytes.into())).unwrap_or_default(),
                created: actor.zone().when(row.created_at),
                document: format!("{base}/{}/document", row.number),
                activate: (activates && row.status == VersionStatus::Inactive)
                    .then(|| format!("{base}/{}/activate", row.number)),
                delete: manages.then(|| format!("{base}/{}/delete", row.number)),
                row,
            }
        })
        .collect();
    let shown =
        Versions { page: actor.page(&format!("Versions - {} - Agreements", facts.agreement.name)), facts, versions };
    page::html(&actor.visit, &shown)
}

/// Contracts shown here; all of them stand in the contracts grid.
const SHOWN: i64 = 20;

struct Made {
    row: MadeRow,
    created: When,
    href: String,
}

#[derive(Template)]
#[template(path = "agreements/show/contracts.html")]
struct Contracts {
    page: Page,
    facts: Facts,
    made: Vec<Made>,
    more: Option<String>,
}

pub async fn contracts(actor: Actor<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (row, active, rows) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            Ok((row, active, store::made(read.conn, &agreement, SHOWN + 1)?))
        })
        .await?;
    let facts = facts(&actor, row, active, "contracts");
    let more = (rows.len() as i64 > SHOWN).then(|| actor.url(&format!("contracts?agreement={}", facts.agreement.id)));
    let made = rows
        .into_iter()
        .take(SHOWN as usize)
        .map(|row| Made {
            created: actor.zone().when(row.created_at),
            href: actor.url(&format!("contracts/{}", row.id)),
            row,
        })
        .collect();
    let shown = Contracts {
        page: actor.page(&format!("Contracts - {} - Agreements", facts.agreement.name)),
        facts,
        made,
        more,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "agreements/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    entries: Vec<Entry>,
}

pub async fn history(actor: Actor<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (row, active, entries) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            Ok((row, active, events::history(read, agreement.as_str())?))
        })
        .await?;
    let facts = facts(&actor, row, active, "history");
    let shown =
        History { page: actor.page(&format!("History - {} - Agreements", facts.agreement.name)), facts, entries };
    page::html(&actor.visit, &shown)
}

pub async fn document(actor: Actor<View>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (agreement, number) = (id(&path.1)?, path.2);
    let (document, bytes) = db
        .read(&actor, move |read| {
            store::find(read, &agreement)?;
            documents::bytes(read.conn, &agreement, number)
        })
        .await?;
    Ok(documents::respond(&document, bytes))
}
