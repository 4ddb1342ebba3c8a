//! Whom one sells to: accounts in trees, every state of them kept, moved without circles, taken out of use.

use crate::support::{
    Answer, Client, World,
    world::{ACREED, CHAMPIONS, MICKS},
};

const DATA: [(&str, &str); 8] = [
    ("name", "Mickey's Gym"),
    ("country", "US"),
    ("city", "Philadelphia"),
    ("postal_code", "19125"),
    ("address_line1", "2147 North Front Street"),
    ("first_name", "Mickey"),
    ("last_name", "Goldmill"),
    ("email", "mickey@gym.example"),
];

/// The id of one of the cast's accounts.
fn account(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM tier_accounts WHERE name = '{}'", name.replace('\'', "''")))
}

/// Walks the wizard to its last step.
async fn up_to_data(client: &Client, base: &str, type_: &str, parent: &str) -> Answer {
    let page = client.get(&format!("{base}/customers/new")).await;
    let page = client.follow(client.submit(&page, &[("type", type_)]).await).await;
    page.must_say("Parent account");
    let page = client.follow(client.submit(&page, &[("parent", parent)]).await).await;
    page.must_say("Account details");
    page
}

/// A reseller, made by the wizard, by its address.
async fn reseller(client: &Client, name: &str, parent: &str) -> String {
    let page = up_to_data(client, MICKS, "reseller", parent).await;
    let email = format!("{}@example.com", name.to_lowercase());
    let typed: Vec<(&str, &str)> =
        DATA[1..7].iter().copied().chain([("name", name), ("email", email.as_str())]).collect();
    let page = client.follow(client.submit(&page, &typed).await).await;
    page.must_say("Reseller created");
    page.link("Go to Details")
}

fn id_of(url: &str) -> &str {
    url.rsplit('/').next().expect("an id")
}

/// The page that asks before a move.
async fn preview(client: &Client, url: &str, parent: &str) -> Answer {
    client.get(&format!("{url}/move?parent={parent}")).await
}

#[actix_web::test]
async fn a_customer_is_made_step_by_step_below_a_reseller() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/customers/new")).await;
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Choose the type of account"]);
    let page = michael.follow(michael.submit(&page, &[("type", "customer")]).await).await;
    // a customer has no "None"; resellers are found by a part of their name
    page.must_say("Delphi Gyms").must_say("Southside Sports").must_not_say("at the top").must_not_say("Adrian's");
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Choose a parent"]);
    let fish = account(&world, "J&M Tropical Fish");
    michael.submit(&page, &[("parent", &fish)]).await.must_be(422);
    let found = michael.get(&format!("{}?q=south", page.path)).await;
    found.must_say("Southside Sports").must_not_say("Delphi Gyms");
    let south = account(&world, "Southside Sports");
    let page = michael.follow(michael.submit(&page, &[("parent", &south)]).await).await;
    let blank = michael.submit(&page, &[]).await;
    assert_eq!(blank.must_be(422).errors().len(), 6);
    let wrong: Vec<(&str, &str)> = DATA[..7].iter().copied().chain([("email", "x"), ("phone", "call me")]).collect();
    michael
        .submit(&page, &wrong)
        .await
        .must_be(422)
        .must_say("format name@example.com")
        .must_say("Enter a phone number");
    let typed: Vec<(&str, &str)> =
        DATA.iter().copied().chain([("phone", "(215) 563-0700 ext. 12"), ("external_id", "C-7")]).collect();
    let (one, two) =
        futures_util::future::join(michael.submit(&page, &typed), michael.copy().submit(&page, &typed)).await;
    assert_eq!((one.status, two.status), (303, 303), "pressed twice");
    let page = michael.follow(one).await;
    page.must_say("Customer created").must_say("Mickey's Gym");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE name LIKE 'Mickey%'"), 1);
    let shown = michael.get(&page.link("Go to Details")).await;
    shown.must_say("+12155630700 ext. 12").must_say("United States").must_say("Delphi Gyms").must_say("Customer");
    let kept = "SELECT concat_ws('|', phone, phone_extension) AS t FROM tier_accounts WHERE name LIKE 'Mickey%'";
    assert_eq!(world.text(kept), "+12155630700|12", "the number and what is dialled behind it are kept apart");
    assert_eq!(shown.texts(".crumbs li"), ["Delphi Gyms", "Southside Sports", "Mickey's Gym"]);
    michael.get(&format!("{MICKS}/customers?q=c-7")).await.must_say("Mickey's Gym").must_not_say("Delphi Gyms (");
}

