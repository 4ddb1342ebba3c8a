//! From a distribution agreement to the contract that lets a vendor list: enrolled, approved, talked about, ended.

use crate::{
    activation::up_to_activate,
    contracts::invite,
    support::{
        Client, World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

const DISTRIBUTION: &str = "AGD-284-437-563";
/// Approved, with Champions.
const ACTIVE: &str = "CRD-40293-21272-66678";
/// Waits for Michael, with Front Street.
const WAITING: &str = "CRD-58966-76817-84694";
const FRONT: &str = "/vendor/VA-610-774";

/// A second marketplace, and a distribution agreement for it inside the program.
async fn offer(world: &World, michael: &Client, auto_accept: bool) -> String {
    world.run(
        "INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00002', 'PA-469-206', 'Second', 'EUR', '{DE}', '{price}', now(), now())",
    );
    let program = michael.get(&format!("{MICKS}/agreements/{DISTRIBUTION}")).await.link("Vendor Program");
    let page = michael.get(&format!("{program}/distribution")).await;
    page.must_say("Tutorial Distribution").must_say("Tutorial Marketplace");
    let page = michael.get(&page.link("Create distribution agreement")).await;
    let blank = michael.submit(&page, &[]).await;
    blank.must_be(422).must_say("Enter a name").must_say("Choose one of your marketplaces");
    page.must_not_say("Tutorial Marketplace");
    let mut typed = vec![
        ("name", "Second Distribution"),
        ("description", "For the second one"),
        ("marketplace", "MP-00002"),
        ("link", "https://terms.example/second.pdf"),
        ("activate", "yes"),
    ];
    if auto_accept {
        typed.push(("auto_accept", "yes"));
    }
    let answer = michael.submit(&page, &typed).await;
    let made = answer.must_be(303).location().to_owned();
    michael.get(&made).await.must_say("Second Distribution").must_say("MP-00002").must_say("Auto Accept");
    made.rsplit('/').next().expect("an id").to_owned()
}

#[actix_web::test]
async fn a_vendor_enrolls_and_the_distributor_approves() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let agreement = offer(&world, &michael, false).await;
    apollo.get(&format!("{CHAMPIONS}/agreements")).await.must_say("Second Distribution").must_say("Enroll");
    let page = apollo.get(&format!("{CHAMPIONS}/agreements/{agreement}")).await;
    page.must_say("Germany").must_say("Euro (EUR)");
    apollo.submit(&page, &[]).await.must_be(422).must_say("Confirm that you have read and accepted the agreement");
    let answer = apollo.submit(&page, &[("accept", "yes")]).await;
    let contract = answer.must_be(303).location().rsplit('/').next().expect("an id").to_owned();
    assert!(contract.starts_with("CRD-"));
    apollo
        .follow(answer)
        .await
        .must_say("Pending")
        .must_say("Second")
        .must_say("The distributor will review it")
        .must_not_say("Approve");
    // the stale tab: enrolled already
    apollo.submit(&page, &[("accept", "yes")]).await.must_be(409).must_say("nothing to enroll in");
    assert!(michael.get(MICKS).await.waiting("Contracts to approve").contains(&"Champions LLC".to_owned()));
    let url = format!("{MICKS}/contracts/{contract}");
    michael.get(&url).await.must_say("Approve").must_not_say("Activation link");
    // the certificate says what there is: one stamp
    let certificate = format!("{url}/versions/1/certificate");
    michael.get(&certificate).await.must_be(200).must_say("has not signed it").must_not_say("Both companies signed");
    let page = michael.get(&format!("{url}/approve")).await;
    page.must_say("can list products on Second");
    let answer = michael.submit(&page, &[]).await;
    michael.follow(answer).await.must_say("Contract approved").must_say("Active");
    michael.get(&certificate).await.must_say("Both companies signed");
    michael.submit(&page, &[]).await.must_be(409).must_say("already been decided");
    michael
        .get(&format!("{url}/versions"))
        .await
        .must_say("Apollo Jones")
        .must_say("Michael Goldmill")
        .must_say("Certificate");
    michael.get(&format!("{url}/history")).await.must_say("enrolled").must_say("approved the contract");
    for kind in ["contract_enrolled", "contract_approved"] {
        assert!(world.number(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}'")) >= 1, "{kind}");
    }
    let trail = format!(
        "SELECT count(*) AS n FROM events WHERE object = '{contract}' AND moved_from || '>' || moved_to IN \
         ('enrolling>pending', 'pending>active')"
    );
    assert_eq!(world.number(&trail), 2);
    let list = michael.get(&format!("{MICKS}/contracts?type=distribution&columns=marketplace")).await;
    list.must_say(&contract).must_say("Second").must_say(ACTIVE).must_say(WAITING);
    let list = michael.get(&format!("{MICKS}/contracts?marketplace=tutorial")).await;
    list.must_say(ACTIVE).must_not_say(&contract).must_not_say("CRS-");
}

#[actix_web::test]
async fn a_rejected_vendor_is_told_why_and_may_enroll_again() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let page = michael.get(&format!("{MICKS}/contracts/{WAITING}/reject")).await;
    michael.submit(&page, &[("reason", "x".repeat(201).as_str())]).await.must_be(422).must_say("200 characters");
    let answer = michael.submit(&page, &[("reason", "Not this year")]).await;
    michael.follow(answer).await.must_say("Contract rejected").must_say("Rejected").must_say("Not this year");
    let page = tony.get(&format!("{FRONT}/agreements/{DISTRIBUTION}")).await;
    page.must_say("Rejected").must_say("Enroll");
    tony.submit(&page, &[("accept", "yes")]).await.must_be(303);
}

#[actix_web::test]
async fn the_two_parties_talk_on_the_contract_and_nobody_else_listens() {
    let world = World::new().await;
    let (michael, tony, apollo) = (world.michael().await, world.tony().await, world.apollo().await);
    let (ours, theirs) =
        (format!("{MICKS}/contracts/{WAITING}/conversation"), format!("{FRONT}/contracts/{WAITING}/conversation"));
    let page = michael.get(&ours).await;
    page.must_say("enrolled");
    michael.submit(&page, &[]).await.must_be(422).must_say("Enter a message");
    let text = [("text", "Which products <b>first</b>?")];
    michael.submit(&page, &text).await.must_be(303);
    michael.submit(&page, &text).await.must_be(303);
    let page = tony.get(&theirs).await;
    page.must_say("Which products <b>first</b>?").must_say("Michael Goldmill, Mighty Mick's LLC");
    tony.submit(&page, &[("text", "Pulse, then the rest.")]).await.must_be(303);
    michael.get(&ours).await.must_say("Pulse, then the rest.");
    let elsewhere = format!("{CHAMPIONS}/contracts/{WAITING}/conversation");
    apollo.get(&elsewhere).await.must_be(404);
    let token = apollo.get(&format!("{CHAMPIONS}/contracts/{ACTIVE}/conversation")).await.value("csrf");
    apollo.post(&elsewhere, &[("csrf", &token), ("text", "Hello")]).await.must_be(404);
    assert_eq!(world.number("SELECT count(*) AS n FROM messages"), 2, "pressed twice, said once");
    let told =
        "SELECT count(*) AS n FROM outbox WHERE kind = 'message_written' AND recipient = 'tony@frontstreet.example'";
    assert!(world.number(told) >= 1);
    // who may only look reads
    let paulie = world.paulie().await;
    paulie.get(&ours).await.must_say("Pulse, then the rest.").must_not_say("Send");
    let token = paulie.get("/profile").await.value("csrf");
    paulie.post(&ours, &[("csrf", &token), ("text", "Hello")]).await.must_be(403);
}

#[actix_web::test]
async fn auto_accept_gives_every_vendor_of_the_program_a_contract_now_and_later() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let agreement = offer(&world, &michael, true).await;
    let made = format!(
        "SELECT count(*) AS n FROM contracts WHERE agreement_id = '{agreement}' AND status = 'active' AND auto_accepted"
    );
    assert_eq!(world.number(&made), 2, "Champions and Front Street");
    apollo.get(&format!("{CHAMPIONS}/agreements/{agreement}")).await.must_say("Active").must_not_say("I have read");
    // a vendor that joins later
    let (_, link) = invite(&michael, MICKS, "program", "Welcome").await;
    let guest = world.stranger();
    let page = up_to_activate(&guest, &link, "drago@example.com", "Drago Works").await;
    guest.submit(&page, &[]).await.must_be(303);
    assert_eq!(world.number(&made), 3);
    // switched off, nothing that exists changes
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/auto-accept")).await;
    page.must_say("Turn off Auto Accept");
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(world.number(&made), 3);
    // on again: who waits is approved
    let page = michael.get(&format!("{MICKS}/agreements/{DISTRIBUTION}/auto-accept")).await;
    let answer = michael.submit(&page, &[]).await;
    michael.follow(answer).await.must_say("Auto Accept turned on");
    michael.get(&format!("{MICKS}/contracts/{WAITING}")).await.must_say("Active");
    let report =
        entente::modules::contracts::evidence::verify::run(&mut world.sql(), &crate::support::world::key(), &[])
            .expect("a report");
    assert_eq!(report.broken, Vec::<String>::new(), "every stamp is where it belongs");
}

