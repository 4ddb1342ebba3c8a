//! Contracts: made by a distributor, watched, changed, ended.

use crate::support::{
    Client, World,
    world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PENDING, SIGNED},
};

/// Walks the wizard to its summary; returns the contract's id and its link's path.
pub async fn invite(client: &Client, portal: &str, kind: &str, note: &str) -> (String, String) {
    let page = client.get(&format!("{portal}/contracts/new")).await;
    let page = client.follow(client.submit(&page, &[("type", kind)]).await).await;
    page.must_say("Select agreement");
    let agreement = page.value("agreement");
    let page = client.follow(client.submit(&page, &[("agreement", &agreement)]).await).await;
    page.must_say("Set parameters");
    let answer = client.submit(&page, &[("kind", "production"), ("note", note)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = client.follow(answer).await;
    page.must_say("Contract created");
    let details = page.link("Go to Details");
    let link = page.shown_link();
    let id = details.rsplit('/').next().expect("an id").to_owned();
    (id, link.strip_prefix("http://127.0.0.1:8080").expect("our address").to_owned())
}

#[actix_web::test]
pub async fn a_distributor_makes_a_service_contract_step_by_step() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome aboard").await;
    assert!(id.starts_with("CRS-"));
    assert!(link.starts_with(&format!("/activate/{id}/")));
    let page = michael.get(&format!("{MICKS}/contracts/{id}")).await;
    page.must_be(200).must_say("Welcome aboard").must_say("Activation link");
    assert_eq!((page.facts("Status"), page.facts("Version")), (vec!["Pending".to_owned()], vec!["2".to_owned()]));
    assert_eq!(page.facts("Agreement")[0], "Tutorial Agreement version 2");
    let versions = michael.get(&format!("{MICKS}/contracts/{id}/versions")).await;
    assert_eq!(versions.must_be(200).texts("tbody th a"), ["Version 2"]);
    assert_eq!(versions.texts("tbody td:nth-child(2) .cell-sub"), ["Michael Goldmill"]);
    assert_eq!(versions.texts("tbody td:nth-child(3) .muted"), ["Not signed yet"]);
    michael.get(&format!("{MICKS}/contracts/{id}/history")).await.must_be(200).must_say("Michael Goldmill");
}

#[actix_web::test]
async fn the_wizard_keeps_answers_and_allows_no_skipping() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    michael.submit(&page, &[]).await.must_be(422).must_say("Choose Program or Service");
    let answer = michael.submit(&page, &[("type", "service")]).await;
    let here = answer.location().to_owned();
    let base = here.strip_suffix("/agreement").expect("the second step").to_owned();
    let skipped = michael.get(&format!("{base}/parameters")).await;
    assert_eq!(skipped.location(), here, "a gap decides where one is");
    let page = michael.get(&here).await;
    michael.submit(&page, &[("agreement", "AGS-000-000-000")]).await.must_be(422).must_say("Choose an agreement");
    let page = michael.follow(michael.submit(&page, &[("agreement", AGREEMENT)]).await).await;
    let answer = michael.submit(&page, &[("note", "half a thought"), ("back", "yes")]).await;
    assert_eq!(answer.location(), here);
    let page = michael.get(&format!("{base}/parameters")).await;
    page.must_say("half a thought");
    let answer = michael.submit(&page, &[("note", "")]).await;
    answer.must_be(422);
    assert_eq!(answer.errors(), ["Choose Test or Production", "Enter a note to the signee"]);
    michael.get(&format!("{MICKS}/contracts/new")).await.must_say("Unfinished");
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE note = 'half a thought'"), 0);
}

