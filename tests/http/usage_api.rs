//! Usage as programs report and decide it: a file is created, its report uploaded, submitted, accepted and closed, each once.

use actix_web::http::Method;
use entente::kit::api::ROOT;
use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    support::{
        Answer, World,
        world::{PULSE, RING},
    },
    usage::{HEAD, ago, job},
};

const FILES: &str = "/usage/files";

/// What the tokens of the cast may do here.
pub const KEYS: &str =
    "UPDATE api_tokens SET permissions = permissions || '{usage.manage,usage.view}' WHERE id <> 'SU-000-000-002'";

/// Programs of the distributor, the vendor, and a reseller that has to do with neither's usage.
fn cast(world: &World) -> [Program; 3] {
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    [micks, champions, acreed].map(|key| Program::of(world, &key))
}

async fn post(program: &Program, path: &str, body: &Value) -> Answer {
    program.send(Method::POST, path, body, &[]).await
}

fn made(world: &World) -> Value {
    let contract = world.text("SELECT contract_id AS t FROM usage_files LIMIT 1");
    json!({
        "name": "Usage by program",
        "product": { "id": PULSE },
        "contract": { "id": contract },
        "period": { "from": ago(8).to_string(), "to": ago(5).to_string() },
        "external_id": "JUN-1",
    })
}

fn report(key: &str, quantity: &str) -> String {
    let (first, last) = (ago(8), ago(5));
    format!(
        "{HEAD}\r\n{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{first} 00:00:00,{last} 23:59:59,asset.external_id,SO-4702"
    )
}

/// The same with other parts before it.
fn form_with(others: &[(&str, &str)], report: &str) -> Vec<u8> {
    let part = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body: Vec<u8> = others.iter().map(part).collect::<String>().into_bytes();
    body.extend(form("usage_file", report));
    body
}

/// A form whose one part is the report.
fn form(part: &str, report: &str) -> Vec<u8> {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"june.csv\"\r\n\r\n");
    format!("{head}{report}\r\n--x--\r\n").into_bytes()
}

async fn upload(program: &Program, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
    program.send_raw(Method::POST, path, ("multipart/form-data; boundary=x", body), headers).await
}

#[actix_web::test]
async fn a_program_reports_usage_and_another_accepts_it() {
    let world = World::new().await;
    let [micks, champions, acreed] = cast(&world);
    let answer = post(&champions, FILES, &made(&world)).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
    let file = value(&answer);
    assert_eq!(
        (&file["status"], &file["schema"], &file["records"]),
        (&json!("draft"), &json!("qt"), &json!({ "valid": 0, "invalid": 0, "closed": 0 }))
    );
    assert_eq!(file["period"]["to"], json!(format!("{}T00:00:00+00:00", ago(4))), "the end is half-open");
    let path = format!("{FILES}/{}", file["id"].as_str().expect("an id"));

    // a report with a mistake is invalid; mended it is ready, and sent twice under one key it is one
    let answer = upload(&champions, &format!("{path}/upload"), form("usage_file", &report("P-1", "-1")), &[]).await;
    assert_eq!((answer.status, &value(&answer)["status"]), (201, &json!("uploading")));
    job(&world).await;
    let file = value(&champions.get(&path).await);
    assert_eq!((&file["status"], &file["records"]["invalid"]), (&json!("invalid"), &json!(1)));
    for _ in 0..2 {
        let sent = form("usage_file", &report("P-1", "2.5"));
        let answer = upload(&champions, &format!("{path}/upload"), sent, &[("idempotency-key", "june")]).await;
        assert_eq!(answer.status, 201);
    }
    assert_eq!(world.number("SELECT round::bigint AS n FROM usage_files WHERE name = 'Usage by program'"), 2);
    let other = form("usage_file", &report("P-1", "3"));
    let answer = upload(&champions, &format!("{path}/upload"), other, &[("idempotency-key", "june")]).await;
    assert_eq!(
        (answer.status, &value(&answer)["error_code"]),
        (400, &json!("REQ_001")),
        "another report is another call"
    );
    job(&world).await;
    assert_eq!(value(&champions.get(&path).await)["status"], json!("ready"));

    // nobody else knows of it before it is submitted
    for other in [&micks, &acreed] {
        assert_eq!(other.get(&path).await.status, 404);
    }
    assert_eq!(post(&micks, &format!("{path}/submit"), &json!({})).await.status, 404, "its owner does not submit");
    assert_eq!(value(&post(&champions, &format!("{path}/submit"), &json!({})).await)["status"], json!("pending"));
    assert_eq!(acreed.get(&path).await.status, 404);
    assert_eq!(post(&champions, &format!("{path}/accept"), &json!({})).await.status, 404, "its vendor does not accept");

    // decided on the version that was read, and on no other
    let seen = micks.get(&path).await;
    let tag = seen.header("etag").expect("a version").to_owned();
    assert_eq!(value(&seen)["records"]["valid"], json!(1));
    let accept = format!("{path}/accept");
    let stale = micks.send(Method::POST, &accept, &json!({}), &[("if-match", "\"1\"")]).await;
    assert_eq!(stale.status, 412);
    let body = json!({ "acceptance_note": "Agreed." });
    let answer = micks.send(Method::POST, &accept, &body, &[("if-match", &tag)]).await;
    assert_eq!(
        (&value(&answer)["status"], &value(&answer)["acceptance_note"]),
        (&json!("accepted"), &json!("Agreed."))
    );
    assert_eq!(post(&micks, &accept, &json!({})).await.status, 400, "it is decided once");
    let close = format!("{path}/close");
    let refused = value(&post(&micks, &close, &json!({})).await);
    assert_eq!(refused["params"]["external_billing_id"].as_array().map(Vec::len), Some(1), "{refused}");
    let closed = value(&post(&micks, &close, &json!({ "external_billing_id": "INV-9" })).await);
    assert_eq!((&closed["status"], &closed["external_billing_id"]), (&json!("closed"), &json!("INV-9")));

    // and it is found by what it says
    let found = value(&micks.get(&format!("{FILES}?external_id=JUN-1&status=closed")).await);
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(value(&acreed.get(FILES).await), json!([]));
}

