//! The published countries.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::reference;
use crate::{
    access::call::Call,
    kit::{
        actor::Member,
        api::{self, Page},
        form::Pick,
        problem::{Problem, Result},
        route::{Mount, get},
    },
};

pub fn operations() -> Vec<Mount> {
    vec![get("/countries", || web::to(list)), get("/countries/{id}", || web::to(one))]
}

fn published(country: &Pick) -> Value {
    let mut published = json!({ "id": country.value, "name": country.label });
    if let (Some(zone), Value::Object(object)) = (reference::zone(&country.value), &mut published) {
        object.insert("zone".into(), zone.into());
    }
    published
}

async fn list(call: Call<Member>) -> Result<HttpResponse> {
    let (all, page) = (reference::countries(), Page::of(&call.query));
    let rows: Vec<Value> = page.cut(&all).iter().map(published).collect();
    api::list(&rows, page.content_range(rows.len(), all.len()))
}

async fn one(_call: Call<Member>, path: web::Path<String>) -> Result<HttpResponse> {
    let all = reference::countries();
    let country = all.iter().find(|country| country.value == *path).ok_or(Problem::NotFound)?;
    api::object(&published(country))
}
