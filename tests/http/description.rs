//! The document that describes the API. `docs/openapi.json` is the reviewed one; run with `ENTENTE_BLESS=1` to write it anew, then read the
//! difference.

use std::collections::BTreeSet;

use entente::{app::description::document, kit::api::ROOT, portals::api::operations};
use serde_json::Value;

use crate::support::World;

/// Every operation, by its method and path.
fn each(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, one)| (format!("{method} {path}"), one))
        })
        .collect()
}

#[actix_web::test]
async fn the_document_is_open_to_everybody_and_is_the_one_that_was_read() {
    let world = World::new().await;
    let answer = world.stranger().get(&format!("{ROOT}/openapi.json")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    // a client reads it in pieces of bytes
    assert!(answer.body.is_ascii());
    let served: Value = serde_json::from_slice(&answer.body).expect("it is JSON");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("ENTENTE_BLESS").is_some() {
        std::fs::write(path, format!("{served:#}\n")).expect("openapi.json is written");
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    // the order of names is no part of what it says
    let reviewed: Value = serde_json::from_str(&reviewed).unwrap_or_default();
    assert!(
        reviewed == served,
        "docs/openapi.json says something else than the program: ENTENTE_BLESS=1 writes it anew"
    );
}

#[test]
fn every_operation_says_what_it_does_and_what_its_path_is_made_of() {
    let document = document();
    let described = each(&document);
    assert_eq!(described.len(), operations().len());
    let mut ids = BTreeSet::new();
    for (name, one) in described {
        assert!(one["summary"].as_str().is_some_and(|words| !words.is_empty()), "{name}");
        assert!(ids.insert(one["operationId"].to_string()), "{name} has the id of another");
        let in_path: BTreeSet<&str> = name.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters = one["parameters"].as_array().into_iter().flatten();
        let told: BTreeSet<&str> =
            parameters.filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(told, in_path, "{name}");
    }
}