#[actix_web::test]
async fn the_first_account_is_a_reseller() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    donnie.get(&format!("{ACREED}/customers")).await.must_say("No customers yet");
    let page = donnie.get(&format!("{ACREED}/customers/new")).await;
    page.must_say("Your first account must be a reseller").must_not_say("Buys for its own use");
    donnie.submit(&page, &[("type", "customer")]).await.must_be(422).must_say("Create a reseller first");
    let page = up_to_data(&donnie, ACREED, "reseller", "none").await;
    let page = donnie.follow(donnie.submit(&page, &DATA).await).await;
    page.must_say("Reseller created");
    donnie.get(&format!("{ACREED}/customers/tree")).await.must_say("Mickey's Gym");
}

#[actix_web::test]
async fn an_account_that_may_be_there_already_is_shown_first() {
    let world = World::new().await;
    let michael = world.michael().await;
    let delphi = account(&world, "Delphi Gyms");
    let page = up_to_data(&michael, MICKS, "customer", &delphi).await;
    let typed: Vec<(&str, &str)> =
        DATA[..7].iter().copied().chain([("email", "GLORIA@tropicalfish.example")]).collect();
    let asked = michael.submit(&page, &typed).await;
    asked.must_be(200).must_say("may already exist").must_say("J&M Tropical Fish");
    let uid = world.text("SELECT external_uid::text AS t FROM tier_accounts WHERE name LIKE 'J&M%'");
    let taken: Vec<(&str, &str)> =
        typed.iter().copied().chain([("external_uid", uid.as_str()), ("anyway", "yes")]).collect();
    michael.submit(&page, &taken).await.must_be(422).must_say("has this external UID");
    let anyway: Vec<(&str, &str)> = typed.iter().copied().chain([("anyway", "yes")]).collect();
    michael.submit(&page, &anyway).await.must_be(303);
}

#[actix_web::test]
async fn every_change_is_a_version_that_shows_what_changed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let fish = format!("{MICKS}/customers/{}", account(&world, "J&M Tropical Fish"));
    let versions = michael.get(&format!("{fish}/versions")).await;
    versions
        .must_say("Version 2")
        .must_say("[before: 2146 North Front Street]")
        .must_say("[after: 2148 North Front Street]");
    let edit = format!("{fish}/edit");
    let (first, second) = (michael.get(&edit).await, michael.get(&edit).await);
    let same = michael.submit(&first, &[]).await;
    michael.follow(same).await.must_say("No changes to save");
    let answer = michael.submit(&first, &[("city", "Camden"), ("state", "")]).await;
    michael.follow(answer).await.must_say("Account saved").must_say("Camden");
    // who was slower sees both and chooses
    let both = michael.submit(&second, &[("city", "Trenton")]).await;
    both.must_be(409)
        .must_say("Someone else saved changes while you were editing")
        .must_say("Saved by someone else: Camden");
    both.must_say("Someone else cleared this field");
    assert_eq!(both.value("city"), "Trenton");
    let versions = michael.get(&format!("{fish}/versions")).await;
    versions.must_say("Version 3").must_say("[before: Philadelphia] [after: Camden]").must_say("Removed");
    michael.get(&format!("{fish}/history")).await.must_say("changed the account").must_say("State or region, City");
    let chosen = michael.submit(&both, &[]).await;
    michael.follow(chosen).await.must_say("Account saved").must_say("Trenton");
    use diesel::connection::SimpleConnection as _;
    assert!(world.sql().batch_execute("UPDATE tier_account_versions SET author = 'x'").is_err());
}

