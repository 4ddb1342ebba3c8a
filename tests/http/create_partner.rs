//! Create Partner: from the button on the Directory to a partner who has signed, by a link or with an account made at once.

use entente::modules::contracts::evidence::verify;

use crate::{
    activation::{PASSWORD, up_to_activate},
    binding::at_once,
    colleagues::mailed,
    support::{
        Answer, Client, World,
        world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, key},
    },
};

const EMAIL: &str = "drago@dragoworks.example";

/// A step of the wizard, answered.
async fn answer(client: &Client, page: &Answer, typed: &[(&str, &str)]) -> Answer {
    let sent = client.submit(page, typed).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    client.follow(sent).await
}

/// Up to the step Agreement.
async fn up_to_agreement(client: &Client, role: &str, how: &str, company: &str) -> Answer {
    let page = client.get(&format!("{MICKS}/directory")).await;
    let page = client.get(&page.link("Create Partner")).await;
    page.must_be(200).must_say("Who do you want to work with?");
    let page = answer(client, &page, &[("role", role)]).await;
    let page = answer(client, page.must_say("How does your partner join?"), &[("how", how)]).await;
    let page = answer(client, page.must_say("Your partner's company"), &[("name", company)]).await;
    if how == "now" {
        answer(client, page.must_say("Who acts for the company?"), &[("email", EMAIL)]).await
    } else {
        page
    }
}

/// Up to the last step, on the first agreement that is offered.
async fn up_to_parameters(client: &Client, role: &str, how: &str, company: &str) -> Answer {
    let page = up_to_agreement(client, role, how, company).await;
    let agreement = page.must_say("Select agreement").value("agreement");
    let page = answer(client, &page, &[("agreement", &agreement)]).await;
    page.must_say("Set parameters");
    page
}

/// All of it, to the summary.
async fn create(client: &Client, role: &str, how: &str, company: &str) -> Answer {
    let page = up_to_parameters(client, role, how, company).await;
    let page = answer(client, &page, &[("kind", "production"), ("note", "Welcome")]).await;
    page.must_say("Partner created").must_say(company);
    page
}

/// The path of the activation link on a page.
fn link(page: &Answer) -> String {
    page.shown_link().strip_prefix("http://127.0.0.1:8080").expect("our address").to_owned()
}

/// Takes the invitation that was mailed and becomes the first administrator; stands on the new company's Home.
async fn join(world: &World, email: &str) -> (Client, Answer) {
    let guest = world.stranger();
    let page = guest.follow(guest.get(&mailed(world, email)).await).await;
    let typed = [("name", "Drago Ivanov"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    let home = guest.follow(guest.submit(&page, &typed).await).await;
    home.must_be(200).must_say("You joined");
    (guest, home)
}

/// All evidence is as it was made.
fn holds(world: &World) {
    let report = verify::run(&mut world.sql(), &key(), &[]).expect("evidence is read");
    assert_eq!(report.broken, Vec::<String>::new());
}

/// Signs as whoever is known by this password, for the company that is offered; stands on the last page.
async fn sign(guest: &Client, link: &str, email: &str) -> Answer {
    let page = guest.follow(guest.get(link).await).await;
    page.must_be(200).must_say("I have read and accepted the agreement");
    let page = guest.follow(guest.submit(&page, &[("email", email), ("accept", "yes")]).await).await;
    let page = guest.get(&page.link("I already have")).await;
    guest.follow(guest.submit(&page, &[("password", PASSWORD)]).await).await
}

#[actix_web::test]
async fn the_summary_names_both_where_two_people_sign() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_parameters(&michael, "reseller", "invite", "Drago Works").await;
    let typed = [
        ("kind", "production"),
        ("note", "Welcome"),
        ("first_signer", "Lena Legal"),
        ("second_signer", "Drago Ivanov"),
        ("second_email", EMAIL),
    ];
    let page = answer(&michael, &page, &typed).await;
    page.must_say("Partner created").must_say("First signer").must_say("Lena Legal").must_say("Second signer");
    page.must_say("Drago Ivanov").must_say(EMAIL);
}

#[actix_web::test]
async fn a_reseller_is_invited_by_a_link_and_signs() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = create(&michael, "reseller", "invite", "Drago Works").await;
    let guest = world.stranger();
    let last = up_to_activate(&guest, &link(&page), EMAIL, "Drago Works").await;
    guest.follow(guest.submit(&last, &[]).await).await.must_say("Contract activated").must_say("Reseller Portal");
    let list = michael.get(&format!("{MICKS}/directory?q=drago")).await;
    assert_eq!(list.texts("tbody .status"), ["Active"]);
    // the invitation's page leads to the partner's own
    let partner = michael.follow(michael.get(&page.link("Go to Details")).await).await;
    partner.must_be(200).must_say("Drago Works").must_say("Active").must_say("Drago Ivanov");
}