#[actix_web::test]
async fn create_pressed_twice_makes_one_contract() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    let page = michael.follow(michael.submit(&page, &[("type", "service")]).await).await;
    let page = michael.follow(michael.submit(&page, &[("agreement", AGREEMENT)]).await).await;
    let typed = [("kind", "test"), ("note", "Only once")];
    let second = michael.copy();
    let (first, again) = futures_util::future::join(michael.press(&page, &typed), second.press(&page, &typed)).await;
    assert_eq!((first.status, again.status), (303, 303));
    assert_eq!(first.location(), again.location());
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE note = 'Only once'"), 1);
}

#[actix_web::test]
async fn a_cancelled_wizard_leaves_nothing() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    let answer = michael.submit(&page, &[("type", "program")]).await;
    let base = answer.location().strip_suffix("/agreement").expect("the second step").to_owned();
    let page = michael.follow(answer).await;
    let csrf = page.value("csrf");
    let answer = michael.post(&format!("{base}/cancel"), &[("csrf", &csrf)]).await;
    assert_eq!(answer.location(), format!("{MICKS}/contracts"));
    michael.get(&format!("{base}/agreement")).await.must_be(404);
}

#[actix_web::test]
pub async fn the_grid_filters_sorts_and_pages() {
    let world = World::new().await;
    let michael = world.michael().await;
    let all = michael.get(&format!("{MICKS}/contracts")).await;
    all.must_say("All contracts").must_say(PENDING).must_say(SIGNED).must_say("1–7 of 7");
    let pending = michael.get(&format!("{MICKS}/contracts?status=pending")).await;
    pending.must_say(PENDING).must_not_say(SIGNED).must_say("1 filter applied").must_say("Custom");
    michael.get(&format!("{MICKS}/contracts?q=acreed")).await.must_say(SIGNED).must_not_say(PENDING);
    michael.get(&format!("{MICKS}/contracts?q=tutorial")).await.must_say(SIGNED).must_say(PENDING);
    michael.get(&format!("{MICKS}/contracts?q=nothing-like-it")).await.must_say("No matches");
    michael.get(&format!("{MICKS}/contracts?columns=contract&columns=status")).await.must_not_say("Tutorial Agreement");
    for sort in ["contract", "-agreement", "issuer", "-signee", "created", "status"] {
        michael.get(&format!("{MICKS}/contracts?sort={sort}")).await.must_be(200).must_say(SIGNED);
    }
    for filter in ["type=program", "agreement=vendor", "signee=champ", "contract=crp"] {
        michael.get(&format!("{MICKS}/contracts?{filter}")).await.must_say("Champions LLC").must_not_say(PENDING);
    }
    michael.get(&format!("{MICKS}/contracts?from=2020-01-01&to=2020-12-31")).await.must_say("No matches");
}

