//! The published countries.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::reference;
use crate::{
    access::call::Call,
    kit::{
        actor::Member,
        api,
        db::Db,
        form::Pick,
        problem::{Problem, Result},
        route::{Mount, get},
        rql::{By, Collection, Filter},
    },
};

pub fn operations() -> Vec<Mount> {
    vec![get("/countries", || web::to(list)), get("/countries/{id}", || web::to(one))]
}

const COUNTRIES: Collection = Collection {
    filters: &[
        Filter::id("id", "(r.object ->> 'id')").ordered().searched(),
        Filter::text("name", "((r.object ->> 'name') COLLATE people)").ordered().searched(),
        Filter::text("zone", "(r.object ->> 'zone')").nullable(),
    ],
    aliases: &[],
    search: None,
    order: &[By::up("r.place")],
    id: "r.place",
};

fn published(country: &Pick) -> Value {
    let mut published = json!({ "id": country.value, "name": country.label });
    if let (Some(zone), Value::Object(object)) = (reference::zone(&country.value), &mut published) {
        object.insert("zone".into(), zone.into());
    }
    published
}

async fn list(call: Call<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let objects = reference::countries().iter().map(published).collect();
    api::held((&call.actor, &call.query), &db, &COUNTRIES, objects).await
}

async fn one(_call: Call<Member>, path: web::Path<String>) -> Result<HttpResponse> {
    let all = reference::countries();
    let country = all.iter().find(|country| country.value == *path).ok_or(Problem::NotFound)?;
    api::object(&published(country))
}