#[actix_web::test]
async fn a_vendor_is_invited_on_an_agreement_that_is_written_on_the_way() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_agreement(&michael, "vendor", "invite", "Drago Gyms").await;
    let page = answer(&michael, &page, &[("agreement", "new")]).await;
    page.must_say("The new agreement").must_say("Step 5 of 7");
    let blank = michael.submit(&page, &[]).await;
    assert_eq!(blank.must_be(422).errors(), ["Enter a name", "Enter a description", "Enter the text"]);
    let typed =
        [("name", "Drago terms"), ("description", "For gyms"), ("source", "text"), ("text", "# Terms\n\nBe fair.")];
    let page = answer(&michael, &page, &typed).await;
    page.must_say("You create and activate Drago terms, and offer its version 1");
    assert_eq!(world.number("SELECT count(*) AS n FROM agreements WHERE name = 'Drago terms'"), 0, "nothing yet");
    let page = answer(&michael, &page, &[("kind", "production"), ("note", "Welcome")]).await;
    page.must_say("Partner created").must_say("Drago terms, version 1");
    let guest = world.stranger();
    guest.follow(guest.get(&link(&page)).await).await.must_say("Be fair.").must_say("Vendor Portal");
    let last = up_to_activate(&guest, &link(&page), EMAIL, "Drago Gyms").await;
    guest.follow(guest.submit(&last, &[]).await).await.must_say("Contract activated");
    holds(&world);
}

#[actix_web::test]
async fn an_upload_is_kept_through_back_and_signed_by_its_hash() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_agreement(&michael, "reseller", "invite", "Drago Works").await;
    let page = answer(&michael, &page, &[("agreement", "new")]).await;
    let typed = [("name", "Uploaded"), ("description", "D"), ("source", "upload")];
    let sent = michael.upload_named(&page, &typed, "file", "terms.md", b"# Uploaded terms").await;
    let last = michael.follow(sent).await;
    last.must_say("Set parameters").must_say("terms.md");
    let before = michael.follow(michael.submit(&last, &[("back", "yes")]).await).await;
    before.must_say("We have terms.md");
    assert_eq!(before.value("name"), "Uploaded");
    let last = answer(&michael, &before, &[]).await;
    answer(&michael, &last, &[("kind", "test"), ("note", "n")]).await.must_say("Uploaded, version 1");
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM agreement_versions v JOIN agreements a ON a.id = v.agreement_id \
                      WHERE a.name = 'Uploaded' AND v.file_name = 'terms.md' AND v.status = 'active'"
        ),
        1
    );
}

#[actix_web::test]
async fn an_account_that_is_made_at_once_waits_for_its_representative_to_sign() {
    for (role, portal) in [("reseller", "Reseller Portal"), ("vendor", "Vendor Portal")] {
        let world = World::new().await;
        let michael = world.michael().await;
        let page = create(&michael, role, "now", "Drago Works").await;
        let link = link(&page);
        page.must_say(EMAIL).must_say("We've emailed an invitation");
        let list = michael.get(&format!("{MICKS}/directory?q=drago")).await;
        assert_eq!(list.texts("tbody .status"), ["Invited"], "nobody is bound yet");
        let signed = "SELECT count(*) AS n FROM signatures s JOIN contracts c ON c.id = s.contract_id \
                      WHERE s.party = 'signee' AND c.recipient_company = 'Drago Works'";
        assert_eq!(world.number(signed), 0);
        let invited = michael.get(&page.link("Go to Details")).await;
        invited.must_be(200).must_say("Invited").must_say(EMAIL).must_say("Invite representative");
        // whoever has the link and does not work for the company cannot sign for another one
        let stranger = world.stranger();
        let other = up_to_activate(&stranger, &link, "else@example.com", "Else Ltd").await;
        other.must_be(422).must_say("which already has an account here");
        let (drago, home) = join(&world, EMAIL).await;
        home.must_say(portal);
        assert_eq!(home.waiting("Contracts to sign"), ["Mighty Mick's LLC"]);
        let waiting = home.attributes(".waiting > li > a", "href");
        let offered = waiting.iter().find(|href| href.ends_with("/activation")).expect("the contract");
        assert_eq!(drago.get(offered).await.must_be(303).location(), link);
        let guest = world.stranger();
        let choice = sign(&guest, &link, EMAIL).await;
        choice.must_say("Drago Works").must_not_say("Create new account");
        let last = guest.follow(guest.submit(&choice, &[("account", &choice.value("account"))]).await).await;
        guest.follow(guest.submit(&last, &[]).await).await.must_say("Contract activated");
        let list = michael.get(&format!("{MICKS}/directory?q=drago")).await;
        assert_eq!(list.texts("tbody .status"), ["Active"]);
        assert_eq!(
            world.number("SELECT count(*) AS n FROM accounts WHERE name = 'Drago Works'"),
            1,
            "no second company"
        );
        holds(&world);
    }
}

