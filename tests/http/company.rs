//! What a company says of itself, whom partners may talk to, what its people find on Home, and how it is handed over.

use entente::{demo::PASSWORD, mail::sender};

use crate::{
    api::{Program, value},
    contracts::invite,
    products::png,
    sso,
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

/// Fills in Edit; gives the page that answers.
async fn edit(client: &Client, base: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{base}/account/edit")).await;
    client.submit(&page, typed).await
}

#[actix_web::test]
async fn a_company_says_what_it_is_and_its_history_tells_who_said_so() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/account")).await;
    page.must_say("Champions LLC").must_say("VA-287-142").must_say("Headquarters");
    let typed = [
        ("description", "We make gyms digital."),
        ("tax_id", "US-47-1"),
        ("websites", "https://champions.example\nhttps://shop.champions.example"),
        ("country", "US"),
        ("region", "Pennsylvania"),
        ("city", "Philadelphia"),
        ("postal_code", "19125"),
        ("address_line1", "2146 North Front Street"),
        ("countries", "DE"),
        ("languages", "es"),
    ];
    let saved = apollo.follow(edit(&apollo, CHAMPIONS, &typed).await).await;
    saved.must_say("Company saved").must_say("We make gyms digital.").must_say("19125 Philadelphia");
    saved.must_say("United States").must_say("Germany").must_say("Español").must_say("https://shop.champions.example");
    let same = apollo.follow(edit(&apollo, CHAMPIONS, &[]).await).await;
    same.must_say("No changes to save");
    let history = apollo.get(&format!("{CHAMPIONS}/account/history")).await;
    history.must_say("changed the company's details").must_say("Apollo Jones").must_say("created the company");
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'account.changed'"), 1);
}

#[actix_web::test]
async fn an_address_that_is_begun_is_finished_and_what_is_no_link_refused() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let typed = [
        ("name", " "),
        ("websites", "javascript:alert(1)"),
        ("city", "Köln"),
        ("support_email", "nobody"),
        ("support_phone", "call me"),
    ];
    let refused = edit(&apollo, CHAMPIONS, &typed).await;
    assert_eq!(
        refused.must_be(422).errors(),
        [
            "Enter the company's name",
            "Enter a link that starts with https://",
            "Choose the country of this address",
            "Enter an email address in the format name@example.com",
            "Enter a phone number such as +1 215 555 0100",
        ]
    );
    let german = [("country", "DE"), ("address_line1", "Hauptstr. 1")];
    edit(&apollo, CHAMPIONS, &german)
        .await
        .must_be(422)
        .must_say("Enter the postal code: addresses in Germany have one");
}

#[actix_web::test]
async fn who_may_only_look_sees_no_button_and_who_may_nothing_sees_nothing() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let refused = paulie.get(&format!("{MICKS}/account")).await;
    refused.must_be(403).must_say("View the company, its users and groups");
    world.run("UPDATE groups SET permissions = permissions || '{administration.view}' WHERE name = 'Readers'");
    let page = paulie.get(&format!("{MICKS}/account")).await;
    page.must_be(200).must_not_say("Edit").must_not_say("Hand over");
    paulie.get(&format!("{MICKS}/account/contacts")).await.must_be(200).must_not_say("Add contact");
    paulie.get(&format!("{MICKS}/account/edit")).await.must_be(403);
    paulie.get(&format!("{MICKS}/account/hand-over")).await.must_be(403);
    world.run("UPDATE groups SET permissions = permissions || '{administration.manage}' WHERE name = 'Readers'");
    paulie.get(&format!("{MICKS}/account/edit")).await.must_be(200);
    paulie.get(&format!("{MICKS}/account/hand-over")).await.must_be(403);
    michael.get(&format!("{MICKS}/account")).await.must_say("Hand over company");
}

#[actix_web::test]
async fn a_new_name_stands_wherever_the_old_one_stood() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    donnie.follow(edit(&donnie, ACREED, &[("name", "Creed & Daughters LLC")]).await).await.must_say("Company saved");
    donnie.get(ACREED).await.must_say("Creed & Daughters LLC").must_not_say("ACreed LLC");
    for path in ["directory", "contracts", "directory/PA-196-115", "contracts/CRS-58329-11884-23347"] {
        let page = michael.get(&format!("{MICKS}/{path}")).await;
        page.must_be(200).must_say("Creed & Daughters LLC");
    }
    for list in ["contracts", "directory"] {
        michael.get(&format!("{MICKS}/{list}?q=daughters")).await.must_say("Creed & Daughters LLC");
        michael.get(&format!("{MICKS}/{list}?q=acreed")).await.must_not_say("Creed & Daughters LLC");
    }
    let note = world.text("SELECT note AS t FROM events WHERE name = 'account.renamed'");
    assert_eq!(note, "ACreed LLC → Creed & Daughters LLC");
    let changed = "SELECT count(*) AS n FROM signatures WHERE evidence LIKE '%Daughters%'";
    assert_eq!(world.number(changed), 0, "what was signed stays as it was signed");
}

