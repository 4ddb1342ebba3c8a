//! The owner of a marketplace works through what vendors report: a file beside its list, the next one by itself, many at once, each on what was
//! shown of it.

use crate::{
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
    usage::{csv, id, ready, row, status, submit, upload},
};

/// The list that the files of these tests stand in, the oldest first.
fn list() -> String {
    format!("{MICKS}/usage-files?q=Weekly&status=pending&sort=created")
}

/// Three files that wait, the oldest first: their ids.
async fn three(world: &World, apollo: &Client) -> [String; 3] {
    let mut files = Vec::new();
    for name in ["Weekly one", "Weekly two", "Weekly three"] {
        let page = ready(world, apollo, name, &[row(name, "1")]).await;
        submit(apollo, &page).await;
        files.push(id(&page));
    }
    files.try_into().expect("three")
}

/// Their pages, as one opens them from the list.
async fn opened(michael: &Client) -> [String; 3] {
    let list = michael.get(&list()).await;
    list.must_be(200).attributes("a.cell-link", "href").try_into().expect("three rows")
}

/// The vendor submits other figures of a file that was sent back.
async fn mend(world: &World, apollo: &Client, file: &str) {
    let page = apollo.get(&format!("{CHAMPIONS}/usage-files/{file}")).await;
    let page =
        upload(world, apollo, &page, &csv(&[row(&format!("{file}-1"), "2"), row(&format!("{file}-2"), "3")])).await;
    submit(apollo, &page).await;
}

async fn reject(michael: &Client, file: &str) {
    let form = michael.get(&format!("{MICKS}/usage-files/{file}/reject")).await;
    michael.submit(&form, &[("note", "An hour is missing")]).await.must_be(303);
}

fn held(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM held_decisions")
}

fn told(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'usage_decided' AND recipient LIKE 'apollo%'")
}

/// The same list with every row ticked.
async fn ticked(michael: &Client) -> Answer {
    michael.get(&format!("{}&select=all", list())).await
}

#[actix_web::test]
async fn a_file_is_read_and_accepted_beside_its_list_and_the_next_comes_by_itself() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let [first, second, third] = three(&world, &apollo).await;
    let at = opened(&michael).await;
    for (page, file) in at.iter().zip([&first, &second, &third]) {
        assert!(page.contains(file.as_str()), "the oldest first: {at:?}");
    }
    let page = michael.get(&at[1]).await;
    assert_eq!(page.must_say("Your decision").texts(".queue-place p").concat(), "2 of 3");
    assert_eq!(page.attributes(".queue a", "href"), at);
    assert_eq!(page.attribute(".queue [aria-current='page']", "href"), at[1]);
    assert_eq!(
        (page.attribute("[rel='prev']", "href"), page.attribute("[rel='next']", "href")),
        (at[0].clone(), at[2].clone())
    );
    let back = page.attribute(".queue-place .back", "href");
    assert_eq!(michael.get(&back).await.attributes("a.cell-link", "href"), at);
    let keys = page.attributes("main [data-key]", "data-key");
    for key in ["u", "k", "j", "a", "i"] {
        assert!(keys.iter().any(|one| one == key), "{key} of {keys:?}");
    }
    // the other pages of the file know the way back to it, and to the list
    for tab in ["Comparison", "Records", "History"] {
        let other = michael.get(&page.link(tab)).await;
        assert_eq!(
            (other.link("General"), other.attribute("main .back", "href")),
            (at[1].clone(), back.clone()),
            "{tab}"
        );
    }
    // a search for records keeps the list
    let records = michael.get(&page.attribute("[aria-label='Usage by item'] a", "href")).await;
    assert_eq!(records.must_say("Weekly two").link("General"), at[1]);
    let all = michael.get(&records.link("Clear all")).await;
    assert_eq!(
        (all.link("General"), format!("?{}", all.value("list"))),
        (at[1].clone(), at[1].replace(&page_of(&second), ""))
    );

    // decided where it is read, it has not happened yet
    let answer = michael.submit_to(&page, Some("/accept"), &[("note", "Fine.")]).await;
    assert_eq!(answer.must_be(303).location(), at[2]);
    let next = michael.follow(answer).await;
    next.must_say("Accepted: ").must_say("Weekly two").must_say("Undo");
    assert_eq!((status(&world, &second), held(&world), told(&world)), ("pending".into(), 1, 0));
    michael
        .get(&at[1])
        .await
        .must_say("decided: Accepted.")
        .must_not_say("Your decision")
        .must_not_say("Accept the file");
    apollo.get(&format!("{CHAMPIONS}/usage-files/{second}")).await.must_say("Pending").must_not_say("Fine.");
    let undone = michael.submit_to(&next, Some(&format!("{second}/undo")), &[]).await;
    assert_eq!((undone.must_be(303).location(), held(&world)), (at[1].as_str(), 0));
    let page = michael.follow(undone).await;
    michael.submit_to(page.must_say("Undone."), Some("/accept"), &[("note", "Fine.")]).await.must_be(303);
    // until then nobody decides otherwise
    let form = michael.get(&format!("{MICKS}/usage-files/{second}/reject")).await;
    michael.press(&form, &[("note", "No")]).await.must_be(409).must_say("has already been decided");
    world.seconds_later().await;
    assert_eq!((status(&world, &second), held(&world), told(&world)), ("accepted".into(), 0, 1));
    apollo.get(&format!("{CHAMPIONS}/usage-files/{second}")).await.must_say("Accepted").must_say("Fine.");

    // a reason is asked for on a page of its own, and the next comes as well: the last one before it, then the list
    let form = michael.get(&michael.get(&at[2]).await.link("Reject")).await;
    let answer = michael.submit(&form, &[("note", "An hour is missing")]).await;
    assert_eq!((answer.must_be(303).location(), status(&world, &third)), (at[0].as_str(), "rejected".into()));
    let page = michael.follow(answer).await;
    let done = michael.submit_to(&page, Some("/accept"), &[]).await;
    assert_eq!(done.must_be(303).location(), back);
    // what is accepted is closed where it stands
    let form = michael.get(&michael.get(&at[1]).await.link("Close")).await;
    let closed = michael.submit(&form, &[("billing_reference", "INV-1")]).await;
    assert_eq!(closed.must_be(303).location(), at[1]);
}