#[actix_web::test]
async fn a_known_email_and_an_unknown_one_read_the_same() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut seen = Vec::new();
    for email in ["apollo@champions.example", "nobody@example.com"] {
        let page = up_to_agreement(&michael, "reseller", "now", "Drago Works").await;
        let page = michael.follow(michael.submit(&page, &[("back", "yes")]).await).await;
        let page = answer(&michael, page.must_say("Who acts for the company?"), &[("email", email)]).await;
        let page = answer(&michael, &page, &[("agreement", AGREEMENT)]).await;
        let page = answer(&michael, &page, &[("kind", "production"), ("note", "Welcome")]).await;
        let account = world.text("SELECT id AS t FROM accounts ORDER BY created_at DESC, id LIMIT 1");
        let details = michael.get(&page.link("Go to Details")).await;
        let contract = world.text("SELECT id AS t FROM contracts ORDER BY created_at DESC LIMIT 1");
        let plain = details.texts("main").concat();
        let plain = plain.replace(email, "@").replace(&account, "its id").replace(&contract, "its contract");
        seen.push((plain, world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'person_invited'")));
    }
    assert_eq!(seen[0].0, seen[1].0);
    assert_eq!(seen[1].1, seen[0].1 + 1, "each gets a letter");
    // whoever is known joins with the user there is
    let apollo = world.apollo().await;
    let page = apollo.follow(apollo.get(&mailed(&world, "apollo@champions.example")).await).await;
    page.must_be(200).must_say("Drago Works");
    apollo.follow(apollo.press_at(&page, "/accept").await).await.must_say("You joined Drago Works");
    apollo.get(CHAMPIONS).await.must_be(200);
}

#[actix_web::test]
async fn the_representative_can_be_another_one_until_somebody_joins() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = create(&michael, "reseller", "now", "Drago Works").await;
    let first = mailed(&world, EMAIL);
    let details = page.link("Go to Details");
    let form = michael.get(&michael.get(&details).await.link("Invite representative")).await;
    assert_eq!(form.must_be(200).value("email"), EMAIL);
    michael.submit(&form, &[]).await.must_say("a moment ago");
    michael.submit(&form, &[("email", "nothing")]).await.must_be(422);
    let form = michael.get(&form.path).await;
    let sent = michael.follow(michael.submit(&form, &[("email", "ludmilla@dragoworks.example")]).await).await;
    sent.must_say("Invitation sent").must_say("ludmilla@dragoworks.example");
    world.stranger().get(&first).await.must_be(404);
    join(&world, "ludmilla@dragoworks.example").await;
    michael.get(&form.path).await.must_be(404);
    michael.get(&details).await.must_say("has an administrator").must_not_say("Invite representative");
}

#[actix_web::test]
async fn steps_say_their_true_number_and_back_keeps_the_answers() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_parameters(&michael, "reseller", "invite", "Drago Works").await;
    page.must_say("Step 5 of 6").must_say("Drago Works").must_say("Invite by link");
    let typed = [("kind", "test"), ("note", "Half written"), ("back", "yes")];
    let page = michael.follow(michael.submit(&page, &typed).await).await;
    page.must_say("Select agreement").must_say("Step 4 of 6");
    let page = michael.follow(michael.submit(&page, &[("back", "yes")]).await).await;
    assert_eq!(page.must_say("Your partner's company").value("name"), "Drago Works");
    let page = michael.follow(michael.submit(&page, &[("back", "yes")]).await).await;
    let page = answer(&michael, &page, &[("how", "now")]).await;
    let page = answer(&michael, &page, &[]).await;
    page.must_say("Who acts for the company?").must_say("Step 4 of 7");
    let wrong = michael.submit(&page, &[("email", "no address")]).await;
    wrong.must_be(422).must_say("name@example.com");
    // unfinished ones are offered where one begins, by the company's name, and thrown away there
    let first = michael.get(&format!("{MICKS}/directory/new")).await;
    first.must_say("Unfinished").must_say("Drago Works, at step Representative");
    let page = answer(&michael, &michael.get(&first.link("Drago Works")).await, &[("email", EMAIL)]).await;
    let page = answer(&michael, &page, &[("agreement", AGREEMENT)]).await;
    page.must_say("Half written");
    michael.submit_to(&first, Some("/cancel"), &[]).await.must_be(303);
    michael.get(&format!("{MICKS}/directory/new")).await.must_not_say("Unfinished");
}

