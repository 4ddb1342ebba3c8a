//! What passwords ask of people: they are hidden, may be filled in and pasted, never expire, and have no hint behind them.

use entente::demo::PASSWORD;

use crate::support::{World, world::MICKS};

#[actix_web::test]
async fn a_password_is_hidden_while_it_is_typed_and_a_manager_may_fill_it_in() {
    let world = World::new().await;
    let (guest, michael) = (world.stranger(), world.michael().await);
    for (page, what) in [
        (guest.get("/sign-in").await, "current-password"),
        (michael.get("/profile/password").await, "new-password"),
        (michael.get("/prove").await, "current-password"),
    ] {
        let fields = page.must_be(200).attributes("input[autocomplete$='-password']", "type");
        assert!(!fields.is_empty() && fields.iter().all(|kind| kind == "password"), "{}: {fields:?}", page.path);
        assert!(page.attributes("input[type='password']", "autocomplete").contains(&what.to_owned()), "{}", page.path);
        assert_eq!(page.attributes("input[type='password']", "value"), Vec::<String>::new(), "{}", page.path);
        assert_eq!(page.attributes("[onpaste], [oncopy]", "name"), Vec::<String>::new(), "{}", page.path);
    }
    // a manager knows whose password it is by the field before it
    assert_eq!(guest.get("/sign-in").await.attributes("input[type='email']", "autocomplete"), ["username"]);
}

#[actix_web::test]
async fn an_old_password_is_as_good_as_a_new_one() {
    let world = World::new().await;
    world.run("UPDATE users SET password_set_at = now() - interval '10 years' WHERE email LIKE 'paulie@%'");
    let guest = world.stranger();
    let page = guest.get("/sign-in").await;
    let answer = guest.submit(&page, &[("email", "paulie@mightymicks.example"), ("password", PASSWORD)]).await;
    let home = guest.follow(answer).await;
    assert_eq!(home.must_be(200).path, MICKS, "nothing is asked in between");
}

#[actix_web::test]
async fn a_forgotten_password_is_asked_for_by_an_email_alone() {
    let world = World::new().await;
    let page = world.stranger().get("/forgot-password").await;
    let asked = page.must_be(200).attributes("main input:not([type='hidden']), main select, main textarea", "name");
    assert_eq!(asked, ["email"], "no question that somebody else could answer");
}