#[actix_web::test]
pub async fn a_move_takes_along_what_is_below_and_makes_no_circle() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (delphi, south) = (account(&world, "Delphi Gyms"), account(&world, "Southside Sports"));
    let (top, middle) = (format!("{MICKS}/customers/{delphi}"), format!("{MICKS}/customers/{south}"));
    // what the move would do
    let page = preview(&michael, &middle, "none").await;
    page.must_say("Current place")
        .must_say("Delphi Gyms")
        .must_say("At the top")
        .must_say("1 account under it moves too");
    // into its own tree, by the form and by hand
    let page = preview(&michael, &top, &south).await;
    michael.submit(&page, &[]).await.must_be(422).must_say("is under the account itself");
    let page = preview(&michael, &middle, "none").await;
    michael.submit(&page, &[("parent", &south)]).await.must_be(422);
    let answer = michael.submit(&page, &[]).await;
    michael.follow(answer).await.must_say("Account moved").must_not_say("Parents");
    michael.submit(&page, &[]).await.must_be(409);
    michael.get(&format!("{middle}/versions")).await.must_say("Parent");
    // a customer stays below a reseller
    let fish = format!("{MICKS}/customers/{}", account(&world, "J&M Tropical Fish"));
    let page = preview(&michael, &fish, &delphi).await;
    michael.submit(&page, &[("parent", "none")]).await.must_be(422).must_say("A customer must be under a reseller");
}

#[actix_web::test]
pub async fn two_moves_that_would_make_a_circle_together_make_none() {
    let world = World::new().await;
    let michael = world.michael().await;
    for _ in 0..5 {
        let (a, b) = (reseller(&michael, "Clubber", "none").await, reseller(&michael, "Lang", "none").await);
        let (one, two) = (preview(&michael, &a, id_of(&b)).await, preview(&michael, &b, id_of(&a)).await);
        let other = michael.copy();
        let (one, two) = futures_util::future::join(michael.submit(&one, &[]), other.submit(&two, &[])).await;
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        // the names are free again
        world.run("UPDATE tier_accounts SET name = name || id, email = id || '@example.com' WHERE name IN ('Clubber', 'Lang')");
    }
}

#[actix_web::test]
async fn a_tree_is_ten_levels_deep_and_no_deeper() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut above = "none".to_owned();
    let mut last = String::new();
    for level in 1..=10 {
        last = reseller(&michael, &format!("Level{level}"), &above).await;
        above = id_of(&last).to_owned();
    }
    michael.get(&last).await.must_say("Level, from the top10");
    let page = up_to_data(&michael, MICKS, "customer", &above).await;
    michael.submit(&page, &DATA).await.must_be(422).must_say("more than ten levels deep");
    // nor by moving something that has something below it
    let delphi = format!("{MICKS}/customers/{}", account(&world, "Delphi Gyms"));
    let eighth = account(&world, "Level8");
    let page = preview(&michael, &delphi, &eighth).await;
    michael.submit(&page, &[]).await.must_be(422).must_say("more than ten levels deep");
}

#[actix_web::test]
async fn what_stands_above_others_is_not_decommissioned() {
    let world = World::new().await;
    let michael = world.michael().await;
    let south = format!("{MICKS}/customers/{}", account(&world, "Southside Sports"));
    let fish = format!("{MICKS}/customers/{}", account(&world, "J&M Tropical Fish"));
    let page = michael.get(&format!("{south}/decommission")).await;
    page.must_say("This account cannot be decommissioned").must_say("1 account is under it");
    let csrf = page.value("csrf");
    michael.post(&format!("{south}/decommission"), &[("csrf", &csrf)]).await.must_be(409);
    let used = michael.get(&format!("{fish}/decommission")).await;
    used.must_say("This account cannot be decommissioned").must_say("1 subscription uses it. Cancel it first.");
    michael.post(&format!("{fish}/decommission"), &[("csrf", &csrf)]).await.must_be(409);
    world.run("UPDATE subscriptions SET status = 'terminated'");
    for url in [&fish, &south] {
        let page = michael.get(&format!("{url}/decommission")).await;
        let answer = michael.submit(&page, &[]).await;
        michael.follow(answer).await.must_say("Account decommissioned");
    }
    michael.get(&format!("{MICKS}/customers")).await.must_not_say("Southside").must_say("Delphi Gyms");
    // its page stays, without a way to change it
    michael.get(&south).await.must_say("Decommissioned").must_not_say("Edit");
    michael.get(&format!("{south}/edit")).await.must_be(409);
    let page = michael.get(&format!("{MICKS}/customers/new")).await;
    let page = michael.follow(michael.submit(&page, &[("type", "customer")]).await).await;
    page.must_not_say("Southside");
}