#[actix_web::test]
async fn blank_and_absurd_answers_are_told_at_their_fields() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/directory/new")).await;
    for role in ["", "distributor", "emperor"] {
        let refused = michael.submit(&page, &[("role", role)]).await;
        assert_eq!(refused.must_be(422).errors().len(), 1, "{role}");
    }
    let page = answer(&michael, &page, &[("role", "reseller")]).await;
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Choose one of the two ways"]);
    let page = answer(&michael, &page, &[("how", "invite")]).await;
    let long = "x".repeat(65);
    let refused =
        michael.submit(&page, &[("name", &long), ("recipient_email", "nowhere"), ("external_id", &long)]).await;
    assert_eq!(refused.must_be(422).errors().len(), 3);
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Enter a company name"]);
    let page = answer(&michael, &page, &[("name", "Drago Works")]).await;
    for agreement in ["", "AGS-000-000-000", "AGP-000-000-000"] {
        michael.submit(&page, &[("agreement", agreement)]).await.must_be(422);
    }
    let page = answer(&michael, &page, &[("agreement", AGREEMENT)]).await;
    let refused = michael.submit(&page, &[("expires_on", "2020-01-01")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Choose Test or Production", "Enter a note to the signee"]);
    let typed = [("kind", "test"), ("note", "n"), ("expires_on", "2020-01-01")];
    michael.submit(&page, &typed).await.must_be(422).must_say("Expiry date must be today or later");
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE recipient_company = 'Drago Works'"), 0);
}

#[actix_web::test]
async fn an_external_id_means_one_partner() {
    let world = World::new().await;
    let michael = world.michael().await;
    for (company, status) in [("Drago Works", 303), ("Drago Again", 422)] {
        let page = michael.get(&format!("{MICKS}/directory/new")).await;
        let page = answer(&michael, &page, &[("role", "reseller")]).await;
        let page = answer(&michael, &page, &[("how", "invite")]).await;
        let sent = michael.submit(&page, &[("name", company), ("external_id", "ERP-77")]).await;
        assert_eq!(sent.status, status, "{company}");
        if status == 422 {
            assert_eq!(sent.errors(), ["Another partner of yours has this external ID"]);
            continue;
        }
        let page = answer(&michael, &michael.follow(sent).await, &[("agreement", AGREEMENT)]).await;
        let page = answer(&michael, &page, &[("kind", "production"), ("note", "Welcome")]).await;
        page.must_say("ERP-77");
    }
}

#[actix_web::test]
async fn a_double_click_makes_one_partner() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_parameters(&michael, "reseller", "now", "Drago Works").await;
    let typed = [("kind", "production"), ("note", "Welcome")];
    let first = michael.submit(&page, &typed).await;
    let second = michael.press(&page, &typed).await;
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.location(), second.location());
    for (table, own) in [("accounts", "name"), ("contracts", "recipient_company")] {
        let made = world.number(&format!("SELECT count(*) AS n FROM {table} WHERE {own} = 'Drago Works'"));
        assert_eq!(made, 1, "{table}");
    }
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'person_invited' AND facts::text LIKE '%Drago%'"),
        1
    );
}

#[actix_web::test]
async fn another_version_than_the_one_shown_is_refused() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_parameters(&michael, "reseller", "invite", "Drago Works").await;
    let new = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let typed = [("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")];
    michael.submit(&new, &typed).await.must_be(303);
    let refused = michael.press(&page, &[("kind", "production"), ("note", "Welcome")]).await;
    refused.must_be(409).must_say("This page has changed").must_say("The document");
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE recipient_company = 'Drago Works'"), 0);
}