#[actix_web::test]
async fn a_vendor_that_joined_while_no_version_was_active_gets_its_contract_with_the_next_one() {
    let world = World::new().await;
    let michael = world.michael().await;
    let agreement = offer(&world, &michael, true).await;
    world.run(&format!("UPDATE agreement_versions SET status = 'inactive' WHERE agreement_id = '{agreement}'"));
    let (_, link) = invite(&michael, MICKS, "program", "Welcome").await;
    let guest = world.stranger();
    let page = up_to_activate(&guest, &link, "drago@example.com", "Drago Works").await;
    guest.submit(&page, &[]).await.must_be(303);
    let made = format!("SELECT count(*) AS n FROM contracts WHERE agreement_id = '{agreement}' AND status = 'active'");
    assert_eq!(world.number(&made), 2);
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/versions/1/activate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(world.number(&made), 3);
}

#[actix_web::test]
async fn a_program_agreement_stays_while_distribution_agreements_belong_to_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/new")).await;
    let typed = [("type", "program"), ("name", "Spare"), ("description", "Spare"), ("link", "https://terms.example/a")];
    let spare = michael.submit(&page, &typed).await.must_be(303).location().to_owned();
    let page = michael.get(&format!("{spare}/distribution/new")).await;
    let typed =
        [("name", "Child"), ("description", "Child"), ("marketplace", "MP-68204"), ("link", "https://terms.example/b")];
    michael.submit(&page, &typed).await.must_be(303);
    let page = michael.get(&format!("{spare}/delete")).await;
    page.must_say("1 distribution agreement belongs to it");
    michael.post(&format!("{spare}/delete"), &[("csrf", &page.value("csrf"))]).await.must_be(409);
}

