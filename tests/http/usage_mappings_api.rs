//! Mappings managed by programs: created for a product, changed at the version that was read, used by an upload, and deleted.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    support::{
        Answer, World,
        world::{CHAMPIONS, PULSE, RING},
    },
    usage::{create, id, job},
    usage_api::KEYS,
};

const MAPPINGS: &str = "/usage/mappings";

async fn send(program: &Program, method: Method, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    program.send(method, path, body, headers).await
}

/// A mapping of a report with lines of orders.
pub fn given() -> Value {
    json!({
        "product": { "id": PULSE },
        "name": "Order lines",
        "report": { "separator": "semicolon", "numbers": "comma", "dates": "iso" },
        "columns": {
            "record_id": "{Order}-{Line}",
            "item_search_criteria": "item.mpn",
            "item_search_value": "{SKU}",
            "quantity": "{Qty}",
            "start_time_utc": "{file.start}",
            "end_time_utc": "{file.end}",
            "asset_search_criteria": "asset.external_id",
            "asset_search_value": "{Customer}",
            "own": ["v.region = {Region}"],
        },
        "replacements": ["asset_search_value: GYM = SO-4702", "item_search_value: H = APOLLO-PULSE-HOURS"],
        "rows": { "rules": ["exclude Free: Type = Free", "charge: *"], "together": "sum" },
    })
}

#[actix_web::test]
async fn a_program_creates_changes_uses_and_deletes_a_mapping() {
    let world = World::new().await;
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    let [micks, champions, acreed] = [micks, champions, acreed].map(|key| Program::of(&world, &key));
    // the demo cast's mappings do not matter here
    world.run("DELETE FROM usage_mappings");
    assert_eq!(value(&champions.get(MAPPINGS).await), json!([]));

    let answer = send(&champions, Method::POST, MAPPINGS, &given(), &[]).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")), "{}", value(&answer));
    let made = value(&answer);
    let path = format!("{MAPPINGS}/{}", made["id"].as_str().expect("an id"));
    assert_eq!((&made["name"], &made["version"]), (&json!("Order lines"), &json!(1)));
    assert_eq!(made["product"]["id"], json!(PULSE));
    // what was sent comes back unchanged, and everything else has its default
    for part in ["report", "columns", "rows"] {
        for (name, wanted) in given()[part].as_object().expect("a part") {
            assert_eq!(&made[part][name], wanted, "{part}.{name}");
        }
    }
    assert_eq!(made["replacements"], given()["replacements"]);
    assert_eq!(
        (&made["rows"]["group_by"], &made["rows"]["decimals"], &made["rows"]["split"], &made["control"]),
        (&json!([]), &json!(null), &json!(false), &json!({ "rows_at": "", "total_at": "" }))
    );
    assert_eq!(value(&champions.get(&path).await), made);
    // people see the same
    let page = world.apollo().await.get(&format!("{CHAMPIONS}{}", path.replace(MAPPINGS, "/usage-mappings"))).await;
    page.must_be(200).must_say("Order lines").must_say("asset_search_value: GYM = SO-4702");

    // lists find it by its properties
    for (query, found) in [
        ("?name=Order%20lines", 1),
        ("?ilike(name,order*)&ordering(-version)", 1),
        (format!("?product.id={PULSE}").as_str(), 1),
        (format!("?product.id={RING}").as_str(), 0),
        ("?version=2", 0),
    ] {
        let listed = value(&champions.get(&format!("{MAPPINGS}{query}")).await);
        assert_eq!(listed.as_array().map(Vec::len), Some(found), "{query}");
    }
    let named = value(&champions.get(&format!("{MAPPINGS}?select(-columns,-report,-rows)")).await);
    assert!(named[0]["columns"].is_null() && named[0]["replacements"].is_array(), "{named}");

    // an upload is read with it
    let apollo = world.apollo().await;
    let page = create(&apollo, "By program").await;
    let report = "Order;Line;SKU;Qty;Customer;Region;Type\n7;1;H;2,5;GYM;North;\n7;2;H;9;GYM;North;Free";
    let part = |name: &str, more: &str, text: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
    };
    let mapping = made["id"].as_str().expect("an id");
    let form = [part("mapping", "", mapping), part("usage_file", "; filename=\"r.csv\"", report), "--x--\r\n".into()];
    let kind = ("multipart/form-data; boundary=x", form.concat().into_bytes());
    let upload = format!("/usage/files/{}/upload", id(&page));
    let sent = champions.send_raw(Method::POST, &upload, kind, &[]).await;
    assert_eq!(sent.status, 201, "{}", value(&sent));
    job(&world).await;
    apollo.get(&page.path).await.must_say("No errors found.").must_say("1 record").must_say("Left out: Free");

    // what a body does not name stays, and only the version that was read can be changed
    let change = json!({ "columns": { "record_note": "{Region}" }, "replacements": null });
    let stale = send(&champions, Method::PUT, &path, &change, &[("if-match", "\"7\"")]).await;
    assert_eq!(stale.status, 412);
    let answer = send(&champions, Method::PUT, &path, &change, &[("if-match", "\"1\"")]).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")), "{}", value(&answer));
    let changed = value(&answer);
    assert_eq!((&changed["columns"]["record_note"], &changed["replacements"]), (&json!("{Region}"), &json!([])));
    assert_eq!((&changed["columns"]["quantity"], &changed["version"]), (&json!("{Qty}"), &json!(2)));
    let answer = send(&champions, Method::PUT, &path, &json!({ "name": "Lines" }), &[]).await;
    assert_eq!((answer.status, &value(&answer)["name"]), (200, &json!("Lines")));
    let answer = send(&champions, Method::PUT, &path, &json!({ "name": "Lines" }), &[]).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"3\"")), "nothing differs");

    // it is nobody else's
    for other in [&micks, &acreed] {
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(value(&other.get(MAPPINGS).await), json!([]));
        assert_eq!(send(other, Method::PUT, &path, &change, &[]).await.status, 404);
        assert_eq!(send(other, Method::DELETE, &path, &json!({}), &[]).await.status, 404);
        assert_eq!(send(other, Method::POST, MAPPINGS, &given(), &[]).await.status, 404);
    }
    assert_eq!(send(&champions, Method::DELETE, &path, &json!({}), &[]).await.status, 204);
    assert_eq!(champions.get(&path).await.status, 404);
    // and the file keeps what was read
    apollo.get(&page.path).await.must_say("Left out: Free");
}

