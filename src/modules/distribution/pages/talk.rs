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
        done,
        form::{Field, FieldError},
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
        words::filters,
    },
    modules::{
        agreements::Type,
        contracts::{self, Contract, pages::show::Facts as ContractFacts},
        conversation::{self, Message, Said},
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

async fn conversation_page<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    path: &str,
    form: &Form<Message>,
) -> Result<Conversation> {
    let id: Id<Contract> = path.parse().map_err(|_| Problem::NotFound)?;
    let (detail, said) = db
        .read(actor, move |read| Ok((contracts::store::find(read, &id)?, conversation::all(read, id.as_str())?)))
        .await?;
    if detail.contract.type_ != Type::Distribution {
        return Err(Problem::NotFound);
    }
    let (errors, text) = (form.errors(), form.field("text"));
    let facts = ContractFacts::new(actor, detail, "conversation");
    let page = actor.page(("Conversation", facts.name(), "Contracts")).with_errors(&errors);
    Ok(Conversation { page, facts, errors, text, form: Uuid::new_v4(), may_talk: actor.may::<Talk>(), said })
}

async fn conversation(actor: Viewer<contracts::View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &conversation_page(&actor, &db, &path.1, &Form::empty()).await?)
}

async fn said(post: Post<Talk>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<Message>::typed(&post.fields);
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &conversation_page(&actor, &db, &path.1, &form).await?);
    };
    let id: Id<Contract> = path.1.parse().map_err(|_| Problem::NotFound)?;
    let here = actor.url(&format!("contracts/{id}/conversation"));
    let once = post.fields.form();
    db.attempt(&actor, move |tx| done::once(tx, once, |tx| actions::say(tx, &id, &said))).await?;
    Ok(page::see(here))
}