/// The page of a file without its list.
fn page_of(file: &str) -> String {
    format!("{MICKS}/usage-files/{file}")
}

#[actix_web::test]
async fn a_file_that_was_opened_from_elsewhere_stands_in_what_waits() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let [first, ..] = three(&world, &apollo).await;
    let page = michael.get(&page_of(&first)).await;
    assert_eq!(page.must_be(200).texts(".queue-place p").concat(), "2 of 4", "behind the one of the cast");
    reject(&michael, &first).await;
    let over = michael.get(&page_of(&first)).await;
    assert!(over.must_be(200).attributes(".queue", "class").is_empty());
    // whoever only looks has the list that it came from, and nothing to decide
    let paulie = world.paulie().await;
    let alone = paulie.get(&page_of(&first)).await;
    assert!(alone.must_be(200).attributes(".queue, .decision-bar", "class").is_empty());
    let listed = paulie.get(&opened_two(&paulie).await).await;
    assert_eq!(listed.must_not_say("Your decision").texts(".queue-place p").concat(), "1 of 2");
    // a vendor's pages are as they were
    let own = apollo.get(&format!("{CHAMPIONS}/usage-files/{first}?status=rejected")).await;
    assert!(own.must_say("An hour is missing").attributes(".queue, .decision-bar", "class").is_empty());
}

/// The first of those that wait still.
async fn opened_two(client: &Client) -> String {
    client.get(&list()).await.attribute("a.cell-link", "href")
}

#[actix_web::test]
async fn only_what_the_page_showed_is_accepted() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let [first, ..] = three(&world, &apollo).await;
    let at = opened(&michael).await;
    let page = michael.get(&at[0]).await;
    reject(&michael, &first).await;
    mend(&world, &apollo, &first).await;
    let refused = michael.press_at(&page, "/accept").await;
    refused.must_be(409).must_say("This page has changed").must_say("The records changed");
    assert_eq!((status(&world, &first), held(&world)), ("pending".into(), 0));
    // a note that is too long is said at its field, and stays as it was typed
    let page = michael.get(&at[0]).await;
    let long = "x".repeat(201);
    let again = michael.press_with(&page, "/accept", &[("note", &long)]).await;
    assert_eq!(again.must_be(422).errors().len(), 1);
    again.must_say("Your decision").must_say(&long);
    assert_eq!(held(&world), 0);
    michael.submit_to(&again, Some("/accept"), &[("note", "")]).await.must_be(303);
    world.seconds_later().await;
    assert_eq!(status(&world, &first), "accepted");
}