#[actix_web::test]
async fn what_is_wrong_with_a_mapping_is_told_at_its_place() {
    let world = World::new().await;
    let [_, _, champions, _] = world.tokens();
    world.run(KEYS);
    let champions = Program::of(&world, &champions);
    world.run("DELETE FROM usage_mappings");
    let refused = async |change: &dyn Fn(&mut Value), place: &str| {
        let mut body = given();
        change(&mut body);
        let answer = send(&champions, Method::POST, MAPPINGS, &body, &[]).await;
        assert_eq!(answer.status, 400, "{place}: {}", value(&answer));
        assert!(value(&answer)["params"][place].is_array(), "{place}: {}", value(&answer));
    };
    refused(&|body| body["name"] = json!(""), "name").await;
    refused(&|body| body["product"] = json!(null), "product.id").await;
    refused(&|body| body["product"]["id"] = json!("PRD-000-000-000"), "product.id").await;
    refused(&|body| body["report"]["numbers"] = json!("roman"), "report.numbers").await;
    refused(&|body| body["columns"]["quantity"] = json!("{Qty"), "columns.quantity").await;
    refused(&|body| body["columns"]["quantity"] = json!(1), "columns.quantity").await;
    refused(&|body| body["columns"]["own"] = json!("v.region = {Region}"), "columns.own").await;
    refused(&|body| body["replacements"] = json!(["quantity: 1 = 2"]), "replacements").await;
    refused(&|body| body["rows"]["rules"] = json!([]), "rows.rules").await;
    refused(&|body| body["rows"]["rules"] = json!(["bill: *"]), "rows.rules").await;
    refused(&|body| body["rows"]["decimals"] = json!(9), "rows.decimals").await;
    // several fields together
    refused(&|body| body["rows"]["split"] = json!(true), "rows.split").await;
    refused(&|body| body["control"] = json!({ "total_at": "nowhere" }), "control.total_at").await;
    assert_eq!(value(&champions.get(MAPPINGS).await), json!([]), "nothing was made");
    // two mappings of a product cannot share a name
    assert_eq!(send(&champions, Method::POST, MAPPINGS, &given(), &[]).await.status, 201);
    refused(&|_| {}, "name").await;
}
