//! The published accounts: a company sees its own.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::store;
use crate::{
    access::call::Call,
    kit::{
        actor::{Company, Member, Role},
        api::{self, Page},
        choice::Choice as _,
        db::Db,
        problem::{Problem, Result},
        route::{Mount, get},
        time,
    },
};

pub fn operations() -> Vec<Mount> {
    vec![get("/accounts", || web::to(list)), get("/accounts/{id}", || web::to(one))]
}

/// Clients tell a vendor from all others by the type, and by the id's first letters.
fn published(company: &Company, created: DateTime<Utc>) -> Value {
    json!({
        "id": company.id,
        "name": company.name,
        "type": if company.role == Role::Vendor { "vendor" } else { "provider" },
        "role": company.role.key(),
        "brand": "BR-000",
        "external_id": "",
        "description": "",
        "overview": "",
        "sourcing": false,
        "public": false,
        "industries": [],
        "countries": [],
        "languages": [],
        "websites": [],
        "events": { "created": { "at": time::published(created) } },
    })
}

async fn own(call: &Call<Member>, db: &Db) -> Result<Value> {
    let created = db.read(&call.actor, |read| store::created(read.conn, read.actor.account())).await?;
    Ok(published(&call.actor.identity.company, created))
}

/// The first is always the caller's own: clients ask for it to see whether a key is good.
async fn list(call: Call<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (rows, page) = ([own(&call, &db).await?], Page::of(&call.query));
    let cut = page.cut(&rows);
    api::list(cut, page.content_range(cut.len(), rows.len()))
}

async fn one(call: Call<Member>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    if path.as_str() != call.actor.account().as_str() {
        return Err(Problem::NotFound);
    }
    api::object(&own(&call, &db).await?)
}
