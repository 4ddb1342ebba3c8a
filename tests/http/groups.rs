//! Groups: what their members may do, module by module, wherever they go; and what a refusal says.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, choice::Choice as _},
    portals,
};

use crate::{
    access::{Drawn, address},
    support::{
        Answer, Client, World,
        client::selector,
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

fn group(world: &World, name: &str) -> String {
    world.text(&format!("SELECT id AS t FROM groups WHERE name = '{name}' AND account_id = 'PA-469-206'"))
}

fn paulie(world: &World) -> String {
    world.text("SELECT id AS t FROM users WHERE email LIKE 'paulie%'")
}

/// Fills in Create Group; gives the page that answers.
async fn create(client: &Client, name: &str, permissions: &[&str]) -> Answer {
    let page = client.get(&format!("{MICKS}/groups/new")).await;
    let csrf = page.value("csrf");
    let mut typed = vec![("csrf", csrf.as_str()), ("name", name), ("description", "Who sells")];
    typed.extend(permissions.iter().map(|key| ("permissions", *key)));
    client.post(&format!("{MICKS}/groups/new"), &typed).await
}

/// Puts Paulie into these groups alone.
async fn place(world: &World, michael: &Client, groups: &[&str]) -> Answer {
    let url = format!("{MICKS}/users/{}/groups", paulie(world));
    let page = michael.get(&url).await;
    let (csrf, before) = (page.value("csrf"), page.value("before"));
    let mut typed = vec![("csrf", csrf.as_str()), ("before", before.as_str())];
    typed.extend(groups.iter().map(|id| ("groups", *id)));
    michael.post(&url, &typed).await
}

#[actix_web::test]
async fn a_group_allows_module_by_module_and_a_person_has_the_sum_of_all_groups() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    paulie.get(&format!("{MICKS}/hubs/new")).await.must_be(403);
    let made = create(&michael, "Sales", &["marketplaces.manage", "", "contracts.view"]).await;
    let page = michael.follow(made).await;
    page.must_say("Group created").must_say("Manage marketplaces and hubs").must_say("View contracts");
    page.must_say("created the group").must_say("Nobody is in this group yet");
    let (sales, readers) = (group(&world, "Sales"), group(&world, "Readers"));
    place(&world, &michael, &[&sales, &readers]).await.must_be(303);
    // from the next request on
    paulie.get(&format!("{MICKS}/hubs/new")).await.must_be(200);
    paulie.get(&format!("{MICKS}/usage-files")).await.must_be(200);
    place(&world, &michael, &[&sales]).await.must_be(303);
    paulie.get(&format!("{MICKS}/usage-files")).await.must_be(403);
    paulie.get(MICKS).await.must_not_say("Customers").must_say("Marketplaces");
    // what the group allows is changed while somebody is in it
    let page = michael.get(&format!("{MICKS}/groups/{sales}/edit")).await;
    assert_eq!(page.attributes("select option[selected]", "value"), ["contracts.view", "marketplaces.manage"]);
    let (csrf, revision) = (page.value("csrf"), page.value("revision"));
    let typed = [
        ("csrf", csrf.as_str()),
        ("revision", revision.as_str()),
        ("name", "Sales"),
        ("description", "Who sells"),
        ("permissions", "customers.view"),
    ];
    michael.post(&format!("{MICKS}/groups/{sales}/edit"), &typed).await.must_be(303);
    paulie.get(&format!("{MICKS}/hubs/new")).await.must_be(403);
    paulie.get(&format!("{MICKS}/customers")).await.must_be(200);
    let told = michael.get(&format!("{MICKS}/groups/{sales}")).await;
    told.must_say("Added: View customers. Removed: View contracts and Manage marketplaces and hubs")
        .must_say("Paulie Pennino");
    // who was slower reads that somebody else saved
    let late = michael.submit(&page, &[("name", "Sellers")]).await;
    late.must_be(409).must_say("Someone else saved changes");
    let again = create(&michael, "Sales", &[]).await;
    assert_eq!(again.must_be(422).errors(), ["Another of your groups already has this name"]);
    let nonsense = create(&michael, "Other", &["nonsense.view"]).await;
    assert_eq!(nonsense.must_be(422).errors(), ["Choose permissions from the list"]);
    // a deleted group is taken from everybody
    let page = michael.get(&format!("{MICKS}/groups/{sales}/delete")).await;
    page.must_say("1 user will leave it");
    michael.submit(&page, &[]).await.must_be(303);
    paulie.get(&format!("{MICKS}/customers")).await.must_be(403);
}

#[actix_web::test]
async fn administrators_is_built_in() {
    let world = World::new().await;
    let michael = world.michael().await;
    let group = group(&world, "Administrators");
    let page = michael.get(&format!("{MICKS}/groups/{group}")).await;
    page.must_say("cannot be changed or deleted").must_say("Michael Goldmill").must_not_say("Delete group");
    for act in ["edit", "delete"] {
        let url = format!("{MICKS}/groups/{group}/{act}");
        michael.get(&url).await.must_be(409).must_say("This group cannot be changed");
        let csrf = michael.get("/profile").await.value("csrf");
        let typed = [("csrf", csrf.as_str()), ("name", "Nobody"), ("revision", "1")];
        michael.post(&url, &typed).await.must_be(409);
    }
}

#[actix_web::test]
async fn two_who_change_a_persons_groups_at_once_do_not_undo_each_other() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    create(&michael, "Sales", &["customers.view"]).await.must_be(303);
    create(&michael, "Support", &["usage.view"]).await.must_be(303);
    let url = format!("{MICKS}/users/{}/groups", paulie(&world));
    let (one, other) = (michael.get(&url).await, tony.get(&url).await);
    let readers = group(&world, "Readers");
    for (client, page, name) in [(&michael, &one, "Sales"), (&tony, &other, "Support")] {
        let (csrf, before, added) = (page.value("csrf"), page.value("before"), group(&world, name));
        let typed = [
            ("csrf", csrf.as_str()),
            ("before", before.as_str()),
            ("groups", readers.as_str()),
            ("groups", added.as_str()),
        ];
        client.post(&url, &typed).await.must_be(303);
    }
    michael.get(&format!("{MICKS}/users?q=paulie")).await.must_say("Readers, Sales, Support");
}