#[actix_web::test]
async fn the_tree_unfolds_by_links_and_levels_and_tiers_are_told_apart() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/customers/tree")).await;
    page.must_say("Delphi Gyms").must_not_say("Southside");
    let page = michael.get(&page.link("Expand Delphi Gyms")).await;
    page.must_say("Southside Sports").must_say("Adrian's Restaurant").must_not_say("Tropical");
    let page = michael.get(&page.link("Expand Southside Sports")).await;
    page.must_say("J&M Tropical Fish");
    let page = michael.get(&page.link("Collapse Delphi Gyms")).await;
    page.must_not_say("Southside");
    let top = michael.get(&format!("{MICKS}/customers/{}", account(&world, "Delphi Gyms"))).await;
    top.must_say("Tier 1–2").must_say("Level, from the top1");
    let middle = michael.get(&format!("{MICKS}/customers/{}", account(&world, "Southside Sports"))).await;
    middle.must_say("Tier 1").must_say("Level, from the top2");
}

#[actix_web::test]
async fn another_companys_customer_does_not_exist() {
    let world = World::new().await;
    let (donnie, apollo, paulie) = (world.donnie().await, world.apollo().await, world.paulie().await);
    let delphi = account(&world, "Delphi Gyms");
    for (client, base) in [(&donnie, ACREED), (&apollo, CHAMPIONS)] {
        for rest in ["", "/requests", "/versions", "/history", "/edit", "/move", "/decommission"] {
            if base == CHAMPIONS && matches!(rest, "" | "/requests") {
                // a product of theirs is used with it: they may look
                let page = client.get(&format!("{base}/customers/{delphi}{rest}")).await;
                page.must_say("Delphi Gyms").must_not_say("Edit").must_not_say("Southside");
                continue;
            }
            client.get(&format!("{base}/customers/{delphi}{rest}")).await.must_be(404);
        }
        let csrf = client.get(&format!("{base}/customers/new")).await.value("csrf");
        for rest in ["/edit", "/move", "/decommission"] {
            let typed = [("csrf", csrf.as_str()), ("parent", "none"), ("version", "1")];
            client.post(&format!("{base}/customers/{delphi}{rest}"), &typed).await.must_be(404);
        }
        client.get(&format!("{base}/customers/tree?open={delphi}")).await.must_not_say("Southside");
        // a vendor's list holds what it may open, and nothing else
        let found = client.get(&format!("{base}/customers?parent=delphi")).await;
        match base {
            CHAMPIONS => found.must_say("Adrian's Restaurant"),
            _ => found.must_say("No matches"),
        };
    }
    // nor can one stand below it
    let page = donnie.get(&format!("{ACREED}/customers/new")).await;
    let page = donnie.follow(donnie.submit(&page, &[("type", "reseller")]).await).await;
    page.must_not_say("Delphi");
    donnie.submit(&page, &[("parent", &delphi)]).await.must_be(422);
    // a reader looks and does not touch
    paulie.get(&format!("{MICKS}/customers/{delphi}")).await.must_say("Delphi Gyms").must_not_say("Edit");
    paulie.get(&format!("{MICKS}/customers/{delphi}/edit")).await.must_be(403);
}

#[actix_web::test]
async fn the_directory_filters_sorts_and_leaves_as_a_file() {
    let world = World::new().await;
    let michael = world.michael().await;
    let list = |query: &str| {
        let url = format!("{MICKS}/customers?{query}");
        let michael = &michael;
        async move { michael.get(&url).await }
    };
    list("type=reseller").await.must_say("Southside Sports").must_not_say("Adrian's");
    list("parent=southside").await.must_say("J&M Tropical Fish").must_not_say("Adrian's");
    list("external=c-1004").await.must_say("Adrian's Restaurant").must_not_say("Tropical");
    list("country=us&q=rico%40").await.must_say("Southside Sports").must_not_say("Adrian's");
    for sort in ["customer", "-type", "external", "country", "created"] {
        list(&format!("sort={sort}")).await.must_be(200).must_say("Delphi Gyms");
    }
    let file = michael.get(&format!("{MICKS}/customers/export.csv?type=customer")).await;
    let text = String::from_utf8_lossy(&file.body).into_owned();
    let first = |name: &str| text.lines().any(|line| line.starts_with(name));
    assert!(first("Adrian's Restaurant") && !first("Southside Sports"), "{text}");
}

