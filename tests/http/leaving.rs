//! Somebody leaves a company by themselves, and stays on the platform.

use crate::{
    binding::at_once,
    support::{
        World,
        world::{ACREED, MICKS},
    },
};

const OTHER: &str = "/vendor/VA-610-774";

#[actix_web::test]
async fn somebody_leaves_one_company_and_keeps_the_others() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let tab = tony.copy();
    tab.get(MICKS).await.must_be(200);
    let page = tony.get("/profile").await;
    let page = tony.get(&page.link("Leave Mighty Mick's LLC")).await;
    page.must_be(200)
        .must_say("You'll immediately lose access to Mighty Mick's LLC")
        .must_say("To come back, you need a new invitation");
    let answer = tony.submit(&page, &[]).await;
    tony.follow(answer).await.must_be(200).must_say("You left Mighty Mick's LLC").must_not_say("PA-469-206");
    tab.get(MICKS).await.must_be(404);
    tony.get(OTHER).await.must_be(200);
    michael.get(&format!("{MICKS}/users")).await.must_not_say("Tony Fields");
    michael.get(&format!("{MICKS}/activity?event=left+the+company")).await.must_say("Tony Fields");
    // once is enough, and a company of others is not told of
    for account in ["PA-469-206", "PA-196-115", "PA-000-000", "nobody"] {
        tony.get(&format!("/profile/leave/{account}")).await.must_be(404);
    }
}

#[actix_web::test]
async fn the_only_administrator_stays_and_of_two_who_leave_at_once_one_does() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let page = donnie.get("/profile/leave/PA-196-115").await;
    page.must_be(200).must_say("only administrator who can sign in at ACreed LLC").must_not_say("To come back");
    let csrf = donnie.get("/profile").await.value("csrf");
    let refused = donnie.post("/profile/leave/PA-196-115", &[("csrf", &csrf)]).await;
    refused.must_be(409).must_say("A company needs an administrator");
    donnie.get(ACREED).await.must_be(200);
    world.run(
        "INSERT INTO group_members (group_id, account_id, user_id) SELECT g.id, g.account_id, u.id FROM groups g, users u \
         WHERE g.administrators AND g.account_id = 'PA-196-115' AND u.email LIKE 'bianca@%'",
    );
    let both = ["donnie@acreedllc.example", "bianca@acreedllc.example"];
    let answers = at_once(&world, both.map(|email| (email, "/profile/leave/PA-196-115".into(), vec![])));
    assert!(answers.contains(&303) && answers.contains(&409), "{answers:?}");
    assert_eq!(
        world.number(
            "SELECT count(*) AS n FROM group_members gm JOIN groups g ON g.id = gm.group_id \
             WHERE g.account_id = 'PA-196-115' AND g.administrators"
        ),
        1
    );
}
