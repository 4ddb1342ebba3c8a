//! Agreements, their versions and documents; the directory.

use crate::support::{
    Answer, Client, World,
    world::{ACREED, AGREEMENT, MICKS, PENDING},
};

pub async fn create(client: &Client, name: &str, activate: bool) -> String {
    let page = client.get(&format!("{MICKS}/agreements/new")).await;
    let link = ("link", "https://terms.example/1");
    let mut typed =
        vec![("type", "service"), ("name", name), ("description", "For resellers"), ("source", "link"), link];
    if activate {
        typed.push(("activate", "yes"));
    }
    client.submit(&page, &typed).await.location().to_owned()
}

/// The versions of an agreement as their page lists them, each with its status.
fn versions(page: &Answer) -> Vec<(String, String)> {
    page.must_be(200).texts("tbody th").into_iter().zip(page.texts("tbody .status")).collect()
}

fn listed(versions: &[(&str, &str)]) -> Vec<(String, String)> {
    versions.iter().map(|(number, status)| ((*number).to_owned(), (*status).to_owned())).collect()
}

#[actix_web::test]
pub async fn a_distributor_writes_an_agreement_and_its_versions() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = create(&michael, "Reseller terms", false).await;
    let page = michael.get(&url).await;
    assert_eq!((page.texts("h1"), page.told()), (vec!["Reseller terms".to_owned()], "Agreement created".to_owned()));
    assert_eq!(page.facts("Active version"), ["None active"]);
    assert_eq!(versions(&michael.get(&format!("{url}/versions")).await), listed(&[("Version 1", "Inactive")]));
    let page = michael.get(&format!("{url}/versions/1/activate")).await;
    let page = michael.follow(michael.submit(&page, &[]).await).await;
    assert_eq!(page.told(), "Version 1 activated");
    assert_eq!(michael.get(&url).await.facts("Active version"), ["1"]);
    assert_eq!(versions(&michael.get(&format!("{url}/versions")).await), listed(&[("Version 1", "Active")]));
    let page = michael.get(&format!("{url}/versions/new")).await;
    michael.submit(&page, &[("source", "link"), ("link", "javascript:alert(1)")]).await.must_be(422);
    let typed = [("source", "link"), ("link", "https://terms.example/2"), ("activate", "yes")];
    let page = michael.follow(michael.submit(&page, &typed).await).await;
    assert_eq!(page.told(), "Version 2 added and activated");
    assert_eq!(versions(&page), listed(&[("Version 2", "Active"), ("Version 1", "Inactive")]));
    assert_eq!(page.facts("Active version"), ["2"]);
    michael.get(&format!("{url}/history")).await.must_say("added a version").must_say("Michael Goldmill");
}

#[actix_web::test]
async fn each_refusal_of_the_version_rules_is_explained() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = create(&michael, "Lonely", true).await;
    michael.get(&format!("{url}/versions/1/delete")).await.must_say("It is the only version");
    let csrf = michael.get(&url).await.value("csrf");
    michael.post(&format!("{url}/versions/1/delete"), &[("csrf", &csrf)]).await.must_be(409).must_say("only version");
    let used = format!("{MICKS}/agreements/{AGREEMENT}/versions/1");
    michael.get(&format!("{used}/delete")).await.must_say("1 contract uses it");
    michael.post(&format!("{used}/delete"), &[("csrf", &csrf)]).await.must_be(409).must_say("1 contract uses it");
    michael
        .get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/2/activate"))
        .await
        .must_be(409)
        .must_say("already active");
    michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/9/delete")).await.must_be(404);
    michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/delete")).await.must_say("2 contracts use it");
    michael.post(&format!("{MICKS}/agreements/{AGREEMENT}/delete"), &[("csrf", &csrf)]).await.must_be(409);
}

#[actix_web::test]
async fn after_the_active_version_is_deleted_no_contract_can_be_made() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = create(&michael, "Short-lived", true).await;
    let page = michael.get(&format!("{url}/versions/new")).await;
    michael.submit(&page, &[("source", "link"), ("link", "https://terms.example/2")]).await.must_be(303);
    let page = michael.get(&format!("{url}/versions/1/delete")).await;
    page.must_say("No contracts can be created until you activate another");
    let page = michael.follow(michael.submit(&page, &[]).await).await;
    assert_eq!(page.told(), "Version 1 deleted");
    let page = michael.get(&format!("{url}/versions")).await;
    assert_eq!(versions(&page), listed(&[("Version 2", "Inactive")]));
    assert_eq!(page.facts("Active version"), ["None active"]);
    let page = michael.get(&format!("{MICKS}/contracts/new")).await;
    michael.follow(michael.submit(&page, &[("type", "service")]).await).await.must_not_say("Short-lived");
}

#[actix_web::test]
async fn a_form_sent_twice_makes_one_agreement() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/new")).await;
    let typed = [
        ("type", "service"),
        ("name", "Once"),
        ("description", "D"),
        ("source", "link"),
        ("link", "https://a.example"),
    ];
    let again = michael.copy();
    let (one, two) = futures_util::future::join(michael.submit(&page, &typed), again.submit(&page, &typed)).await;
    assert_eq!(one.location(), two.location());
    assert_eq!(world.number("SELECT count(*) AS n FROM agreements WHERE name = 'Once'"), 1);
}

