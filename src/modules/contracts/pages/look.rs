//! A look at an agreement before it is chosen in the wizard: who signs it, and what it says. The answers that were given stay.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    create::{self, Saved},
    id,
};
use crate::{
    kit::{
        actor::{Permission, Role},
        db::{Db, Read},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        wizard::{self, Frame},
        words::{Words, filters},
    },
    modules::{
        agreements::{
            self, Agreement,
            documents::{self, Document},
            store::{AgreementRow, Choosable},
        },
        contracts::{Create, Type, wizard::Step},
    },
    t,
};

/// The company, the wizard and the agreement.
type OfLook = web::Path<(String, Uuid, String)>;

/// Where an agreement can be read before it is chosen.
pub fn url(actor: &Viewer<Create>, wizard: Uuid, agreement: &Id<Agreement>) -> String {
    format!("{}/{agreement}", create::url(actor, wizard, Step::Agreement))
}

/// What a card says of an agreement, below its name.
pub fn about(one: &Choosable, type_: Option<Type>) -> Words {
    match type_.map(Type::opens) {
        Some(Role::Vendor) => {
            t!("{id}, version {version}, to be signed by a vendor", id = one.id, version = one.version)
        }
        _ => t!("{id}, version {version}, to be signed by a reseller", id = one.id, version = one.version),
    }
}

/// Who signs for the partner.
fn partner(type_: Type) -> Words {
    match type_.opens() {
        Role::Vendor => t!("A vendor. Whoever opens the link confirms that they may sign for their company."),
        _ => t!("A reseller. Whoever opens the link confirms that they may sign for their company."),
    }
}

/// An agreement that the wizard offers, and its active version.
fn offered<P: Permission>(read: &mut Read<'_, P>, id: &Id<Agreement>, type_: Type) -> Result<(AgreementRow, i32)> {
    let (row, version) = agreements::store::find(read, id)?;
    let version = version.filter(|_| row.type_ == type_).ok_or(Problem::NotFound)?;
    Ok((row, version))
}

#[derive(Template)]
#[template(path = "contracts/new/look.html")]
struct Look {
    frame: Frame,
    page: Page,
    agreement: AgreementRow,
    version: i32,
    partner: Words,
    document: Document,
    /// Where the file itself is.
    file: String,
    /// Where it is chosen, which is also the way back.
    list: String,
}

pub async fn look(actor: Viewer<Create>, path: OfLook, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Agreement).await?;
    let (type_, wanted) = (saved.answers.type_.ok_or(Problem::NotFound)?, id::<Agreement>(&path.2)?);
    let (agreement, version, document) = db
        .read(&actor, move |read| {
            let (row, version) = offered(read, &wanted, type_)?;
            let document = documents::to_show(read.conn, &row.id, version)?;
            Ok((row, version, document))
        })
        .await?;
    let document = document.shown(&db, &actor.visit.house).await?;
    let shown = Look {
        page: actor.page((&agreement.name, "Create contract")),
        frame: wizard::frame(&actor, Some(&saved), Step::Agreement, Vec::new()),
        partner: partner(type_),
        file: format!("{}/document", url(&actor, saved.id, &agreement.id)),
        list: create::url(&actor, saved.id, Step::Agreement),
        agreement,
        version,
        document,
    };
    page::html(&actor.visit, &shown)
}

/// The file of the version that is offered.
pub async fn document(actor: Viewer<Create>, path: OfLook, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Agreement).await?;
    let (type_, wanted) = (saved.answers.type_.ok_or(Problem::NotFound)?, id::<Agreement>(&path.2)?);
    let (document, bytes) = db
        .read(&actor, move |read| {
            let (row, version) = offered(read, &wanted, type_)?;
            documents::bytes(read.conn, &row.id, version)
        })
        .await?;
    Ok(documents::respond(&document, bytes))
}