#[actix_web::test]
async fn a_logo_stands_beside_the_name_for_partners_and_in_the_choice_of_accounts() {
    let world = World::new().await;
    let (tony, michael) = (world.tony().await, world.michael().await);
    let page = tony.get("/vendor/VA-610-774/account/edit").await;
    tony.upload(&page, &[], "logo", b"<svg xmlns='http://www.w3.org/2000/svg'/>").await.must_be(422);
    let saved = tony.follow(tony.upload(&page, &[], "logo", &png()).await).await;
    let logo = saved.must_say("Company saved").attribute("main .heading img.product-icon", "src");
    michael.get(&logo).await.must_be(200);
    let list = michael.get(&format!("{MICKS}/directory")).await;
    assert_eq!(list.attributes("main img.product-icon", "src"), [logo.as_str()]);
    let partner = michael.get(&format!("{MICKS}/directory/VA-610-774")).await;
    assert_eq!(partner.attribute("main .heading img", "src"), logo);
    // Tony also works for Mighty Mick's: there the switch shows it, and so does the choice of accounts
    let there = tony.get(MICKS).await;
    assert_eq!(there.attribute(".place .menu-item img", "src"), logo);
    assert_eq!(tony.get("/").await.attributes(".account-card img", "src"), [logo.as_str()]);
    let page = tony.get("/vendor/VA-610-774/account/edit").await;
    let away = tony.follow(tony.submit(&page, &[("no_logo", "yes")]).await).await;
    assert!(away.must_say("Company saved").attributes("main img", "src").is_empty());
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'account.logo_changed'"), 2);
}

#[actix_web::test]
async fn partners_see_contacts_and_nobody_else_does() {
    let world = World::new().await;
    let (apollo, michael, donnie) = (world.apollo().await, world.michael().await, world.donnie().await);
    let page = apollo.get(&format!("{CHAMPIONS}/account/contacts/new")).await;
    assert_eq!(
        apollo.submit(&page, &[]).await.must_be(422).errors(),
        ["Choose Business or Technical", "Enter a name", "Enter an email address"]
    );
    let typed = [
        ("kind", "technical"),
        ("name", "Night desk"),
        ("email", "night@champions.example"),
        ("phone", "+1 215 563 0700"),
        ("about", "Orders that do not arrive"),
    ];
    let list = apollo.follow(apollo.submit(&page, &typed).await).await;
    list.must_say("Contact added").must_say("Night desk").must_say("Technical").must_say("+12155630700");
    edit(&apollo, CHAMPIONS, &[("description", "We make gyms digital."), ("country", "US")]).await.must_be(303);
    let partner = michael.get(&format!("{MICKS}/directory/VA-287-142")).await;
    partner.must_say("Night desk").must_say("night@champions.example").must_say("Orders that do not arrive");
    partner.must_say("We make gyms digital.").must_say("United States");
    donnie.get(&format!("{ACREED}/directory/VA-287-142")).await.must_be(404);
    // changed, and taken away
    let changed = apollo.submit(&apollo.get(&list.link("Edit Night desk")).await, &[("name", "Day desk")]).await;
    apollo.follow(changed).await.must_say("Contact saved").must_say("Day desk");
    let page = apollo.get(&list.link("Remove Night desk")).await;
    page.must_say("Your partners will no longer see Day desk.");
    apollo.follow(apollo.submit(&page, &[]).await).await.must_say("Contact removed").must_say("No contacts yet");
    michael.get(&format!("{MICKS}/directory/VA-287-142")).await.must_not_say("Day desk");
    apollo.get(&page.path).await.must_be(404);
}