#[actix_web::test]
async fn many_are_accepted_as_the_list_showed_them() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let [first, second, third] = three(&world, &apollo).await;
    let page = ticked(&michael).await;
    assert_eq!(page.attributes("input.tick[checked]", "value").len(), 3);
    // meanwhile one comes again with other figures, and one is accepted
    reject(&michael, &second).await;
    mend(&world, &apollo, &second).await;
    let form = michael.get(&format!("{}/accept", page_of(&third))).await;
    michael.submit(&form, &[]).await.must_be(303);
    let results = michael.submit_many(&page, "accept", &[]).await;
    assert_eq!(results.must_be(200).texts(".results .banner-title"), ["1 file accepted"]);
    let mut refused = results.texts(".results p + ul li");
    refused.sort_by_key(|line| line.contains("is now accepted"));
    let changed = "It changed after you opened this list. Check it before you decide.";
    assert!(refused[0].ends_with(&format!("{second} {changed}")), "{refused:?}");
    // who was faster is named, with when
    let faster = format!("{third} Michael Goldmill, Mighty Mick's LLC accepted the file on ");
    assert!(refused[1].contains(&faster), "{refused:?}");
    assert!(refused[1].ends_with(&format!("{third} is now accepted.")), "{refused:?}");
    assert_eq!(results.texts(".results details li .id"), [first.as_str()]);
    assert_eq!((status(&world, &first), status(&world, &second)), ("accepted".into(), "pending".into()));
    // who was shown nothing accepts nothing
    let csrf = page.value("csrf");
    let bare = [("csrf", csrf.as_str()), ("act", "accept"), ("id", second.as_str())];
    michael.post(&format!("{MICKS}/usage-files/many"), &bare).await.must_be(200).must_say(changed);
    // the list that tells it shows the figures of now
    let results = michael.submit_many(&results, "accept", &[]).await;
    assert_eq!(results.must_be(200).texts(".results .banner-title"), ["1 file accepted"]);
    assert_eq!((status(&world, &second), told(&world)), ("accepted".into(), 4));
}

#[actix_web::test]
async fn many_are_rejected_for_one_reason() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let [first, second, third] = three(&world, &apollo).await;
    // one of them is decided about, and can still be undone
    let at = opened(&michael).await;
    let page = michael.get(&at[2]).await;
    michael.submit_to(&page, Some("/accept"), &[]).await.must_be(303);
    let page = ticked(&michael).await;
    let all = page.attributes("input.tick[checked]", "value");
    let refused = michael.submit_many(&page, "reject", &[("reason", "")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a reason"]);
    assert_eq!(refused.attributes("input.tick[checked]", "value"), all);
    let long = "x".repeat(201);
    let refused = michael.submit_many(&page, "reject", &[("reason", &long)]).await;
    assert_eq!(refused.must_be(422).errors(), ["Reason for rejecting must be 200 characters or fewer"]);
    assert_eq!((refused.value("reason"), status(&world, &first)), (long, "pending".into()));
    let results = michael.submit_many(&page, "reject", &[("reason", "An hour is missing")]).await;
    assert_eq!(results.must_be(200).texts(".results .banner-title"), ["2 files rejected"]);
    results.must_say("1 was not changed:").must_say(&format!("decided on {third} a moment ago"));
    assert_eq!((status(&world, &first), status(&world, &second)), ("rejected".into(), "rejected".into()));
    apollo.get(&format!("{CHAMPIONS}/usage-files/{first}")).await.must_say("An hour is missing");
    let none = michael.submit_many(&michael.get(&list()).await, "accept", &[]).await;
    assert_eq!(none.must_be(422).errors(), ["Select at least one row"]);
}

#[actix_web::test]
async fn nobody_else_decides_about_a_file() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let [first, ..] = three(&world, &apollo).await;
    let row = ticked(&michael).await.attributes("input.tick[checked]", "value").remove(0);
    let shown = michael.get(&format!("{}/accept", page_of(&first))).await.value("shown");
    let (donnie, paulie) = (world.donnie().await, world.paulie().await);
    let said = "?status=pending&sort=created";
    // another owner of marketplaces, a vendor, and a colleague who may only look
    for (client, base, one, many) in
        [(&donnie, ACREED, 404, 200), (&apollo, CHAMPIONS, 404, 404), (&paulie, MICKS, 403, 403)]
    {
        let csrf = client.get("/profile").await.value("csrf");
        let here = format!("{base}/usage-files/{first}");
        for act in ["accept", "reject", "undo"] {
            let typed = [("csrf", csrf.as_str()), ("shown", shown.as_str()), ("note", "No"), ("undo", "yes")];
            client.post(&format!("{here}/{act}{said}"), &typed).await.must_be(one);
            client.post(&format!("{here}/{act}"), &typed[..3]).await.must_be(one);
        }
        for act in ["accept", "reject"] {
            let typed = [("csrf", csrf.as_str()), ("act", act), ("id", row.as_str()), ("reason", "No")];
            let answer = client.post(&format!("{base}/usage-files/many{said}"), &typed).await;
            if answer.must_be(many).status == 200 {
                answer.must_say("It doesn't exist.");
            }
        }
        let list = client.get(&format!("{base}/usage-files?status=pending")).await;
        assert!(list.must_be(200).attributes("input.tick", "value").is_empty());
    }
    assert_eq!((status(&world, &first), held(&world), told(&world)), ("pending".into(), 0, 0));
}