#[actix_web::test]
async fn pages_of_a_long_grid_neither_repeat_nor_skip() {
    let world = World::new().await;
    // all made at the same instant, so that only the id keeps them apart
    world.run(&format!(
        "INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, note, creator_id, created_at, updated_at, search) \
         SELECT 'CRS-00000-00000-' || lpad(i::text, 5, '0'), 'service', 'test', 'pending', '{AGREEMENT}', 2, 'PA-469-206', 'n', \
         (SELECT id FROM users LIMIT 1), now(), now(), 'x' FROM generate_series(1, 45) i"
    ));
    let michael = world.michael().await;
    for sort in ["", "&sort=created", "&sort=status", "&sort=contract", "&sort=-signee"] {
        let mut seen = Vec::new();
        let mut page = michael.get(&format!("{MICKS}/contracts?size=20&type=service&status=pending{sort}")).await;
        loop {
            let html = page.html();
            let ids = crate::support::client::selector("tbody .cell-id");
            seen.extend(html.select(&ids).map(|id| id.text().collect::<String>()).filter(|id| id.starts_with("CRS")));
            let next = crate::support::client::selector("a[rel='next']");
            let Some(href) = html.select(&next).next().and_then(|link| link.value().attr("href")) else { break };
            page = michael.get(&format!("{MICKS}/contracts{href}")).await;
        }
        assert_eq!(seen.len(), 46, "{sort}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 46, "{sort}: no row twice");
    }
}

#[actix_web::test]
async fn an_export_holds_the_view_and_defuses_formulas() {
    let world = World::new().await;
    world.run("UPDATE agreements SET name = '=cmd()' WHERE id = 'AGS-573-089-627'");
    let michael = world.michael().await;
    let csv = michael.get(&format!("{MICKS}/contracts/export.csv?status=pending&type=service")).await;
    csv.must_be(200);
    let text = String::from_utf8(csv.body.clone()).expect("CSV is text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "\u{feff}Contract,Type,Agreement,Issuer,Signee,Created,Environment,Marketplace,Product,Partner's company,Partner's email,Last emailed,Expiry date,Status"
    );
    assert_eq!(lines.len(), 2);
    assert!(
        lines[1].starts_with(&format!("{PENDING},Service,'=cmd() ({AGREEMENT}),Mighty Mick's LLC (PA-469-206),,20")),
        "{}",
        lines[1]
    );
    let xlsx = michael.get(&format!("{MICKS}/contracts/export.xlsx")).await;
    assert!(xlsx.must_be(200).body.starts_with(b"PK"));
    assert!(
        xlsx.header("content-disposition").is_some_and(|value| value.contains("contracts_") && value.contains(".xlsx"))
    );
}

#[actix_web::test]
async fn a_saved_view_comes_back_by_its_name() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts?status=pending")).await;
    let answer = michael.submit_to(&page, Some("/views"), &[("name", "Waiting")]).await;
    let page = michael.follow(answer).await;
    let shown = |page: &crate::support::Answer| page.texts("summary.view");
    assert_eq!(shown(&page), ["View: Waiting"]);
    let theirs = world.tony().await.get(&format!("{MICKS}/contracts?status=pending")).await;
    assert_eq!(shown(&theirs), ["View: Custom"]);
}

#[actix_web::test]
async fn a_view_is_renamed_shared_and_begun_with_and_only_its_owner_changes_it() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let list = format!("{MICKS}/contracts");
    let page = michael.get(&format!("{list}?status=pending")).await;
    michael.submit_to(&page, Some("/views"), &[("name", "Waiting")]).await;
    let page = michael.get(&format!("{list}/views")).await;
    let view = page.attribute("main form[action*='/views/']:not([action$='/first'])", "action");
    let id = view.rsplit('/').next().expect("an id").to_owned();
    let renamed = [("name", "Waiting for partners"), ("shared", "yes")];
    let page = michael.follow(michael.submit_to(&page, Some(&id), &renamed).await).await;
    page.must_say("Waiting for partners");
    tony.get(&format!("{list}?status=pending")).await.must_say("Waiting for partners");
    let page = tony.get(&format!("{list}/views")).await;
    page.must_say("shared by a colleague");
    let answer = tony.submit_to(&page, Some("/first"), &[("view", &id)]).await;
    tony.follow(answer).await.must_say("Default view saved");
    assert_eq!(tony.get(&list).await.must_be(303).location(), format!("{list}?status=pending"));
    tony.get(&format!("{list}?")).await.must_be(200);
    // nobody changes or deletes what is another's
    let token = page.value("csrf");
    for act in ["", "/delete"] {
        let fields = [("csrf", token.as_str()), ("name", "Mine now")];
        tony.post(&format!("{list}/views/{id}{act}"), &fields).await.must_be(404);
    }
    // no longer shared: colleagues begin with everything again
    let page = michael.get(&format!("{list}/views")).await;
    michael.submit_to(&page, Some(&id), &[("name", "Waiting"), ("shared", "")]).await.must_be(303);
    tony.get(&list).await.must_be(200);
}