#[actix_web::test]
async fn the_tree_is_searched_and_shows_what_stands_above() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/customers/tree?q=fish")).await;
    page.must_say("1 account, with its parents").must_say("Delphi Gyms").must_say("Southside Sports");
    page.must_say("J&M Tropical Fish").must_not_say("Adrian's");
    assert_eq!(page.texts("mark"), ["J&M Tropical Fish"]);
    michael.get(&format!("{MICKS}/customers/tree?q=nobody")).await.must_say("Nothing found").must_say("Show all trees");
    let apollo = world.apollo().await;
    apollo.get(&format!("{CHAMPIONS}/customers/tree?q=fish")).await.must_say("Nothing found");
}

/// Rows of the table of sights that were read since the last reset, by index or not; PostgreSQL tells it a while after.
async fn sights_read(world: &World) -> i64 {
    for _ in 0..150 {
        let read = world.number(
            "SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'tier_account_sight')::bigint \
             + seq_tup_read AS n FROM pg_stat_user_tables WHERE relname = 'tier_account_sight'",
        );
        if read > 0 {
            return read;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("PostgreSQL tells nothing of the table");
}

#[actix_web::test]
async fn the_newest_of_very_many_accounts_that_a_vendor_may_open_are_read_and_no_others() {
    let world = World::new().await;
    world.run(
        "INSERT INTO tier_accounts (id, owner_id, type, name, external_uid, country, city, postal_code, address_line1, \
         first_name, last_name, email, created_at, updated_at) \
         SELECT 'TA-7000-0000-' || to_char(i, 'FM0000'), 'PA-469-206', 'reseller', 'Seen ' || i, gen_random_uuid(), 'US', \
         'Town', '1', 'Street', 'A', 'B', 'a@example.com', now() - i * interval '1 minute', now() FROM generate_series(1, 9000) i; \
         INSERT INTO tier_account_sight SELECT 'VA-287-142', id, created_at FROM tier_accounts WHERE id LIKE 'TA-7000%'; \
         ANALYZE tier_accounts; ANALYZE tier_account_sight; SELECT pg_stat_force_next_flush()",
    );
    // what was read to fill the table is counted before all counts begin anew
    world.run("SELECT pg_stat_reset()");
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/customers")).await;
    page.must_say("Seen 1").must_say("1,000+");
    let read = sights_read(&world).await;
    assert!(read < 3_000, "{read} of 9,000 sights were read for ten rows and a count up to a thousand");
}

/// A filter finds whatever it says, however many there are.
#[actix_web::test]
async fn the_accounts_below_very_many_parents_of_one_name_are_all_found() {
    let world = World::new().await;
    let rows = |group: &str, name: &str, parent: &str| {
        format!(
            "INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_uid, country, city, postal_code, \
             address_line1, first_name, last_name, email, created_at, updated_at) \
             SELECT 'TA-{group}-0000-' || to_char(i, 'FM0000'), 'PA-469-206', 'reseller', {parent}, '{name} ' || i, \
             gen_random_uuid(), 'US', 'Town', '1', 'Street', 'A', 'B', 'a@example.com', now(), now() \
             FROM generate_series(1, 230) i;"
        )
    };
    world.run(&rows("7000", "Above", "NULL"));
    world.run(&rows("7001", "Below", "'TA-7000-0000-' || to_char(i, 'FM0000')"));
    let michael = world.michael().await;
    michael.get(&format!("{MICKS}/customers?parent=above")).await.must_say("of 230");
    let file = michael.get(&format!("{MICKS}/customers/export.csv?parent=above")).await;
    assert_eq!(file.body_text().matches("Below ").count(), 230);
}
