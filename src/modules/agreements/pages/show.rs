//! An agreement's details: facts, then General, Versions, Contracts, History.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfAgreement, OfVersion, id};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        id::Id,
        markup::{self, SafeHtml},
        page::{self, Page, Tab},
        problem::Result,
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::{
            Activate, Agreement, Manage, Type, VersionStatus, View, documents,
            store::{self, AgreementRow, MadeRow, Place, ReferredRow, VersionRow},
        },
        binding::Approve,
        events::{self, Asked, Trail},
    },
    t,
};

/// The facts above every tab.
pub struct Facts {
    pub agreement: AgreementRow,
    pub active: Option<i32>,
    /// Where a distribution agreement belongs.
    pub place: Option<Place>,
    /// The agreement that it hangs on: where it is, its name and its id.
    pub parent: Option<(String, String, Id<Agreement>)>,
    pub owner: String,
    pub created: When,
    pub updated: When,
    pub tabs: Vec<Tab>,
    pub agreements: String,
    /// What this person can do here.
    pub acts: Acts,
}

/// What every tab needs of an agreement: the row, its active version, where a distribution agreement belongs, and the name of the
/// agreement that it hangs on.
pub type Found = (AgreementRow, Option<i32>, Option<Place>, Option<String>);

pub fn find(read: &mut Read<'_, View>, agreement: &Id<Agreement>) -> Result<Found> {
    let (row, active) = store::find(read, agreement)?;
    let place = if row.type_ == Type::Distribution { store::place(read.conn, agreement)? } else { None };
    let above = row.parent_id.as_ref().map(|id| store::name(read, id)).transpose()?;
    Ok((row, active, place, above))
}

