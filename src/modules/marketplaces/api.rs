//! The published countries.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::reference;
use crate::{
    access::call::Call,
    kit::{
        actor::Member,
        api::{self, Group, Object, Operation, Schema},
        db::Db,
        form::Pick,
        problem::{Problem, Result},
        rql::{By, Collection, Filter},
    },
};

const GROUP: Group = Group { name: "Countries", about: "All countries, ordered by name." };

pub fn operations() -> Vec<Operation> {
    vec![
        GROUP.list("/countries", list, "List countries", (&COUNTRIES, country())),
        GROUP.object("/countries/{id}", one, "Get a country", country()).part("id", code()),
    ]
}

/// ISO 3166-1 alpha-2.
fn code() -> Schema {
    Schema::pattern("^[A-Z]{2}$").example("US")
}

fn country() -> Schema {
    Object::new()
        .field("id", code())
        .field("name", Schema::text())
        .maybe(
            "zone",
            Schema::pattern("^[A-Z]{2}$").about("The country's continent, if it belongs to one that has countries."),
        )
        .named("Country")
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
    let mut published = json!({ "id": country.value, "name": country.label.to_string() });
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