#[actix_web::test]
async fn chosen_columns_are_remembered_in_their_order_for_one_person() {
    let world = World::new().await;
    let michael = world.michael().await;
    let list = format!("{MICKS}/contracts");
    let headers = async |client: &Client| client.get(&list).await.texts("th[scope='col']");
    let page = michael.get(&list).await;
    let token = page.value("csrf");
    let chosen = [("csrf", token.as_str()), ("columns", "contract"), ("columns", "status"), ("columns", "signee")];
    michael.post(&format!("{list}/columns"), &chosen).await.must_be(303);
    assert_eq!(headers(&michael).await, ["Contract", "Status", "Signee"]);
    let moved: Vec<_> = chosen.into_iter().chain([("later", "status")]).collect();
    michael.post(&format!("{list}/columns"), &moved).await.must_be(303);
    assert_eq!(headers(&michael).await, ["Contract", "Signee", "Status"]);
    michael.get(&format!("{list}?columns=created")).await.must_say("Created");
    assert_eq!(headers(&world.paulie().await).await.len(), 5);
    michael.post(&format!("{list}/columns"), &[("csrf", &token), ("reset", "yes")]).await.must_be(303);
    assert_eq!(headers(&michael).await.len(), 5);
}

#[actix_web::test]
async fn a_pending_contract_is_deleted_and_its_link_says_so() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Too early").await;
    let page = michael.get(&format!("{MICKS}/contracts/{id}/delete")).await;
    page.must_say("cannot be undone");
    let page = michael.follow(michael.submit(&page, &[]).await).await;
    page.must_say(&format!("Contract {id} deleted"));
    michael.get(&format!("{MICKS}/contracts/{id}")).await.must_be(404);
    world.stranger().get(&link).await.must_be(410);
    assert_eq!(
        world.number(&format!("SELECT count(*) AS n FROM events WHERE object = '{id}' AND name = 'contract.deleted'")),
        1
    );
}

#[actix_web::test]
async fn an_active_contract_is_terminated_and_takes_its_permissions_along() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    donnie.get(&format!("{ACREED}/agreements")).await.must_be(200);
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    page.must_say("ACreed LLC");
    let too_long = "x".repeat(101);
    michael.submit(&page, &[("reason", &too_long)]).await.must_be(422);
    let page = michael.follow(michael.submit(&page, &[("reason", "Moving on")]).await).await;
    page.must_say("Contract terminated").must_say("Terminated").must_say("Moving on");
    donnie.get(&format!("{ACREED}/contracts/{SIGNED}")).await.must_be(200).must_say("Terminated");
    donnie.get(&format!("{ACREED}/agreements")).await.must_be(404);
    donnie.get(ACREED).await.must_be(200).must_not_say("Agreements");
    // the stale tab
    let again = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    again.must_be(409).must_say("terminated");
}

#[actix_web::test]
async fn two_editors_of_one_note_do_not_overwrite_each_other() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let url = format!("{MICKS}/contracts/{PENDING}/note");
    let (first, second) = (michael.get(&url).await, tony.get(&url).await);
    michael.follow(michael.submit(&first, &[("note", "Michael's words")]).await).await.must_say("Michael's words");
    tony.submit(&second, &[("note", "Tony's words")]).await.must_be(409).must_say("Michael's words");
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE note = 'Tony''s words'"), 0);
}

#[actix_web::test]
async fn a_renewed_link_replaces_the_one_before() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, old) = invite(&michael, MICKS, "program", "Welcome").await;
    let page = michael.get(&format!("{MICKS}/contracts/{id}/renew")).await;
    let page = michael.follow(michael.submit(&page, &[]).await).await;
    let new = page.shown_link();
    assert_ne!(new, format!("http://127.0.0.1:8080{old}"));
    world.stranger().get(&old).await.must_be(410);
    assert_eq!(world.stranger().get(&new).await.status, 303);
}