#[actix_web::test]
async fn a_version_that_is_sent_four_times_at_once_is_one_version() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let typed = [("source", "link"), ("link", "https://a.example"), ("activate", "yes")];
    let copies: Vec<_> = (0..4).map(|_| michael.copy()).collect();
    let answers = futures_util::future::join_all(copies.iter().map(|copy| copy.submit(&page, &typed))).await;
    for (copy, answer) in copies.iter().zip(answers) {
        assert_eq!(copy.follow(answer).await.told(), "Version 3 added and activated");
    }
    assert_eq!(
        world.number(&format!(
            "SELECT count(*) AS n FROM agreement_versions WHERE agreement_id = '{AGREEMENT}' AND number > 2"
        )),
        1
    );
}

#[actix_web::test]
async fn an_uploaded_document_is_shown_and_kept_by_its_hash() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/new")).await;
    let (csrf, form) = (page.value("csrf"), page.value("form"));
    let part =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let upload = |file: &str, content: &[u8]| {
        let mut body = [
            ("csrf", csrf.as_str()),
            ("form", &form),
            ("type", "service"),
            ("name", "Uploaded"),
            ("description", "D"),
            ("source", "upload"),
            ("activate", "yes"),
        ]
        .map(|(name, value)| part(name, value))
        .concat()
        .into_bytes();
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\nContent-Type: text/html\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(b"\r\n--x--\r\n");
        body
    };
    let kind = "multipart/form-data; boundary=x";
    let to = format!("{MICKS}/agreements/new");
    michael.post_raw(&to, kind, upload("virus.exe", b"MZ\x90\0\x03")).await.must_be(422).must_say("must be a PDF");
    michael.post_raw(&to, kind, upload("a.md", b"")).await.must_be(422);
    let text = b"# Terms\n\nPay **soon**. <script>alert(1)</script>";
    let made = michael.post_raw(&to, kind, upload("../terms.md", text)).await;
    let page = michael.get(made.location()).await;
    page.must_say("terms.md (Markdown").must_say("Pay soon. <script>alert(1)</script>");
    assert!(page.texts("main script").is_empty(), "what looks like a script is text");
    let file = michael.get(&format!("{}/versions/1/document", made.location())).await;
    assert_eq!(file.must_be(200).body, text);
    assert!(
        file.header("content-disposition").is_some_and(|value| value.starts_with("attachment; filename=\"terms.md\""))
    );
    assert!(file.header("content-security-policy").is_some_and(|value| value.starts_with("sandbox")));
}

#[actix_web::test]
async fn activating_a_version_tells_everybody_who_may_sign_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let typed = [("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")];
    michael.submit(&page, &typed).await.must_be(303);
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM outbox WHERE kind = 'version_offered' AND recipient = 'donnie@acreedllc.example'"
        ),
        1
    );
    let contract = michael.get(&format!("{MICKS}/contracts/{PENDING}")).await;
    assert_eq!(contract.facts("Version"), ["2"]);
    let renew = contract.link("Renew on version 3");
    assert_eq!(renew, format!("{MICKS}/contracts/{PENDING}/renew-on-newer"));
    let page = michael.get(&renew).await;
    let contract = michael.follow(michael.submit(&page, &[]).await).await;
    assert_eq!(contract.facts("Version"), ["3"]);
    assert_eq!(contract.facts("Agreement")[0], "Tutorial Agreement version 3");
}

#[actix_web::test]
async fn a_reseller_with_the_right_writes_program_agreements_of_its_own() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    donnie.get(&format!("{ACREED}/agreements")).await.must_say("No agreements yet");
    let page = donnie.get(&format!("{ACREED}/agreements/new")).await;
    page.must_say("Program").must_not_say("Terms for resellers");
    let typed = [
        ("name", "Our vendors"),
        ("description", "D"),
        ("source", "link"),
        ("link", "https://a.example"),
        ("activate", "yes"),
    ];
    let refused = donnie.submit(&page, &[typed.as_slice(), &[("type", "service")]].concat()).await;
    refused.must_be(422);
    donnie.submit(&page, &[typed.as_slice(), &[("type", "program")]].concat()).await.must_be(303);
    let (id, _) = crate::contracts::invite(&donnie, ACREED, "program", "Join us").await;
    donnie.get(&format!("{ACREED}/contracts/{id}")).await.must_say("Activation link");
    // its agreements are nobody else's
    world.michael().await.get(&format!("{MICKS}/agreements")).await.must_not_say("Our vendors");
}