#[actix_web::test]
async fn two_people_at_once_make_two_partners_and_see_only_their_own_answers() {
    let world = World::new().await;
    let (michael, colleague) = (world.michael().await, world.tony().await);
    world.run(
        "INSERT INTO group_members (group_id, account_id, user_id) SELECT g.id, g.account_id, u.id FROM groups g, users u \
         WHERE g.account_id = 'PA-469-206' AND g.administrators AND u.email LIKE 'tony@%' ON CONFLICT DO NOTHING",
    );
    let mine = up_to_parameters(&michael, "reseller", "invite", "Drago One").await;
    let theirs = up_to_parameters(&colleague, "vendor", "invite", "Drago Two").await;
    colleague.get(&mine.path).await.must_be(404);
    let typed = vec![("kind", "production"), ("note", "Welcome")];
    let answers = at_once(
        &world,
        [
            ("michael@mightymicks.example", mine.path.clone(), typed.clone()),
            ("tony@frontstreet.example", theirs.path.clone(), typed),
        ],
    );
    assert_eq!(answers, [303, 303]);
    assert_eq!(world.number("SELECT count(*) AS n FROM contracts WHERE recipient_company LIKE 'Drago %'"), 2);
}

#[actix_web::test]
async fn whoever_may_not_bind_the_company_creates_no_partner() {
    let world = World::new().await;
    let (michael, paulie, donnie) = (world.michael().await, world.paulie().await, world.donnie().await);
    paulie.get(&format!("{MICKS}/directory/new")).await.must_be(403);
    let list = paulie.get(&format!("{MICKS}/directory")).await;
    assert!(!list.says("Create Partner"));
    // a vendor has no partners to invite, and a foreign company's wizard is nobody else's
    world.apollo().await.get(&format!("{CHAMPIONS}/directory/new")).await.must_be(404);
    let page = up_to_parameters(&michael, "reseller", "invite", "Drago Works").await;
    donnie.get(&page.path).await.must_be(404);
    donnie.get(&page.path.replace(MICKS, ACREED)).await.must_be(404);
    // a reseller with the Program right alone invites vendors
    let page = donnie.get(&format!("{ACREED}/directory/new")).await;
    page.must_be(200).must_say("Vendor").must_not_say("Sells products to its own customers");
    donnie
        .submit(&page, &[("role", "reseller")])
        .await
        .must_be(422)
        .must_say("Choose a type that your company can invite");
    // the invited partner's page is its issuer's
    let made = create(&michael, "reseller", "now", "Drago Works").await;
    let details = made.link("Go to Details");
    donnie.get(&details.replace(MICKS, ACREED)).await.must_be(404);
    paulie.get(&details).await.must_be(200).must_not_say("Invite representative");
    paulie.get(&format!("{details}/representative")).await.must_be(403);
}

#[actix_web::test]
async fn nobody_mails_strangers_by_inviting_one_representative_after_the_other() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = create(&michael, "reseller", "now", "Drago Works").await;
    let form = michael.get(&page.link("Go to Details")).await.link("Invite representative");
    let (client, form) = (&michael, &form);
    let sent = |email: &'static str| async move {
        let page = client.get(form).await;
        client.submit(&page, &[("email", email)]).await
    };
    sent("ludmilla@dragoworks.example").await.must_be(303);
    // those whom somebody else replaced count: they were mailed as well
    world.run(
        "INSERT INTO events (at, name, object, actor_kind, actor_name, account_id, note, address, credential) \
         SELECT now(), 'invitation.sent', 'UI-000-000-000', e.actor_kind, e.actor_name, e.account_id, '', '', e.credential \
         FROM (SELECT * FROM events WHERE name = 'invitation.sent' ORDER BY number DESC LIMIT 1) e, generate_series(1, 198)",
    );
    sent("viktor@dragoworks.example").await.must_say("can send 200 invitations a day");
    assert_eq!(world.number("SELECT count(*) AS n FROM invitations WHERE email LIKE '%dragoworks%'"), 1);
}

#[actix_web::test]
async fn with_its_contract_the_invitation_into_a_created_account_goes() {
    let world = World::new().await;
    let michael = world.michael().await;
    create(&michael, "reseller", "now", "Drago Works").await;
    let invited = mailed(&world, EMAIL);
    let contract = world.text("SELECT contract_id AS t FROM created_partners");
    let page = michael.get(&format!("{MICKS}/contracts/{contract}/delete")).await;
    page.must_say(&format!("The invitation of {EMAIL} will stop working"));
    michael.submit(&page, &[]).await.must_be(303);
    world.stranger().get(&invited).await.must_be(404);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM invitations WHERE email = '{EMAIL}'")), 0);
}