#[actix_web::test]
async fn what_a_program_contract_carried_ends_with_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    for (vendor, contract, status) in [("VA-287-142", ACTIVE, "Terminated"), ("VA-610-774", WAITING, "Rejected")] {
        let program = michael.get(&format!("{MICKS}/directory/{vendor}/contracts")).await;
        let program = program.html();
        let program = program
            .select(&crate::support::client::selector("a.cell-link"))
            .filter_map(|link| link.value().attr("href"))
            .find(|href| href.contains("CRP-"))
            .expect("a program contract")
            .to_owned();
        let page = michael.get(&format!("{program}/terminate")).await;
        michael.submit(&page, &[("reason", "")]).await.must_be(303);
        let page = michael.get(&format!("{MICKS}/contracts/{contract}")).await;
        page.must_say(status).must_say("has ended");
        michael
            .get(&format!("{MICKS}/contracts/{contract}/history"))
            .await
            .must_say("Entente")
            .must_say("with its program contract");
    }
    world.apollo().await.get(&format!("{CHAMPIONS}/agreements")).await.must_say("No agreements yet");
}

#[actix_web::test]
async fn of_two_enrolments_at_once_one_is_made() {
    let world = World::new().await;
    let agreement = offer(&world, &world.michael().await, false).await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/agreements/{agreement}")).await;
    let (one, two) = futures_util::future::join(
        apollo.press(&page, &[("accept", "yes")]),
        apollo.copy().press(&page, &[("accept", "yes")]),
    )
    .await;
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM contracts WHERE agreement_id = '{agreement}'")), 1);
}

#[actix_web::test]
async fn approving_is_for_the_marketplaces_owner_alone() {
    let world = World::new().await;
    let (donnie, tony, paulie) = (world.donnie().await, world.tony().await, world.paulie().await);
    let token = donnie.get(&format!("{ACREED}/hubs/new")).await.value("csrf");
    for act in ["approve", "reject"] {
        donnie.get(&format!("{ACREED}/contracts/{WAITING}/{act}")).await.must_be(404);
        donnie.post(&format!("{ACREED}/contracts/{WAITING}/{act}"), &[("csrf", &token)]).await.must_be(404);
        tony.get(&format!("{FRONT}/contracts/{WAITING}/{act}")).await.must_be(404);
        paulie.get(&format!("{MICKS}/contracts/{WAITING}/{act}")).await.must_be(403);
    }
    // it has no link, no note and no end before it began
    let michael = world.michael().await;
    for act in ["renew", "note", "delete", "permissions"] {
        michael.get(&format!("{MICKS}/contracts/{WAITING}/{act}")).await.must_be(404);
    }
    // another program's vendor sees no offer
    donnie.get(&format!("{ACREED}/agreements/{DISTRIBUTION}")).await.must_be(404);
    world.run("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE type = 'program' AND signee_id = 'VA-287-142'");
    world.apollo().await.get(&format!("{CHAMPIONS}/agreements/{DISTRIBUTION}")).await.must_be(404);
}

#[actix_web::test]
async fn whoever_approves_a_test_reads_that_it_is_one() {
    let world = World::new().await;
    let michael = world.michael().await;
    let waiting =
        world.text("SELECT id AS t FROM contracts WHERE type = 'distribution' AND status = 'pending' LIMIT 1");
    let url = format!("{MICKS}/contracts/{waiting}/approve");
    world.run(&format!("UPDATE contracts SET kind = 'production' WHERE id = '{waiting}'"));
    michael.get(&url).await.must_not_say("Test contract");
    world.run(&format!("UPDATE contracts SET kind = 'test' WHERE id = '{waiting}'"));
    michael.get(&url).await.must_say("This is a Test contract");
}
