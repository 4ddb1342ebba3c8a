//! The published accounts: a company sees its own.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::store::{self, CompanyRow};
use crate::{
    access::call::Call,
    kit::{
        actor::{Account, Member, Role},
        api::{self, Group, Object, Operation, Schema},
        choice::Choice as _,
        db::Db,
        problem::{Problem, Result},
        rql::{By, Collection, Filter},
        time,
    },
};

const GROUP: Group = Group { name: "Accounts", about: "Companies. A company sees only its own account." };

pub fn operations() -> Vec<Operation> {
    vec![
        GROUP
            .list("/accounts", list, "List accounts", (&ACCOUNTS, account()))
            .about("The first one is always the caller's own, so requesting it shows whether a key is valid."),
        GROUP.object("/accounts/{id}", one, "Get an account", account()).part("id", Schema::id::<Account>()),
    ]
}

fn account() -> Schema {
    let codes = || Schema::list(Schema::text());
    Object::new()
        .field("id", Schema::id::<Account>())
        .field("name", Schema::text())
        .field("type", Schema::words(["vendor", "provider"]).about("Every account that is not a vendor is a provider."))
        .field("role", Schema::choice::<Role>())
        .field("brand", Schema::text())
        .field("external_id", Schema::text())
        .field("description", Schema::text())
        .field("overview", Schema::text())
        .field("sourcing", Schema::flag())
        .field("public", Schema::flag())
        .field("industries", codes())
        .field("countries", codes())
        .field("languages", codes())
        .field("websites", codes())
        .field("events.created.at", Schema::instant())
        .named("Account")
}

const ACCOUNTS: Collection = Collection {
    filters: &[
        Filter::id("id", "(r.object ->> 'id')").ordered().searched(),
        Filter::text("name", "(r.object ->> 'name')"),
        Filter::words("type", "(r.object ->> 'type')", &[("vendor", "vendor"), ("provider", "provider")]),
        Filter::text("role", "(r.object ->> 'role')"),
        Filter::text("external_id", "(r.object ->> 'external_id')").ordered().searched(),
        Filter::flag("public", "((r.object ->> 'public')::boolean)"),
        Filter::instant("events.created.at", "((r.object #>> '{events,created,at}')::timestamptz)").ordered(),
    ],
    aliases: &[],
    search: None,
    order: &[By::up("r.place")],
    id: "r.place",
};

/// Clients tell a vendor from all others by the type, and by the id's first letters.
fn published(company: &CompanyRow) -> Value {
    let profile = &company.profile;
    json!({
        "id": company.id,
        "name": profile.name,
        "type": if company.role == Role::Vendor { "vendor" } else { "provider" },
        "role": company.role.key(),
        "brand": "BR-000",
        "external_id": "",
        "description": profile.description,
        "overview": "",
        "sourcing": false,
        "public": false,
        "industries": [],
        "countries": profile.countries,
        "languages": profile.languages,
        "websites": profile.websites,
        "events": { "created": { "at": time::published(company.created_at) } },
    })
}

async fn own(call: &Call<Member>, db: &Db) -> Result<Value> {
    Ok(published(&db.read(&call.actor, store::find).await?))
}

/// The first is always the caller's own: clients ask for it to see whether a key is good.
async fn list(call: Call<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let objects = vec![own(&call, &db).await?];
    api::held((&call.actor, &call.query), &db, &ACCOUNTS, objects).await
}

async fn one(call: Call<Member>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    if path.as_str() != call.actor.account().as_str() {
        return Err(Problem::NotFound);
    }
    api::object(&own(&call, &db).await?)
}