#[actix_web::test]
async fn another_companys_agreement_is_not_found_by_any_verb() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let csrf = donnie.get(ACREED).await.value("csrf");
    for path in [
        "",
        "/versions",
        "/contracts",
        "/history",
        "/edit",
        "/delete",
        "/versions/new",
        "/versions/1/document",
        "/versions/1/activate",
        "/versions/1/delete",
    ] {
        let url = format!("{ACREED}/agreements/{AGREEMENT}{path}");
        donnie.get(&url).await.must_be(404);
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", "n"),
            ("description", "d"),
            ("source", "link"),
            ("link", "https://a.example"),
        ];
        donnie.post(&url, &fields).await.must_be(404);
    }
}

#[actix_web::test]
async fn the_directory_lists_partners_and_keeps_them_when_all_contracts_have_ended() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/directory")).await;
    page.must_say("ACreed LLC")
        .must_say("Champions LLC")
        .must_say("Front Street Inc")
        .must_say("Invited")
        .must_say("Lang Sports Ltd")
        .must_not_say("This is a tutorial service contract.");
    michael.get(&format!("{MICKS}/directory?status=invited")).await.must_not_say("ACreed LLC");
    michael.get(&format!("{MICKS}/directory?role=vendor")).await.must_say("Champions LLC").must_not_say("ACreed LLC");
    michael.get(&format!("{MICKS}/directory?q=acreed")).await.must_say("ACreed LLC").must_not_say("Champions LLC");
    michael
        .get(&format!("{MICKS}/directory/PA-196-115"))
        .await
        .must_say("Adonis Creed")
        .must_say("donnie@acreedllc.example");
    let page = michael.get(&format!("{MICKS}/contracts/CRS-58329-11884-23347/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    michael.get(&format!("{MICKS}/directory?status=active")).await.must_not_say("ACreed LLC");
    michael.get(&format!("{MICKS}/directory?status=ended")).await.must_say("ACreed LLC");
    let page = michael.get(&format!("{MICKS}/directory/PA-196-115")).await;
    page.must_be(200).must_say("Ended").must_not_say("donnie@acreedllc.example");
}

#[actix_web::test]
async fn contracts_are_led_by_the_other_company_below_an_agreement_and_by_the_agreement_below_a_partner() {
    let world = World::new().await;
    let michael = world.michael().await;
    let agreement = world.text(&format!("SELECT name AS t FROM agreements WHERE id = '{AGREEMENT}'"));
    world.run(&format!("UPDATE contracts SET recipient_company = 'Drago Works' WHERE id = '{PENDING}'"));
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/contracts")).await;
    let names = page.must_be(200).texts("tbody .cell-link");
    assert!(["ACreed LLC", "Drago Works"].iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
    assert!(page.texts("tbody .cell-id").contains(&PENDING.to_owned()));
    world.run(&format!("UPDATE contracts SET recipient_company = '', recipient_email = '' WHERE id = '{PENDING}'"));
    michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/contracts")).await.must_say("No partner yet");
    let page = michael.get(&format!("{MICKS}/directory/PA-196-115/contracts")).await;
    assert!(page.texts("tbody .cell-link").contains(&agreement), "{:?}", page.texts("tbody .cell-link"));
}

#[actix_web::test]
async fn a_contract_ends_on_its_day_and_both_sides_are_told() {
    let world = World::new().await;
    world.run("UPDATE contracts SET expire_at = now() - interval '1 minute' WHERE id = 'CRS-58329-11884-23347'");
    let done = world.program.db.write_system("expiry", entente::modules::contracts::expiry::terminate_due).await;
    assert_eq!(done.expect("the job runs"), 1);
    let page = world.michael().await.get(&format!("{MICKS}/contracts/CRS-58329-11884-23347")).await;
    page.must_say("Terminated").must_say("expired");
    assert!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'contract_terminated'") >= 2);
}

#[actix_web::test]
async fn the_table_of_partners_says_what_the_contracts_say() {
    let world = World::new().await;
    let differ = "SELECT count(*) AS n FROM (SELECT issuer_id, signee_id AS partner_id, count(*) AS contracts, \
                  count(*) FILTER (WHERE kind = 'test') AS tests, min(activated_at) AS since FROM contracts WHERE status = 'active' GROUP BY 1, 2) c \
                  FULL JOIN (SELECT * FROM partners WHERE contracts > 0) p USING (issuer_id, partner_id) \
                  WHERE (c.contracts, c.tests, c.since) IS DISTINCT FROM (p.contracts::bigint, p.tests::bigint, p.since)";
    let partners = "SELECT count(*) AS n FROM partners WHERE contracts > 0";
    assert_eq!((world.number(differ), world.number(partners)), (0, 3));
    for change in [
        "UPDATE contracts SET status = 'terminated', ended_at = now() WHERE type = 'distribution' AND status = 'active'",
        "UPDATE contracts SET status = 'terminated', ended_at = now() WHERE signee_id = 'VA-287-142' AND status = 'active'",
    ] {
        world.run(change);
        assert_eq!(world.number(differ), 0, "{change}");
    }
    assert_eq!(world.number(partners), 2);
    assert_eq!(world.number("SELECT count(*) AS n FROM partners WHERE contracts = 0 AND partner_id = 'VA-287-142'"), 1);
}