#[actix_web::test]
async fn nobody_gives_or_takes_more_than_they_hold() {
    let world = World::new().await;
    let (michael, manager) = (world.michael().await, world.paulie().await);
    create(&michael, "People", &["administration.manage", "customers.view"]).await.must_be(303);
    create(&michael, "Signers", &["contracts.sign"]).await.must_be(303);
    let (people, signers, administrators) =
        (group(&world, "People"), group(&world, "Signers"), group(&world, "Administrators"));
    place(&world, &michael, &[&people]).await.must_be(303);
    for key in ["contracts.sign", "customers.manage"] {
        create(&manager, "Mine", &[key]).await.must_be(409).must_say("more permissions than you have");
    }
    create(&manager, "Mine", &["customers.view", "administration.view"]).await.must_be(303);
    place(&world, &manager, &[&people, &signers]).await.must_be(409).must_say("Sign contracts");
    place(&world, &manager, &[&people, &administrators]).await.must_be(409).must_say("Only administrators");
    let page = manager.get(&format!("{MICKS}/users/new")).await;
    let typed = [("emails", "drago@example.com"), ("groups", administrators.as_str())];
    manager.submit(&page, &typed).await.must_be(409).must_say("Only administrators");
    let tony = world.text("SELECT id AS t FROM users WHERE email LIKE 'tony%'");
    manager.get(&format!("{MICKS}/users/{tony}/remove")).await.must_say("Administrators can do everything");
    let csrf = manager.get("/profile").await.value("csrf");
    manager.post(&format!("{MICKS}/users/{tony}/remove"), &[("csrf", &csrf)]).await.must_be(409);
    manager.post(&format!("{MICKS}/groups/{signers}/delete"), &[("csrf", &csrf)]).await.must_be(409);
}

#[actix_web::test]
async fn a_refusal_names_the_permission_the_groups_that_have_it_and_who_can_grant_it() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let url = format!("{MICKS}/hubs/new");
    let bare = paulie.get(&url).await;
    bare.must_be(403)
        .must_say("You don't have access")
        .must_say("The missing permission is “Manage marketplaces and hubs”");
    bare.must_say("None of your company's groups allows it, except Administrators");
    bare.must_say("Michael Goldmill and Tony Fields can change that");
    create(&michael, "Sales", &["marketplaces.manage"]).await.must_be(303);
    paulie.get(&url).await.must_be(403).must_say("It comes with the group Sales");
    let signing = paulie.get(&format!("{MICKS}/contracts/new")).await;
    signing.must_be(403).must_say("“Manage contracts, without signing” and “Sign contracts”");
    paulie.get(&format!("{MICKS}/language")).await.must_be(403).must_say("Only administrators can do this");
}

/// Where the links and forms of a page lead, inside the portal.
fn ways(page: &Answer, base: &str) -> Vec<(Method, String)> {
    let html = page.html();
    let attribute = |select: &str, name: &str| -> Vec<String> {
        html.select(&selector(select)).filter_map(|one| one.value().attr(name).map(str::to_owned)).collect()
    };
    let links = attribute("main a[href], nav a[href]", "href").into_iter().map(|href| (Method::GET, href));
    let forms = attribute("main form[method='post'][action]", "action").into_iter().map(|to| (Method::POST, to));
    links.chain(forms).filter(|(_, href)| href.starts_with(base)).collect()
}

