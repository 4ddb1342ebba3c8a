//! Saving and deleting a view, for whichever grid the path names.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::store;
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::Db,
        form::Field,
        grid::{Grid, Query},
        page::{self, Flash},
        problem::Result,
    },
};

/// Where a saved query leads.
fn href(base: &str, query: &str) -> String {
    if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
}

/// `POST {grid}/views`.
pub async fn save<G: Grid, P: Permission>(post: Post<P>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let query = Query::<G>::parse(post.fields.text("query")).text();
    let back = href(&actor.url(G::NAME), &query);
    let mut name = Field::new("name", "Name").from(&post.fields);
    let Some(name) = name.line("a name for the view", 40) else {
        let words = name.error.unwrap_or_default();
        return Ok(page::see_with(&actor.visit, back, &Flash::notice(format!("The view was not saved. {words}."))));
    };
    let words = format!("View “{name}” saved");
    db.draft(&actor, move |tx| store::save(tx, G::NAME, &name, &query)).await?;
    Ok(page::see_with(&actor.visit, back, &Flash::success(words)))
}

/// `POST {grid}/views/{id}/delete`.
pub async fn delete<G: Grid, P: Permission>(
    post: Post<P>,
    path: web::Path<(String, Uuid)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| store::delete(tx, G::NAME, id)).await?;
    Ok(page::see_with(&post.actor.visit, post.actor.url(G::NAME), &Flash::success("View deleted")))
}
