//! A contract that waits for a company whose account was made for it: its members come to the link from their portal.

use actix_web::{HttpResponse, web};

use super::{OfObject, id};
use crate::{
    kit::{db::Db, page, problem::Result, viewer::Viewer},
    modules::contracts::{Contract, Sign, links, store},
};

/// Leads to the activation of a contract that is meant for the actor's company alone.
pub async fn open(actor: Viewer<Sign>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let wanted = contract.clone();
    let nonce = db.read(&actor, move |read| store::reserved_link(read, &wanted)).await?;
    Ok(page::see(links::url(&actor.visit.house.key, "", &contract, &nonce)))
}