/// Who may only look, in each portal: every page that opens leads to nothing that is refused, and every act is refused in words.
#[actix_web::test]
async fn who_may_only_look_is_offered_no_act_and_refused_every_one_in_words() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    // whoever may look at everything, and nothing else
    world.run(
        "UPDATE groups SET permissions = ARRAY['directory.view', 'contracts.view', 'marketplaces.view', 'agreements.view', \
         'products.view', 'listings.view', 'customers.view', 'subscriptions.view', 'tier_config.view', 'usage.view', \
         'integrations.view', 'administration.view'] WHERE NOT administrators",
    );
    let (paulie, bianca) = (world.paulie().await, world.signed_in("bianca@acreedllc.example").await);
    let (mut acts, mut wrong) = (0, BTreeSet::new());
    for (role, base, client) in
        [(Role::Distributor, MICKS, &paulie), (Role::Reseller, ACREED, &bianca), (Role::Vendor, CHAMPIONS, &bianca)]
    {
        let csrf = client.get("/profile").await.value("csrf");
        let mut tried = BTreeSet::new();
        for mount in portals::screens(role) {
            let url = address(base, &mount.path, role, &drawn);
            if mount.method == Method::POST {
                let answer = client.post(&url, &[("csrf", &csrf)]).await;
                if answer.status == 403 {
                    acts += 1;
                    assert!(
                        answer.says("don't allow you to") && answer.says("can change that"),
                        "{url}: {}",
                        answer.text()
                    );
                }
                continue;
            }
            let page = client.get(&url).await;
            let is_page = page.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
            if page.status != 200 || !is_page {
                continue;
            }
            for (method, href) in ways(&page, base) {
                // a list is the same whatever it is asked
                if !tried.insert(href.split('?').next().unwrap_or_default().to_owned()) {
                    continue;
                }
                let answer = match method {
                    Method::GET => client.get(&href).await,
                    _ => client.post(&href, &[("csrf", &csrf)]).await,
                };
                if answer.status == 403 {
                    wrong.insert(format!("{} {url} offers {href}", role.key()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(acts > 100, "only {acts} acts were refused");
}

/// Who is in no group: Home opens, everything else is refused in words, and the menu has nothing else.
#[actix_web::test]
async fn who_is_in_no_group_has_home_and_nothing_else() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    world.run("DELETE FROM group_members WHERE user_id IN (SELECT id FROM users WHERE email LIKE 'paulie%')");
    let paulie = world.paulie().await;
    let home = paulie.get(MICKS).await;
    home.must_be(200);
    let menu: Vec<String> =
        ways(&home, MICKS).into_iter().map(|(_, href)| href).filter(|href| *href != *MICKS).collect();
    assert_eq!(menu, Vec::<String>::new());
    let mut open = Vec::new();
    for mount in portals::screens(Role::Distributor).into_iter().filter(|mount| mount.method == Method::GET) {
        let url = address(MICKS, &mount.path, Role::Distributor, &drawn);
        let answer = paulie.get(&url).await;
        match answer.status {
            200 => open.push(mount.path),
            403 => assert!(answer.says("can change that"), "{url}: {}", answer.text()),
            404 => {}
            status => panic!("{url} answers {status}"),
        }
    }
    assert!(
        open.iter()
            .all(|path| ["", "/to-do", "/notifications", "/notifications/count", "/search"].contains(&path.as_str())),
        "{open:?}"
    );
}

#[actix_web::test]
async fn a_page_that_a_contract_would_open_says_which_right_is_missing() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/agreements")).await;
    page.must_be(200);
    world.run("UPDATE contracts SET allows_program = false WHERE signee_id = 'PA-196-115'");
    // a service contract is enough to sell
    donnie.get(&format!("{ACREED}/marketplaces")).await.must_be(200);
    let page = donnie.get(&format!("{ACREED}/agreements")).await;
    page.must_be(404)
        .must_say("Your company doesn't have this right")
        .must_say("the right to write program agreements")
        .must_say("Mighty Mick's LLC can offer one");
    donnie.get(&page.link("View contracts")).await.must_be(200);
    // what no right of a reseller opens is not there, and so is another company's
    donnie.get(&format!("{ACREED}/branding")).await.must_be(404).must_say("Page not found");
    donnie.get(&format!("{MICKS}/marketplaces")).await.must_be(404).must_say("Page not found");
    world.run(
        "UPDATE contracts SET status = 'terminated', ended_at = now() WHERE signee_id = 'PA-196-115' AND status = 'active'",
    );
    let page = donnie.get(&format!("{ACREED}/marketplaces")).await;
    page.must_be(404)
        .must_say("a company needs an active service contract")
        .must_say("Mighty Mick's LLC can offer one");
}