impl Facts {
    /// The frame of the tab `tab`.
    pub fn new(actor: &Viewer<View>, (agreement, active, place, above): Found, tab: &str) -> Self {
        let base = actor.url(&format!("agreements/{}", agreement.id));
        let manages = actor.may::<Manage>();
        let mut tabs = vec![
            ("General", ""),
            ("Versions", "versions"),
            ("Contracts", "contracts"),
            ("Signatures", "signatures"),
            ("History", "history"),
        ];
        match agreement.type_ {
            Type::Program => tabs.insert(2, ("Distribution", "distribution")),
            Type::Service => {
                tabs.insert(2, ("Referral", "referral"));
                tabs.insert(2, ("Syndication", "syndication"));
                tabs.insert(1, ("Catalog", "catalog"));
            }
            Type::Syndication | Type::Referral => tabs.insert(1, ("Product groups", "catalog")),
            Type::Distribution => {}
        }
        let mut acts = Acts::default();
        for (may, label, end, primary) in [
            (manages, t!("Add version"), "versions/new", true),
            (place.is_some() && actor.may::<Approve>(), t!("Auto Accept"), "auto-accept", false),
            (manages, t!("Edit"), "edit", false),
        ] {
            if may {
                acts.button(label, format!("{base}/{end}"), primary);
            }
        }
        if active.is_some() {
            acts.begin(actor, "agreements", agreement.id.as_str(), agreement.type_.key());
        }
        if manages {
            acts.ending(t!("Delete agreement"), format!("{base}/delete"));
        }
        Self {
            tabs: Tab::list(&base, &tabs, tab),
            owner: actor.identity.company.name.clone(),
            created: actor.zone().when(agreement.created_at),
            updated: actor.zone().when(agreement.updated_at),
            agreements: actor.url("agreements"),
            acts,
            parent: agreement
                .parent_id
                .clone()
                .zip(above)
                .map(|(id, name)| (actor.url(&format!("agreements/{id}")), name, id)),
            place,
            agreement,
            active,
        }
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

pub async fn general(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (found, document) = db
        .read(&actor, move |read| {
            let found = find(read, &agreement)?;
            let document = match found.1 {
                Some(number) => Some(documents::to_show(read.conn, &agreement, number)?),
                None => None,
            };
            Ok((found, document))
        })
        .await?;
    let document = match document {
        Some(document) => Some(document.shown(&db, &actor.visit.house).await?),
        None => None,
    };
    let facts = Facts::new(&actor, found, "");
    let shown = General {
        page: actor.page((&facts.agreement.name, "Agreements")),
        description: markup::markdown(&facts.agreement.description),
        document_href: actor.url(&format!(
            "agreements/{}/versions/{}/document",
            facts.agreement.id,
            facts.active.unwrap_or(0)
        )),
        document,
        facts,
    };
    page::html(&actor.visit, &shown)
}

struct Version {
    row: VersionRow,
    contracts: String,
    about: Words,
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

pub async fn versions(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (found, rows, counts) = db
        .read(&actor, move |read| {
            let found = find(read, &agreement)?;
            Ok((found, store::versions(read, &agreement)?, store::contracts_on(read, &agreement)?))
        })
        .await?;
    let facts = Facts::new(&actor, found, "versions");
    let base = actor.url(&format!("agreements/{}/versions", facts.agreement.id));
    let (manages, activates) = (actor.may::<Manage>(), actor.may::<Activate>());
    let versions = rows
        .into_iter()
        .map(|row| {
            let on = counts.iter().find(|(number, _)| *number == row.number);
            Version {
                contracts: on.map_or_else(|| "0".to_owned(), |(_, count)| count.to_string()),
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
    let shown = Versions { page: actor.page(("Versions", &facts.agreement.name, "Agreements")), facts, versions };
    page::html(&actor.visit, &shown)
}

/// Contracts shown here; all of them stand in the contracts grid.
const SHOWN: i64 = 20;

struct Made {
    row: MadeRow,
    created: When,
    href: String,
}

impl Made {
    fn called(&self) -> Words {
        self.row.partner().map_or_else(|| t!("No partner yet"), Words::data)
    }
}

#[derive(Template)]
#[template(path = "agreements/show/contracts.html")]
struct Contracts {
    page: Page,
    facts: Facts,
    made: Vec<Made>,
    more: Option<String>,
}

/// What came about by a referral agreement is between other companies: it leads nowhere.
struct Referred {
    row: ReferredRow,
    at: When,
}

#[derive(Template)]
#[template(path = "agreements/show/referred.html")]
struct ByReferral {
    page: Page,
    facts: Facts,
    referred: Vec<Referred>,
}

/// So many referrals are listed.
const MOST: i64 = 200;

pub async fn contracts(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (found, rows, referred) = db
        .read(&actor, move |read| {
            let found = find(read, &agreement)?;
            match found.0.type_ {
                Type::Referral => Ok((found, Vec::new(), store::referred(read, &agreement, MOST)?)),
                _ => Ok((found, store::made(read, &agreement, SHOWN + 1)?, Vec::new())),
            }
        })
        .await?;
    if found.0.type_ == Type::Referral {
        let facts = Facts::new(&actor, found, "contracts");
        let referred = referred.into_iter().map(|row| Referred { at: actor.zone().when(row.at), row }).collect();
        let page = actor.page(("Contracts", &facts.agreement.name, "Agreements"));
        return page::html(&actor.visit, &ByReferral { page, facts, referred });
    }
    let facts = Facts::new(&actor, found, "contracts");
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
    let shown = Contracts { page: actor.page(("Contracts", &facts.agreement.name, "Agreements")), facts, made, more };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "agreements/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

pub async fn history(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let (found, trail) = db
        .read(&actor, move |read| {
            let found = find(read, &agreement)?;
            Ok((found, events::trail(read, agreement.as_str(), &asked)?))
        })
        .await?;
    let facts = Facts::new(&actor, found, "history");
    let shown = History { page: actor.page(("History", &facts.agreement.name, "Agreements")), facts, trail };
    page::html(&actor.visit, &shown)
}

pub async fn document(actor: Viewer<View>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (agreement, number) = (id(&path.1)?, path.2);
    let (document, bytes) = db
        .read(&actor, move |read| {
            store::find(read, &agreement)?;
            documents::bytes(read.conn, &agreement, number)
        })
        .await?;
    Ok(documents::respond(&document, bytes))
}
