//! Keys of the schema that two acts at once can break: the later one reads the same words, at the same field, as if it had come later.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use futures_util::future::join;

use crate::support::{
    Answer, Client, World,
    world::{CHAMPIONS, MICKS},
};

const HUB: &str = "HB-2468-1357";

/// Sends a form while somebody else has done `first` and commits only then.
async fn behind(world: &World, first: &str, client: &Client, page: &Answer, typed: &[(&str, &str)]) -> Answer {
    let mut other = world.sql();
    other.batch_execute(&format!("BEGIN; {first}")).unwrap();
    let commits = async {
        actix_web::rt::time::sleep(Duration::from_millis(400)).await;
        other.batch_execute("COMMIT").unwrap();
    };
    join(client.submit(page, typed), commits).await.0
}

fn hub(id: &str, name: &str, instance: &str) -> String {
    format!(
        "INSERT INTO hubs (id, owner_id, name, description, instance, created_at, updated_at) \
         SELECT '{id}', owner_id, '{name}', 'd', '{instance}', now(), now() FROM hubs WHERE id = '{HUB}'"
    )
}

#[actix_web::test]
async fn of_two_hubs_at_once_the_later_reads_which_name_is_taken() {
    let world = World::new().await;
    let michael = world.michael().await;
    for (first, errors) in [
        (hub("HB-1111-1111", "Twin", "one"), ["Another of your hubs already has this name"]),
        (hub("HB-1111-2222", "Other", "twin"), ["Another of your hubs already has this instance ID"]),
    ] {
        let page = michael.get(&format!("{MICKS}/hubs/new")).await;
        let typed = [("name", "Twin"), ("instance", "twin"), ("description", "d")];
        let answer = behind(&world, &first, &michael, &page, &typed).await;
        assert_eq!(answer.must_be(422).errors(), errors);
        world.run("DELETE FROM hubs WHERE id LIKE 'HB-1111-%'");
    }
}

#[actix_web::test]
async fn a_hub_that_is_being_changed_takes_no_name_that_is_being_taken() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/hubs/{HUB}/edit")).await;
    let first = hub("HB-1111-1111", "Twin", "one");
    let answer = behind(&world, &first, &michael, &page, &[("name", "Twin")]).await;
    assert_eq!(answer.must_be(422).errors(), ["Another of your hubs already has this name"]);
}

#[actix_web::test]
async fn a_hub_goes_from_under_nobody() {
    let world = World::new().await;
    let michael = world.michael().await;
    let typed = [("name", "Spare"), ("description", "d")];
    let page = michael.get(&format!("{MICKS}/hubs/new")).await;
    let made = michael.submit(&page, &typed).await.must_be(303).location().to_owned();
    let id = made.rsplit('/').next().unwrap();
    // somebody takes it into a marketplace while it is removed
    let page = michael.get(&format!("{made}/remove")).await;
    let first = format!(
        "INSERT INTO marketplace_hubs (marketplace_id, owner_id, hub_id, external_account) \
         SELECT id, owner_id, '{id}', 'x' FROM marketplaces WHERE id = 'MP-68204'"
    );
    let answer = behind(&world, &first, &michael, &page, &[]).await;
    answer.must_be(409).must_say("This hub cannot be removed");
    // somebody removes it while it is taken into a marketplace
    world.run(&format!("DELETE FROM marketplace_hubs WHERE hub_id = '{id}'"));
    let page = michael.get(&format!("{MICKS}/marketplaces/MP-68204/edit")).await;
    let used = [("hub", id), ("external_id", "acc-1")];
    let answer = behind(&world, &format!("DELETE FROM hubs WHERE id = '{id}'"), &michael, &page, &used).await;
    assert_eq!(answer.must_be(422).errors(), ["One of these hubs no longer exists"]);
}

#[actix_web::test]
async fn of_two_marketplaces_or_tokens_at_once_the_later_reads_that_its_name_is_taken() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/marketplaces/MP-68204/edit")).await;
    let first = "INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
                 SELECT 'MP-11111', owner_id, 'Twin', currency, countries, prices, now(), now() \
                 FROM marketplaces WHERE id = 'MP-68204'";
    let answer = behind(&world, first, &michael, &page, &[("name", "Twin")]).await;
    assert_eq!(answer.must_be(422).errors(), ["Another of your marketplaces already has this name"]);

    let token = async |name: &str| {
        let page = michael.get(&format!("{MICKS}/tokens/new")).await;
        (page, [("name", name.to_owned()), ("permissions", "customers.view".to_owned())])
    };
    let (page, typed) = token("First").await;
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    michael.submit(&page, &typed).await.must_be(200);
    let (page, typed) = token("Twin").await;
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let first = "UPDATE api_tokens SET name = 'Twin' WHERE name = 'First'";
    let answer = behind(&world, first, &michael, &page, &typed).await;
    assert_eq!(answer.must_be(422).errors(), ["Another of your tokens already has this name"]);
}

#[actix_web::test]
async fn of_two_parts_of_a_product_at_once_the_later_reads_that_its_name_is_taken() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = world.text("SELECT id AS t FROM products WHERE name = 'Apollo Pulse'");
    let base = format!("{CHAMPIONS}/products/{product}");
    let page = apollo.get(&format!("{base}/items/new/reservation")).await;
    let typed = [("name", "Twin"), ("mpn", "T-1"), ("description", "d"), ("unit", "users")];
    let first = format!(
        "INSERT INTO items (id, product_id, type, name, mpn, description, precision, unit, period, commitment, position, \
         created_at, updated_at) SELECT product_id || '-9999', product_id, type, 'twin', 'X', 'd', precision, unit, period, \
         commitment, 1, now(), now() FROM items WHERE product_id = '{product}' AND type = 'reservation' LIMIT 1"
    );
    let answer = behind(&world, &first, &apollo, &page, &typed).await;
    assert_eq!(answer.must_be(422).errors(), ["Another item of this product already has this name"]);
}