#[actix_web::test]
async fn what_a_program_sends_wrong_is_told_at_its_place() {
    let world = World::new().await;
    let [micks, champions, _] = cast(&world);
    let refused = post(&champions, FILES, &json!({ "name": "" })).await;
    assert_eq!(refused.status, 400);
    let params = value(&refused)["params"].clone();
    for place in ["product.id", "name", "period.from", "period.to"] {
        assert!(params[place].is_array(), "{place}: {params}");
    }
    assert_eq!(post(&micks, FILES, &made(&world)).await.status, 404, "who reports nothing creates nothing");
    let mut elsewhere = made(&world);
    elsewhere["contract"]["id"] = json!("CRD-00000-00000-00000");
    assert!(value(&post(&champions, FILES, &elsewhere).await)["params"]["product.id"].is_array());

    let file = value(&post(&champions, FILES, &made(&world)).await);
    let path = format!("{FILES}/{}", file["id"].as_str().expect("an id"));
    let to = format!("{path}/upload");
    for body in
        [form("file", &report("P-1", "1")), form("usage_file", ""), form("usage_file", "{}"), b"--x--\r\n".to_vec()]
    {
        let answer = upload(&champions, &to, body, &[]).await;
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(&answer.body));
        assert!(value(&answer)["params"]["usage_file"].is_array());
    }
    assert_eq!(champions.send(Method::POST, &to, &json!({}), &[]).await.status, 415, "a report is no JSON");
    assert_eq!(
        champions.send(Method::POST, &format!("{path}/submit"), &json!({}), &[]).await.status,
        400,
        "a draft has nothing to submit"
    );

    let changed =
        champions.send(Method::PUT, &path, &json!({ "description": "For June" }), &[("if-match", "\"1\"")]).await;
    assert_eq!(
        (changed.status, &value(&changed)["description"], &value(&changed)["name"]),
        (200, &json!("For June"), &file["name"])
    );
    assert_eq!(
        champions.send(Method::PUT, &path, &json!({ "name": "Late" }), &[("if-match", "\"1\"")]).await.status,
        412
    );
    assert_eq!(champions.call(&Method::DELETE, &path).await.status, 204);
    assert_eq!(champions.get(&path).await.status, 404);
    // a page of the portal is no place for a key
    let page = world.stranger().get_as(Method::GET, &format!("{ROOT}{FILES}"), &[]).await;
    assert_eq!(page.status, 401);
}

#[actix_web::test]
async fn the_last_usage_of_an_ended_contract_can_still_be_reported() {
    let world = World::new().await;
    let [_, champions, _] = cast(&world);
    let body = made(&world);
    world.run(&format!(
        "UPDATE contracts SET status = 'terminated', ended_at = now() WHERE id = {}; UPDATE listings SET status = 'unlisted' WHERE product_id = '{PULSE}'",
        body["contract"]["id"].to_string().replace('"', "'")
    ));
    assert_eq!(post(&champions, FILES, &body).await.status, 201);
    // of what nobody had, nothing is left to report
    let mut other = body.clone();
    other["product"]["id"] = json!(RING);
    assert_eq!(post(&champions, FILES, &other).await.status, 400);
}

#[actix_web::test]
async fn a_program_says_what_its_report_comes_to_and_how_it_is_read() {
    let world = World::new().await;
    let [_, champions, _] = cast(&world);
    let file = value(&post(&champions, FILES, &made(&world)).await);
    let path = format!("{FILES}/{}", file["id"].as_str().expect("an id"));
    let status = async || value(&champions.get(&path).await)["status"].clone();
    let sent = |others: &[(&str, &str)]| form_with(others, &report("P-1", "2.5"));
    let to = format!("{path}/upload");
    for (others, wanted) in [
        (vec![("control_rows", "1"), ("control_total", "2.51")], "invalid"),
        (vec![("control_rows", "1"), ("control_total", "2.50"), ("mapping", "standard")], "ready"),
    ] {
        assert_eq!(upload(&champions, &to, sent(&others), &[]).await.status, 201);
        job(&world).await;
        assert_eq!(status().await, json!(wanted), "{others:?}");
    }
    for wrong in [("control_rows", "many"), ("control_total", "1,5"), ("mapping", "UM-0000-0000")] {
        let answer = upload(&champions, &to, sent(&[wrong]), &[]).await;
        assert_eq!(answer.status, 400, "{wrong:?}");
        assert!(value(&answer)["params"][wrong.0].is_array(), "{wrong:?}: {}", value(&answer));
    }
    assert_eq!(status().await, json!("ready"));
}