#[actix_web::test]
async fn links_stand_on_home_of_everybody_in_their_order_and_lead_by_https() {
    let world = World::new().await;
    let (michael, paulie, apollo) = (world.michael().await, world.paulie().await, world.apollo().await);
    let new = format!("{MICKS}/account/links/new");
    let page = michael.get(&new).await;
    let typed = [("title", "Wiki"), ("url", "http://wiki.example")];
    michael.submit(&page, &typed).await.must_be(422).must_say("Enter a link that starts with https://");
    for (title, url) in [("Wiki", "https://wiki.example"), ("Holidays", "https://people.example/holidays")] {
        let page = michael.get(&new).await;
        michael.submit(&page, &[("title", title), ("url", url), ("about", "For everybody")]).await.must_be(303);
    }
    let tiles = |home: &Answer| home.attributes(".tiles a", "href");
    let home = paulie.get(MICKS).await;
    assert_eq!(tiles(&home), ["https://wiki.example", "https://people.example/holidays"]);
    assert_eq!(home.attributes(".tiles a", "rel"), ["noopener noreferrer", "noopener noreferrer"]);
    home.must_say("For everybody");
    apollo.get(CHAMPIONS).await.must_not_say("Wiki");
    let list = michael.get(&format!("{MICKS}/account/links")).await;
    let last = world.text("SELECT max(number)::text AS t FROM account_links");
    michael.press_with(&list, &format!("/links/{last}/move"), &[("to", "earlier")]).await.must_be(303);
    assert_eq!(tiles(&paulie.get(MICKS).await), ["https://people.example/holidays", "https://wiki.example"]);
    let page = michael.get(&list.link("Remove Wiki")).await;
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(tiles(&paulie.get(MICKS).await), ["https://people.example/holidays"]);
    michael.get(&format!("{MICKS}/account/history")).await.must_say("added a link").must_say("removed a link");
}

#[actix_web::test]
async fn two_who_edit_one_contact_or_link_do_not_lose_each_others_words() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run(
        "INSERT INTO account_contacts (account_id, kind, name, email) VALUES ('PA-469-206', 'business', 'Sales', 's@m.example'); \
         INSERT INTO account_links (account_id, place, title, url) VALUES ('PA-469-206', 1, 'Wiki', 'https://wiki.example')",
    );
    for (list, field, was) in [("contacts", "name", "Sales"), ("links", "title", "Wiki")] {
        let url = michael.get(&format!("{MICKS}/account/{list}")).await.link(&format!("Edit {was}"));
        let (first, second) = (michael.get(&url).await, michael.get(&url).await);
        michael.submit(&first, &[(field, "First")]).await.must_be(303);
        let late = michael.submit(&second, &[(field, "Second")]).await;
        late.must_be(409).must_say("Saved by someone else: First");
        michael.submit(&late, &[]).await.must_be(303);
    }
}

#[actix_web::test]
async fn a_company_sees_the_contracts_that_it_signed_and_by_which_it_came() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let page = donnie.get(&format!("{ACREED}/account/contracts")).await;
    page.must_say("CRS-58329-11884-23347").must_say("Tutorial Agreement").must_say("Mighty Mick's LLC");
    page.must_say("Your company joined with this contract");
    donnie.get(&page.link("Tutorial Agreement")).await.must_be(200);
    michael.get(&format!("{MICKS}/account/contracts")).await.must_say("set up by the operator");
    // a company that comes now
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = crate::activation::up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    guest.follow(guest.submit(&page, &[]).await).await.must_say("Contract activated");
    let came = world.text("SELECT id AS t FROM accounts WHERE name = 'Drago GmbH'");
    let page = guest.get(&format!("/reseller/{came}/account/contracts")).await;
    page.must_say(&id).must_say("Your company joined with this contract");
}

#[actix_web::test]
async fn help_shows_the_distributors_support_to_its_partners_and_ones_own_otherwise() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    world.stranger().get("/help").await.must_not_say("Contact support");
    let help = |client: Client, base: &'static str| async move {
        client.get(base).await;
        client.get("/help").await
    };
    help(donnie.copy(), ACREED).await.must_not_say("Contact support");
    let own = [("support_email", "help@acreed.example")];
    edit(&donnie, ACREED, &own).await.must_be(303);
    help(donnie.copy(), ACREED).await.must_say("Contact support").must_say("help@acreed.example");
    let typed = [
        ("support_email", "help@mightymicks.example"),
        ("support_phone", "+1 215 563 0700"),
        ("support_url", "https://help.mightymicks.example"),
    ];
    edit(&michael, MICKS, &typed).await.must_be(303);
    for (client, base) in [(donnie.copy(), ACREED), (apollo.copy(), CHAMPIONS), (michael.copy(), MICKS)] {
        let page = help(client, base).await;
        page.must_say("Mighty Mick's LLC").must_say("help@mightymicks.example").must_say("+12155630700");
        page.must_say("https://help.mightymicks.example").must_not_say("help@acreed.example");
    }
}

