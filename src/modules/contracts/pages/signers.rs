//! The two people that sign a contract for a partner, as its issuer sees them, and the form that names another second one.

use actix_web::{HttpResponse, web};

use super::{
    OfObject,
    change::{BACK, own_url},
    deliver::waiting,
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::{Db, Read},
        edit::Edit,
        form_page::FormPage,
        page,
        problem::{Problem, Result},
        time::When,
        viewer::Viewer,
        words::Words,
    },
    modules::contracts::{
        Manage, Status,
        activation::passes,
        data::SecondSigner,
        signers,
        store::{ContractRow, Detail},
    },
    t,
};

/// One of two people that sign for a partner.
pub struct Signer {
    pub label: Words,
    pub name: String,
    pub email: String,
    /// When they signed; nothing while their signature is outstanding.
    pub signed: Option<When>,
}

/// Both of a contract that waits for its partner, in their order; nobody where one person signs.
///
/// Whoever a link was handed over to goes by the name that came with it.
pub fn both<P: Permission>(read: &mut Read<'_, P>, contract: &ContractRow) -> Result<Vec<Signer>> {
    if contract.status != Status::Pending {
        return Ok(Vec::new());
    }
    let Some(signers) = signers::of(read.conn, &contract.id)? else { return Ok(Vec::new()) };
    let passes = passes::of(read.conn, &contract.id)?;
    let now = contract.recipient_email.clone();
    let holder = passes.into_iter().rev().find(|pass| !pass.signed && pass.email == now).map(|pass| pass.taker);
    let signer = |label: Words, name: String, email: String| Signer { label, name, email, signed: None };
    let (first, second) = (t!("First signer"), t!("Second signer"));
    Ok(match signers.given() {
        Some(given) => vec![
            Signer { signed: Some(read.actor.zone().when(given.at)), ..signer(first, given.name, given.email) },
            signer(second, holder.unwrap_or(signers.second), now),
        ],
        None => vec![
            signer(first, holder.unwrap_or(signers.first), now),
            signer(second, signers.second, signers.second_email),
        ],
    })
}

type Naming = Edit<Detail, SecondSigner>;

/// The form, as long as the first has not signed.
async fn naming(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Naming> {
    let detail = waiting(actor, db, text, t!("The second signer can no longer be changed")).await?;
    let contract = detail.contract.id.clone();
    let signers = db.read(actor, move |read| signers::of(read.conn, &contract)).await?.ok_or(Problem::NotFound)?;
    if signers.given().is_some() {
        return Err(signers::second_ones_turn(&detail.contract.id).leading_to(own_url(actor, &detail), BACK));
    }
    let revision = detail.contract.revision;
    Ok(Edit::of(detail, signers.named(), revision))
}

fn second_page(actor: &Viewer<Manage>, edit: &Naming) -> FormPage {
    let page = actor.page(("Edit second signer", &edit.row.contract.id, "Contracts"));
    let back = (own_url(actor, &edit.row), BACK);
    edit.onto(FormPage::new(page, "Edit second signer", back, "Save signer"))
}

pub async fn second(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = naming(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &second_page(&actor, &edit))
}

pub async fn save_second(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = naming(&actor, &db, &path.1).await?.typed(&post.fields);
    let (contract, revision, here) = (edit.row.contract.id.clone(), edit.revision, own_url(&actor, &edit.row));
    let act = |said| db.attempt(&actor, move |tx| signers::change_second(tx, &contract, revision, &said));
    let done = edit.save(act, naming(&actor, &db, &path.1)).await;
    match done.map_err(|problem| problem.leading_to(&here, BACK))? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Signer saved"))),
        None => edit.again(&actor.visit, &second_page(&actor, &edit)),
    }
}
