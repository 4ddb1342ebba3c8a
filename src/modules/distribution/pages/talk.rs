//! What both parties of a distribution contract say to each other.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::OfObject;
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Db,
        form::{self, Field, FieldError},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
    },
    modules::{
        agreements::Type,
        contracts::{self, Contract, pages::show::Facts as ContractFacts},
        conversation::{self, Said},
        distribution::{Talk, actions},
    },
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/conversation", || web::to(conversation)),
        post("/contracts/{id}/conversation", || web::to(said)),
    ]
}

#[derive(Template)]
#[template(path = "distribution/conversation.html")]
struct Conversation {
    page: Page,
    facts: ContractFacts,
    errors: Vec<FieldError>,
    text: Field,
    /// Names this form, so that it says a thing once however often it is sent.
    form: Uuid,
    may_talk: bool,
    said: Vec<Said>,
}

fn message() -> Field {
    Field::new("text", "Message").hint("Both parties read it. Up to 2,000 characters.")
}

async fn conversation_page<P: Permission>(actor: &Viewer<P>, db: &Db, path: &str, text: Field) -> Result<Conversation> {
    let id: Id<Contract> = path.parse().map_err(|_| Problem::NotFound)?;
    let (detail, said) = db
        .read(actor, move |read| Ok((contracts::store::find(read, &id)?, conversation::all(read, id.as_str())?)))
        .await?;
    if detail.contract.type_ != Type::Distribution {
        return Err(Problem::NotFound);
    }
    let errors = form::errors([&text]);
    let facts = ContractFacts::new(actor, detail, "conversation");
    let page = actor.page(&format!("Conversation - {} - Contracts", facts.id)).with_errors(&errors);
    Ok(Conversation { page, facts, errors, text, form: Uuid::new_v4(), may_talk: actor.may::<Talk>(), said })
}

async fn conversation(actor: Viewer<contracts::View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &conversation_page(&actor, &db, &path.1, message()).await?)
}

async fn said(post: Post<Talk>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let shown = conversation_page(&actor, &db, &path.1, message().from(&post.fields)).await?;
    let mut text = shown.text.clone();
    let Some(words) = text.text("a message", 2_000) else {
        return page::invalid(&actor.visit, &conversation_page(&actor, &db, &path.1, text).await?);
    };
    let id = shown.facts.detail.contract.id.clone();
    let here = actor.url(&format!("contracts/{id}/conversation"));
    let form = post.fields.form();
    db.write(&actor, move |tx| actions::say(tx, form, &id, &words)).await?;
    Ok(page::see(here))
}
