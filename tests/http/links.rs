//! Links as people really open them: out of a message that added a full stop, broke the line, or lost the end.

use crate::{
    contracts::invite,
    support::{
        Answer, World,
        world::{MICKS, key},
    },
};

/// A link of each sort that comes by mail or by hand, as a path.
async fn links(world: &World) -> Vec<String> {
    let michael = world.michael().await;
    let (_, activation) = invite(&michael, MICKS, "service", "Welcome").await;
    world.run(
        "UPDATE fulfillment_requests SET status = 'inquiring', form_nonce = '\\x0102', question = 'Where?' \
         WHERE customer_name LIKE 'Adrian%'",
    );
    let request = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'inquiring'");
    let form = entente::modules::orders::form_of(&key(), "", &request, Some(&[1, 2])).expect("a link");
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", "michael@mightymicks.example")]).await;
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let mails =
        entente::mail::sender::unsent(&mut world.sql(), &entente::portals::letters(key(), String::new(), false))
            .expect("the outbox reads");
    let reset = mails.iter().flat_map(|mail| mail.lines()).find(|line| line.starts_with("/set-password/"));
    vec![activation, form, reset.expect("a link").to_owned()]
}

fn asks_for_the_whole(answer: &Answer) {
    answer.must_be(404).must_say("Open the full link from the message").must_not_say("another company");
}

#[actix_web::test]
async fn what_a_message_adds_to_a_link_is_forgiven() {
    let world = World::new().await;
    for link in links(&world).await {
        let (base, code) = link.rsplit_once('/').expect("a code");
        let (root, id) = base.rsplit_once('/').expect("an id");
        let (one, two) = code.split_at(20);
        let mut forgiven: Vec<String> = [
            ".",
            ",",
            ")",
            ").",
            "]",
            "%3E",
            "%22",
            "'",
            ";",
            "!",
            "?",
            "/",
            "%20",
            "%C2%A0",
            "%E2%80%9D.",
            "*",
            "%7C",
            "_",
        ]
        .iter()
        .map(|behind| format!("{link}{behind}"))
        .collect();
        forgiven.extend(
            ["%0A", "%0D%0A", "=%0D%0A", "=", "%20", "%E2%80%8B"].map(|within| format!("{base}/{one}{within}{two}")),
        );
        forgiven.push(format!("{root}/{}/{code}", id.to_lowercase()));
        forgiven.push(format!("{root}/{}%0D%0A{}/{code}", &id[..6], &id[6..]));
        forgiven.push(format!("{base}/%3C{code}%3E"));
        for changed in forgiven {
            let answer = world.stranger().get(&changed).await;
            assert_eq!(answer.must_be(303).location(), base, "{changed}");
        }
    }
}

#[actix_web::test]
async fn what_is_no_complete_link_says_so() {
    let world = World::new().await;
    for link in links(&world).await {
        let (base, code) = link.rsplit_once('/').expect("a code");
        let (root, _) = base.rsplit_once('/').expect("an id");
        let broken = [
            // cut off
            link[..link.len() - 1].to_owned(),
            link[..link.len() - 20].to_owned(),
            format!("{base}/"),
            root.to_owned(),
            format!("{root}/"),
            base[..base.len() - 3].to_owned(),
            // in other letters
            link.to_lowercase(),
            link.to_uppercase(),
            // copied from the address bar, where there is no code any more
            base.to_owned(),
            format!("{base}."),
            format!("{base}/review"),
            format!("{base}/review."),
            format!("{base}/done"),
            format!("{base}/no/such/page"),
            // another code, of nothing, and no id at all
            format!("{base}/Aa{}", "x".repeat(41)),
            format!("{root}/nothing/{code}"),
            format!("{root}/%00/{code}"),
            format!("{root}/%FF%FE/{code}"),
        ];
        for changed in broken {
            let answer = world.stranger().get(&changed).await;
            if changed.starts_with("/set-password") && answer.status == 410 {
                // a complete code of no link that is alive
                answer.must_say("no longer works");
                continue;
            }
            asks_for_the_whole(&answer);
        }
    }
}

#[actix_web::test]
async fn a_wrong_code_and_an_unknown_object_look_alike() {
    let world = World::new().await;
    let code = format!("Aa{}", "x".repeat(41));
    for link in links(&world).await {
        let (base, _) = link.rsplit_once('/').expect("a code");
        let unknown: String = base.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
        let (wrong, none) = (
            world.stranger().get(&format!("{base}/{code}")).await,
            world.stranger().get(&format!("{unknown}/{code}")).await,
        );
        assert_eq!((wrong.status, wrong.text()), (none.status, none.text()), "{base}");
    }
}

#[actix_web::test]
async fn a_form_sent_without_the_links_cookie_says_so_too() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    guest.forget("entente-activation");
    asks_for_the_whole(&guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await);
    guest.get(&format!("/activate/{id}")).await.must_be(404);
}

#[actix_web::test]
async fn an_address_that_does_not_read_is_a_page_that_is_not_there() {
    let world = World::new().await;
    let michael = world.michael().await;
    for path in
        ["contracts/new/no-wizard/type", "customers/imports/no-import", "agreements/AGS-573-089-627/versions/x/sign"]
    {
        let answer = michael.get(&format!("{MICKS}/{path}")).await;
        answer.must_be(404).must_say("Page not found").must_say("Go to the start page");
    }
    let token = michael.get("/profile/sessions").await.value("csrf");
    michael.post("/profile/sessions/no-session", &[("csrf", &token)]).await.must_be(404).must_say("Page not found");
}