#[actix_web::test]
async fn a_company_is_handed_over_to_a_colleague_with_the_password_and_both_are_told() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let colleague = world.text("SELECT id AS t FROM users WHERE email LIKE 'paulie%'");
    let url = format!("{MICKS}/account/hand-over");
    let page = michael.get(&url).await;
    page.must_say("Hand over Mighty Mick's LLC").must_say("Paulie Pennino, paulie@mightymicks.example");
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Choose a colleague"]);
    // somebody of another company is no colleague
    let stranger = world.text("SELECT id AS t FROM users WHERE email LIKE 'apollo%'");
    let csrf = page.value("csrf");
    let sent = [("csrf", csrf.as_str()), ("to", stranger.as_str()), ("after", "stay")];
    michael.post(&url, &sent).await.must_be(422).must_say("Choose a colleague from the list");
    world.run("UPDATE sessions SET proved_at = now() - interval '1 hour'");
    let asked = michael.follow(michael.submit(&page, &[("to", &colleague), ("after", "leave")]).await).await;
    asked.must_be(200).must_say("Confirm your password");
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'account.handed_over'"), 0);
    let kept = michael.follow(michael.submit(&asked, &[("password", PASSWORD)]).await).await;
    let home = michael.follow(michael.press(&kept, &[]).await).await;
    home.must_be(200).must_say("Company handed over");
    // it acts from the next request on
    paulie.get(&format!("{MICKS}/account/edit")).await.must_be(200);
    michael.get(&format!("{MICKS}/account/edit")).await.must_be(403);
    let history = paulie.get(&format!("{MICKS}/account/history")).await;
    history.must_say("handed over the company").must_say("Michael Goldmill → Paulie Pennino");
    paulie.get(&format!("{MICKS}/users/{colleague}")).await.must_say("Paulie Pennino: + Administrators");
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let told = |email: &str, words: &str| mails.iter().any(|mail| mail.contains(email) && mail.contains(words));
    assert!(told("paulie@mightymicks.example", "Michael Goldmill handed Mighty Mick's LLC over to you"), "{mails:#?}");
    assert!(told("michael@mightymicks.example", "You handed Mighty Mick's LLC over to Paulie Pennino"), "{mails:#?}");
    let risen = "SELECT count(*) AS n FROM security_events WHERE name = 'rights.rose' AND user_id = ";
    assert!(world.number(&format!("{risen}'{colleague}'")) > 0, "the trail of security knows");
}

#[actix_web::test]
async fn no_company_is_handed_to_somebody_who_cannot_sign_in() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let bianca = world.text("SELECT id AS t FROM users WHERE email LIKE 'bianca%'");
    world.run("UPDATE users SET password_hash = NULL WHERE email LIKE 'bianca%'");
    let url = format!("{CHAMPIONS}/account/hand-over");
    for after in ["stay", "leave"] {
        let page = apollo.get(&url).await;
        let refused = apollo.submit(&page, &[("to", &bianca), ("after", after)]).await;
        refused.must_be(422).must_say("cannot sign in with a password");
    }
    let administrators = "SELECT count(*) AS n FROM group_members m JOIN groups g ON g.id = m.group_id \
                          WHERE g.administrators AND g.account_id = 'VA-287-142'";
    assert_eq!(world.number(administrators), 1);
    apollo.get(&format!("{CHAMPIONS}/account/edit")).await.must_be(200);
}

#[actix_web::test]
async fn no_company_is_handed_to_somebody_whom_only_its_provider_lets_in() {
    let world = World::new().await;
    let michael = world.michael().await;
    let paulie = world.text("SELECT id AS t FROM users WHERE email LIKE 'paulie%'");
    world.run(sso::PROVIDER);
    world.run("UPDATE sso_providers SET enforced_at = now()");
    world.run(
        "INSERT INTO sso_exceptions (account_id, user_id) \
         SELECT 'PA-469-206', id FROM users WHERE email = 'michael@mightymicks.example'",
    );
    let page = michael.get(&format!("{MICKS}/account/hand-over")).await;
    let refused = michael.submit(&page, &[("to", &paulie), ("after", "stay")]).await;
    refused.must_be(422).must_say("cannot sign in with a password");
    world.run("UPDATE sso_providers SET enforced_at = NULL");
    michael.follow(michael.submit(&page, &[("to", &paulie), ("after", "stay")]).await).await.must_say("handed over");
}

#[actix_web::test]
async fn programs_read_what_a_company_says_of_itself() {
    let world = World::new().await;
    let [micks, ..] = world.tokens();
    let michael = world.michael().await;
    let typed = [
        ("description", "We sell what gyms need."),
        ("websites", "https://mightymicks.example"),
        ("countries", "US"),
        ("languages", "en"),
    ];
    edit(&michael, MICKS, &typed).await.must_be(303);
    let account = value(&Program::of(&world, &micks).get("/accounts/PA-469-206").await);
    assert_eq!(account["description"], "We sell what gyms need.");
    assert_eq!(account["websites"], serde_json::json!(["https://mightymicks.example"]));
    assert_eq!(
        (&account["countries"], &account["languages"]),
        (&serde_json::json!(["US"]), &serde_json::json!(["en"]))
    );
    assert_eq!(account["name"], "Mighty Mick's LLC");
}