#[actix_web::test]
async fn the_signees_side_shows_no_link_and_no_internal_note() {
    let world = World::new().await;
    world.run(&format!("UPDATE contracts SET internal_note = 'watch their invoices' WHERE id = '{SIGNED}'"));
    let page = world.donnie().await.get(&format!("{ACREED}/contracts/{SIGNED}")).await;
    page.must_be(200).must_not_say("watch their invoices").must_not_say("Activation link").must_not_say("Edit notes");
    world.michael().await.get(&format!("{MICKS}/contracts/{SIGNED}")).await.must_say("watch their invoices");
}

#[actix_web::test]
async fn another_companys_contract_is_not_found_by_any_verb() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let csrf = apollo.get(CHAMPIONS).await.value("csrf");
    for id in [SIGNED, PENDING, "CRS-00000-00000-00000", "nonsense"] {
        for path in [
            "",
            "/permissions",
            "/versions",
            "/history",
            "/versions/1/document",
            "/versions/1/certificate",
            "/note",
            "/recipient",
            "/second-signer",
            "/send",
            "/delivery",
            "/renew",
            "/delete",
            "/terminate",
        ] {
            apollo.get(&format!("{CHAMPIONS}/contracts/{id}{path}")).await.must_be(404);
            apollo.post(&format!("{CHAMPIONS}/contracts/{id}{path}"), &[("csrf", &csrf)]).await.must_be(404);
        }
    }
    apollo.get(&format!("{MICKS}/contracts/{SIGNED}")).await.must_be(404);
    let donnie = world.donnie().await;
    let csrf = donnie.get(ACREED).await.value("csrf");
    // the signee sees the contract, but the issuer's acts do not exist for it
    for path in ["/note", "/recipient", "/second-signer", "/send", "/delivery", "/renew", "/delete", "/terminate"] {
        donnie.get(&format!("{ACREED}/contracts/{SIGNED}{path}")).await.must_be(404);
        donnie
            .post(&format!("{ACREED}/contracts/{SIGNED}{path}"), &[("csrf", &csrf), ("note", "x")])
            .await
            .must_be(404);
    }
}

#[actix_web::test]
async fn who_may_only_look_meets_no_button_and_is_told_whom_to_ask() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    let page = paulie.get(&format!("{MICKS}/contracts")).await;
    page.must_be(200).must_not_say("Create Contract");
    paulie.get(&format!("{MICKS}/contracts/new")).await.must_be(403).must_say("Michael Goldmill");
    let page = paulie.get(&format!("{MICKS}/contracts/{PENDING}")).await;
    page.must_be(200).must_not_say("Activation link").must_not_say("Delete");
    let csrf = paulie.get(MICKS).await.value("csrf");
    paulie.post(&format!("{MICKS}/contracts/{PENDING}/delete"), &[("csrf", &csrf)]).await.must_be(403);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM contracts WHERE id = '{PENDING}'")), 1);
}

#[actix_web::test]
async fn an_agreement_is_read_before_it_is_chosen() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    let list = michael.follow(michael.submit(&page, &[("type", "service")]).await).await;
    list.must_say(&format!("{AGREEMENT}, version 2, to be signed by a reseller"));
    let read = michael.get(&list.link("View document of Tutorial Agreement")).await;
    read.must_be(200).must_say("Tutorial Agreement").must_say("A reseller.").must_say("Choose another one");
    let shown = world.number(&format!(
        "SELECT count(*) AS n FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND number = 2 AND status = 'active'"
    ));
    assert_eq!((shown, read.texts("dl.answers dd")[1].as_str()), (1, "2"), "the version that would be offered");
    let next = michael.follow(michael.submit(&read, &[]).await).await;
    next.must_say("Set parameters").must_say("Tutorial Agreement");
    // what the list does not offer is not there to be read
    let program = world.text("SELECT id AS t FROM agreements WHERE type = 'program'");
    let elsewhere = read.attribute("form[action$='/agreement']", "action").replace("/agreement", "");
    michael.get(&format!("{elsewhere}/agreement/{program}")).await.must_be(404);
}
