//! Usage rules as programs give them: created once for a product, changed on the version that was read, and taken away.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    support::{
        Answer, World,
        world::{MICKS, PULSE, RING},
    },
    usage_api::KEYS,
};

const RULES: &str = "/usage/rules";

async fn send(program: &Program, method: Method, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    program.send(method, path, body, headers).await
}

#[actix_web::test]
async fn a_program_gives_changes_and_takes_away_a_rule() {
    let world = World::new().await;
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    let [micks, champions, acreed] = [micks, champions, acreed].map(|key| Program::of(&world, &key));
    let path = format!("{RULES}/{PULSE}");
    assert_eq!(value(&micks.get(RULES).await), json!([]), "as long as nobody has said anything");
    assert_eq!(micks.get(&path).await.status, 404);

    // what is wrong is told at its place, and nothing is made
    let wrong = json!({ "product": { "id": RING }, "mode": "accept" });
    let answer = send(&micks, Method::POST, RULES, &wrong, &[]).await;
    assert_eq!(answer.status, 400, "{}", value(&answer));
    assert!(value(&answer)["params"]["limits.percent"].is_array(), "{}", value(&answer));
    let unknown = json!({ "product": { "id": "PRD-000-000-000" }, "mode": "manual" });
    let answer = send(&micks, Method::POST, RULES, &unknown, &[]).await;
    assert_eq!(answer.status, 400);
    assert!(value(&answer)["params"]["product.id"].is_array(), "{}", value(&answer));

    let given = json!({
        "product": { "id": PULSE },
        "mode": "accept",
        "limits": { "percent": "12.5", "complete": true, "usual": true, "amount": "1000" },
    });
    let answer = send(&micks, Method::POST, RULES, &given, &[]).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")), "{}", value(&answer));
    let rule = value(&answer);
    assert_eq!((&rule["id"], &rule["mode"], &rule["product"]["id"]), (&json!(PULSE), &json!("accept"), &json!(PULSE)));
    assert_eq!(
        rule["limits"],
        json!({ "percent": "12.5", "complete": true, "active_only": false, "usual": true, "controlled": false, "amount": "1000" })
    );
    assert_eq!(send(&micks, Method::POST, RULES, &given, &[]).await.status, 400, "a product has one rule");
    let listed = value(&micks.get(&format!("{RULES}?mode=accept&vendor.id=VA-287-142")).await);
    assert_eq!(listed[0]["id"], json!(PULSE));
    assert_eq!(value(&micks.get(&format!("{RULES}?mode=reject")).await), json!([]));
    // people see the same
    world.michael().await.get(&format!("{MICKS}/usage-rules/{PULSE}")).await.must_say("Files with up to 12.5% more");

    // what a body does not name stays, and only the version that was read is changed
    let change = json!({ "limits": { "controlled": true, "amount": null } });
    let stale = send(&micks, Method::PUT, &path, &change, &[("if-match", "\"7\"")]).await;
    assert_eq!(stale.status, 412);
    let answer = send(&micks, Method::PUT, &path, &change, &[("if-match", "\"1\"")]).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")), "{}", value(&answer));
    assert_eq!(
        value(&answer)["limits"],
        json!({ "percent": "12.5", "complete": true, "active_only": false, "usual": true, "controlled": true, "amount": null })
    );
    let answer = send(&micks, Method::PUT, &path, &json!({ "mode": "reject" }), &[]).await;
    assert!(value(&answer)["params"]["rejection_note"].is_array(), "a rejection has a reason: {}", value(&answer));

    // it is nobody else's
    for other in [&champions, &acreed] {
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(value(&other.get(RULES).await), json!([]));
        assert_eq!(send(other, Method::DELETE, &path, &json!({}), &[]).await.status, 404);
    }
    assert_eq!(send(&micks, Method::DELETE, &path, &json!({}), &[]).await.status, 204);
    assert_eq!(micks.get(&path).await.status, 404);
    let page = world.michael().await.get(&format!("{MICKS}/usage-rules/{PULSE}")).await;
    page.must_say("You accept or reject each file.").must_say("deleted the rule");

    // one that is given later is another: no revision comes twice
    let answer = send(&micks, Method::POST, RULES, &given, &[]).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"4\"")), "{}", value(&answer));
    let before = send(&micks, Method::PUT, &path, &json!({ "mode": "manual" }), &[("if-match", "\"1\"")]).await;
    assert_eq!(before.status, 412, "it was read before it was deleted");
}
