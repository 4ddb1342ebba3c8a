//! A vendor defines a product, publishes versions of it, and ends its sale; a distributor sees what is public.

use std::io::Cursor;

use crate::support::{
    Answer, Client, World,
    world::{CHAMPIONS, CORNER, MICKS, PULSE, RING},
};

const FRONT: &str = "/vendor/VA-610-774";

/// A picture as a person would upload it.
pub fn png() -> Vec<u8> {
    let image = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 90]));
    let mut bytes = Vec::new();
    image::DynamicImage::from(image).write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a PNG");
    bytes
}

/// A new product of the vendor, by its address.
async fn create(client: &Client, base: &str, name: &str, category: &str) -> String {
    let page = client.get(&format!("{base}/products/new")).await;
    let made = client.submit(&page, &[("name", name), ("category", category)]).await;
    made.must_be(303).location().to_owned()
}

async fn fill(client: &Client, path: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(path).await;
    page.must_be(200);
    client.submit(&page, typed).await
}

/// As [`fill`], and it must be taken.
async fn put(client: &Client, path: &str, typed: &[(&str, &str)]) -> Answer {
    let answer = fill(client, path, typed).await;
    answer.must_be(303);
    client.follow(answer).await
}

async fn add_media(client: &Client, product: &str, alt: &str) -> Answer {
    let page = client.get(&format!("{product}/media/new")).await;
    client.upload(&page, &[("type", "image"), ("alt", alt)], "image", &png()).await
}

async fn fork(client: &Client, product: &str, changes: &str, visibility: &str) -> Answer {
    put(client, &format!("{product}/versions/new"), &[("changes", changes), ("visibility", visibility)]).await
}

#[actix_web::test]
async fn a_vendor_creates_a_product_with_something_to_begin_with() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/products/new")).await;
    assert_eq!(apollo.submit(&page, &[]).await.must_be(422).errors(), ["Enter a name"]);
    let typed = [("name", "Apollo Scale"), ("category", "sales")];
    let (one, two) =
        futures_util::future::join(apollo.submit(&page, &typed), apollo.copy().submit(&page, &typed)).await;
    assert_eq!(one.must_be(303).location(), two.location(), "pressed twice, one product");
    let made = one.location().to_owned();
    let shown = apollo.follow(one).await;
    shown.must_say("Product created").must_say("Draft").must_say("Sales");
    assert!(made.rsplit('/').next().is_some_and(|id| id.starts_with("PRD-") && id.len() == 15));
    let needed = apollo.get(&made).await.link("See what is needed");
    apollo.get(&needed).await.must_say("Before you can create the first version");
    apollo.get(&format!("{made}/items")).await.must_say("Default item");
    apollo.get(&format!("{made}/templates")).await.must_say("Activation").must_say("Tier 2 activation");
    apollo.get(&format!("{made}/history")).await.must_say("created the product");
    // what nobody has changed yet is what its setting says it is by default
    let settings = apollo.get(&format!("{made}/settings")).await;
    assert_eq!(settings.texts(".answers .status"), ["Off"; 5]);
    assert_eq!(settings.texts(".answers .cell-sub + .cell-sub"), ["Default: off"; 5]);
    settings.must_say("Subscriptions cannot be suspended").must_not_say("can be suspended and resumed");
    settings.must_not_say("Last changed");
    apollo.get(&format!("{made}/settings/edit")).await.must_say("Default: off.");
    apollo.get(&format!("{CHAMPIONS}/products?q=scale")).await.must_say("Apollo Scale").must_not_say("Apollo Pulse");
}

#[actix_web::test]
async fn general_data_has_its_limits_and_one_editor_at_a_time() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = create(&apollo, CHAMPIONS, "Apollo Scale", "").await;
    let long = "x".repeat(513);
    let edit = format!("{product}/edit");
    fill(&apollo, &edit, &[("short_description", &long)]).await.must_be(422).must_say("512 characters or fewer");
    let (first, second) = (apollo.get(&edit).await, apollo.get(&edit).await);
    let typed = [("category", "sales"), ("short_description", "Weighs"), ("description", "It **weighs**.\n\n<script>")];
    let answer = apollo.submit(&first, &typed).await;
    let shown = apollo.follow(answer).await;
    shown.must_say("Product saved").must_say("Weighs").must_say("It weighs.");
    apollo.submit(&second, &typed).await.must_be(409).must_say("Someone else saved changes while you were editing");
    // an icon: written anew, served at its hash, and taken away again
    let page = apollo.get(&edit).await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    apollo.upload(&page, &[], "icon", svg).await.must_be(422).must_say("must be an image");
    let answer = apollo.upload(&page, &[], "icon", &png()).await;
    let shown = apollo.follow(answer).await;
    let src = shown.attribute("img.product-icon", "src");
    let served = world.stranger().get(&src).await;
    assert_eq!(served.header("content-type"), Some("image/jpeg"));
    assert!(served.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")));
    assert_eq!(served.header("cache-control"), Some("public, max-age=31536000, immutable"));
    put(&apollo, &edit, &[("no_icon", "yes")]).await;
    assert!(apollo.get(&product).await.texts("img.product-icon").is_empty());
    // a document in the same table is no picture
    let document = world.text("SELECT sha256 AS t FROM blobs WHERE media_type = 'text/plain' LIMIT 1");
    apollo.get(&format!("/images/{document}")).await.must_be(404);
    apollo.get("/images/../secret").await.must_be(404);
}

#[actix_web::test]
async fn media_are_pictures_and_known_videos_and_at_most_eight() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = create(&apollo, CHAMPIONS, "Apollo Scale", "sales").await;
    let page = apollo.get(&format!("{product}/media/new")).await;
    let blank = apollo.submit(&page, &[]).await;
    assert_eq!(blank.must_be(422).errors(), ["Choose an image", "Enter a description of what it shows"]);
    for bad in ["http://youtu.be/x", "https://evil.example/x", ""] {
        let typed = [("type", "video"), ("alt", "A tour"), ("url", bad)];
        apollo.upload(&page, &typed, "image", &png()).await.must_be(422);
    }
    let typed = [("type", "video"), ("alt", "A tour"), ("url", "https://youtu.be/x")];
    apollo.upload(&page, &typed, "image", &png()).await.must_be(303);
    for number in 2..=8 {
        add_media(&apollo, &product, &format!("Picture {number}")).await.must_be(303);
    }
    add_media(&apollo, &product, "One too many").await.must_be(409).must_say("at most eight");
    // the second becomes the main one, and what is behind a removed one moves up
    let media = format!("{product}/media");
    let order = |page: &Answer| page.texts(".gallery li > p:first-of-type");
    let page = apollo.get(&media).await;
    assert!(order(&page)[0].starts_with("A tour"));
    let second = world.text("SELECT id AS t FROM product_media WHERE alt = 'Picture 2'");
    let csrf = page.value("csrf");
    apollo.post(&format!("{media}/{second}/move"), &[("csrf", &csrf), ("to", "earlier")]).await.must_be(303);
    assert!(order(&apollo.get(&media).await)[0].starts_with("Picture 2"));
    put(&apollo, &format!("{media}/{second}/remove"), &[]).await;
    let left = order(&apollo.get(&media).await);
    assert_eq!((left.len(), left[0].starts_with("A tour")), (7, true));
    assert_eq!(world.number("SELECT max(position)::bigint AS n FROM product_media WHERE alt LIKE 'Picture%'"), 7);
}

#[actix_web::test]
async fn items_are_unique_and_a_commitment_goes_with_its_period() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = create(&apollo, CHAMPIONS, "Apollo Scale", "sales").await;
    let new = format!("{product}/items/new/reservation");
    let seat = [("name", "Seat"), ("mpn", "S-1"), ("description", "One"), ("unit", "users")];
    let with = |more: &[(&'static str, &'static str)]| [&seat[..], more].concat();
    put(&apollo, &new, &with(&[("period", "yearly"), ("commitment", "3")]))
        .await
        .must_say("Item created")
        .must_say("3 years");
    let refused = fill(&apollo, &new, &with(&[("name", "SEAT"), ("mpn", "s-1")])).await;
    refused.must_be(422);
    let taken: Vec<(&str, &str)> = vec![("name", "SEAT"), ("mpn", "s-1"), ("description", "One"), ("unit", "users")];
    assert_eq!(
        fill(&apollo, &new, &taken).await.must_be(422).errors(),
        [
            "Another item of this product already has this name",
            "Another item of this product already has this part number"
        ]
    );
    let other = [("name", "Other"), ("mpn", "S-2"), ("description", "One"), ("unit", "users")];
    let two_and_three = [&other[..], &[("period", "years_2"), ("commitment", "3")]].concat();
    fill(&apollo, &new, &two_and_three)
        .await
        .must_be(422)
        .must_say("With this billing period, choose none, 4 years or 6 years");
    // pay as you go waits for its setting, and the setting for its items
    let usage = format!("{product}/items/new/ppu");
    apollo.get(&usage).await.must_be(409).must_say("Pay as you go is off");
    let settings = format!("{product}/settings/edit");
    let set = put(&apollo, &settings, &[("usage_schema", "QT")]).await;
    set.must_say("Quantities only").must_say("Last changed").must_say("Apollo Jones");
    let hours =
        [("name", "Hours"), ("mpn", "H-1"), ("description", "Used"), ("precision", "decimal_2"), ("unit", "unith")];
    put(&apollo, &usage, &hours).await.must_say("Unit-hour");
    fill(&apollo, &settings, &[("usage_schema", "off")])
        .await
        .must_be(422)
        .must_say("pay-as-you-go items, so this must stay on");
    // order
    let items = format!("{product}/items");
    let names = |page: &Answer| page.texts("section:first-of-type .cell-name");
    assert_eq!(names(&apollo.get(&items).await), ["Default item", "Seat"]);
    let seat = world.text("SELECT id AS t FROM items WHERE name = 'Seat'");
    let csrf = apollo.get(&items).await.value("csrf");
    apollo.post(&format!("{items}/{seat}/move"), &[("csrf", &csrf), ("to", "earlier")]).await.must_be(303);
    assert_eq!(names(&apollo.get(&items).await), ["Seat", "Default item"]);
    put(&apollo, &format!("{items}/{seat}/delete"), &[]).await.must_say("Item deleted");
    // the number of a deleted item is not given again
    let again = [&other[..], &[("period", "monthly"), ("commitment", "0")]].concat();
    put(&apollo, &new, &again).await;
    assert!(world.text("SELECT id AS t FROM items WHERE mpn = 'S-2'").ends_with("-0004"));
}

/// The form of a parameter, already at its second page.
fn parameter(product: &str, phase: &str, scope: &str, type_: &str) -> String {
    format!("{product}/parameters/new?phase={phase}&scope={scope}&type={type_}")
}

#[actix_web::test]
async fn parameters_keep_their_kind_and_depend_on_each_other_without_circles() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = create(&apollo, CHAMPIONS, "Apollo Scale", "sales").await;
    let kinds = apollo.get(&format!("{product}/parameters/new?phase=ordering")).await;
    kinds.must_say("Radio buttons").must_say("Subdomain");
    let wrong = apollo.get(&parameter(&product, "configuration", "tier1", "text")).await;
    assert_eq!(wrong.must_be(422).errors(), ["Choose a scope that matches the phase"]);
    for type_ in
        ["text", "dropdown", "choice", "checkbox", "email", "phone", "address", "password", "url", "domain", "object"]
    {
        let typed = [("name", type_), ("title", type_), ("choices", "a | First\nb | Second")];
        put(&apollo, &parameter(&product, "ordering", "asset", type_), &typed).await.must_say("Parameter created");
    }
    let typed = [("name", "subdomain"), ("title", "Site"), ("choices", "example.com")];
    put(&apollo, &parameter(&product, "ordering", "asset", "subdomain"), &typed).await;
    let text = parameter(&product, "fulfillment", "asset", "text");
    fill(&apollo, &text, &[("name", "license key"), ("title", "Key")])
        .await
        .must_be(422)
        .must_say("letters, digits, _ and -");
    fill(&apollo, &text, &[("name", "email"), ("title", "Key")]).await.must_be(422).must_say("has this ID");
    put(&apollo, &text, &[("name", "license_key"), ("title", "Key"), ("reconciliation", "yes")]).await.must_say("Key");
    let second = [("name", "other_key"), ("title", "Other"), ("reconciliation", "yes")];
    fill(&apollo, &text, &second).await.must_be(422).must_say("Key is already the reconciliation parameter");
    // choice depends on dropdown; then dropdown may not depend on choice
    let id =
        |name: &str| world.text(&format!("SELECT id AS t FROM parameters WHERE name = '{name}' AND title = '{name}'"));
    let (dropdown, choice) = (id("dropdown"), id("choice"));
    let edit = format!("{product}/parameters/{choice}");
    let depends = [("depends_on", dropdown.as_str()), ("depends_values", "a"), ("depends_effect", "hidden")];
    fill(&apollo, &edit, &[("depends_on", &dropdown), ("depends_values", "z")])
        .await
        .must_be(422)
        .must_say("has no value z");
    put(&apollo, &edit, &depends).await.must_say("Parameter saved").must_say("depends on another parameter");
    let back = [("depends_on", choice.as_str()), ("depends_values", "b"), ("depends_effect", "hidden")];
    fill(&apollo, &format!("{product}/parameters/{dropdown}"), &back)
        .await
        .must_be(422)
        .must_say("parameter depends on this one");
    let page = apollo.get(&format!("{product}/parameters/{dropdown}/delete")).await;
    page.must_say("This parameter cannot be deleted").must_say("choice depends on it");
    // what is asked about kind is not taken from an edit
    let page = apollo.get(&edit).await;
    apollo.submit(&page, &[("type", "text"), ("scope", "tier2")]).await.must_be(303);
    assert_eq!(world.text(&format!("SELECT type || scope AS t FROM parameters WHERE id = '{choice}'")), "choiceasset");
}

#[actix_web::test]
async fn a_template_is_previewed_with_its_parameters_filled_in() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = format!("{CHAMPIONS}/products/{CORNER}");
    put(&apollo, &parameter(&product, "fulfillment", "asset", "text"), &[("name", "license_key"), ("title", "Key")])
        .await;
    let template =
        world.text(&format!("SELECT id AS t FROM templates WHERE product_id = '{CORNER}' AND type = 'fulfillment'"));
    let path = format!("{product}/templates/{template}");
    let page = apollo.get(&path).await;
    page.must_say("Parameters: license_key");
    let body = ("body", "Your key is **{{ license_key }}**. <script>alert(1)</script>");
    let preview = apollo.submit(&page, &[body, ("preview", "yes")]).await;
    preview.must_be(200).must_say("Preview").must_say("Your key is Sample text.");
    assert!(preview.texts("#shown script").is_empty());
    fill(&apollo, &path, &[("body", "{{ other }}")])
        .await
        .must_be(422)
        .must_say("There is no ordering or fulfilment parameter");
    put(&apollo, &path, &[body]).await.must_say("Template saved").must_say("Your key is Sample text.");
    // what a template uses stays
    let key =
        world.text(&format!("SELECT id AS t FROM parameters WHERE product_id = '{CORNER}' AND name = 'license_key'"));
    apollo.get(&format!("{product}/parameters/{key}/delete")).await.must_say("A template uses {{ license_key }}");
    fill(&apollo, &format!("{product}/parameters/{key}"), &[("name", "new_key")])
        .await
        .must_be(422)
        .must_say("Change the template first");
    apollo.get(&format!("{path}/delete")).await.must_say("only activation template");
}

#[actix_web::test]
pub async fn a_version_needs_a_contract_a_category_media_and_an_item() {
    let world = World::new().await;
    let (apollo, tony) = (world.apollo().await, world.tony().await);
    // Front Street waits for its distributor
    let product = create(&tony, FRONT, "Corner Shop", "").await;
    let page = tony.get(&format!("{product}/versions")).await;
    page.must_say("Before you can create the first version")
        .must_say("An active distribution contract")
        .must_not_say("Fork Master");
    assert_eq!(page.texts(".tasks .status"), ["Missing", "Missing", "Missing", "Completed"]);
    assert!(tony.get(&format!("{product}/versions/new")).await.location().ends_with("/versions"));
    let csrf = page.value("csrf");
    let typed = [("csrf", csrf.as_str()), ("changes", "x"), ("visibility", "public"), ("after", "0")];
    assert!(tony.post(&format!("{product}/versions/new"), &typed).await.location().ends_with("/versions"));

    let product = create(&apollo, CHAMPIONS, "Apollo Scale", "sales").await;
    let page = apollo.get(&format!("{product}/versions")).await;
    assert_eq!(page.texts(".tasks .status"), ["Completed", "Completed", "Missing", "Completed"]);
    add_media(&apollo, &product, "The scale").await.must_be(303);
    let page = apollo.get(&format!("{product}/versions/new")).await;
    assert_eq!(apollo.submit(&page, &[]).await.must_be(422).errors(), ["Enter what changed"]);
    let stale = apollo.copy();
    fork(&apollo, &product, "The first", "public")
        .await
        .must_say("Version 1 created")
        .must_say("The first")
        .must_say("Published");
    // two forks at once: the second is told
    let typed = [("changes", "The same again"), ("visibility", "public")];
    stale.submit(&page, &typed).await.must_be(409).must_say("Version 1 was created after you opened this page");
    assert_eq!(world.number("SELECT count(*) AS n FROM product_versions WHERE name = 'Apollo Scale'"), 1);
    apollo.get(&format!("{product}/versions")).await.must_say("Master is identical to version 1");
}

#[actix_web::test]
async fn what_a_version_holds_never_changes_and_its_items_are_fixed() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let own = format!("{CHAMPIONS}/products/{PULSE}");
    let seen = format!("{MICKS}/products/{PULSE}");
    // Master changes; the distributor sees nothing of it
    put(&apollo, &format!("{own}/edit"), &[("name", "Apollo Pulse Two"), ("description", "Another text")]).await;
    michael.get(&seen).await.must_say("Apollo Pulse").must_not_say("Pulse Two").must_not_say("Another text");
    michael.get(&format!("{MICKS}/products?q=two")).await.must_not_say("Pulse Two");
    apollo.get(&format!("{own}/versions/1")).await.must_say("Screen hours").must_not_say("Pulse Two");
    // a published item keeps what it is sold by
    let item = format!("{own}/items/{PULSE}-0001");
    let page = apollo.get(&format!("{item}/edit")).await;
    page.must_say("you can only change its name, part number and description").must_not_say("Billing period");
    let answer = apollo.submit(&page, &[("name", "Coach"), ("period", "yearly"), ("unit", "boxes")]).await;
    apollo.follow(answer).await.must_say("Coach").must_say("Monthly").must_say("Users");
    apollo.get(&format!("{item}/delete")).await.must_say("This item cannot be deleted");
    let csrf = apollo.get(&own).await.value("csrf");
    apollo.post(&format!("{item}/delete"), &[("csrf", &csrf)]).await.must_be(409);
    apollo.post(&format!("{own}/delete"), &[("csrf", &csrf)]).await.must_be(409).must_say("It was published");
    // a new item is a draft until the next version, and a private version stays with its vendor
    let typed = [("name", "Belt"), ("mpn", "B-1"), ("description", "One belt"), ("unit", "items")];
    put(&apollo, &format!("{own}/items/new/reservation"), &typed).await.must_say("Draft");
    fork(&apollo, &own, "A new name, in silence", "private").await.must_say("Private");
    michael.get(&seen).await.must_not_say("Belt").must_not_say("Pulse Two");
    fork(&apollo, &own, "A new name, aloud", "public").await;
    michael.get(&seen).await.must_say("Belt").must_say("Apollo Pulse Two").must_say("A new name, aloud");
    // the last public version stays so
    put(&apollo, &format!("{own}/versions/3/visibility"), &[]).await.must_say("Version 3 is now private");
    michael.get(&seen).await.must_not_say("Pulse Two");
    apollo
        .get(&format!("{own}/versions/1/visibility"))
        .await
        .must_say("This version must stay public")
        .must_say("distributors can see the product");
    apollo.post(&format!("{own}/versions/1/visibility"), &[("csrf", &csrf)]).await.must_be(409);
    // the database itself refuses
    let mut sql = world.sql();
    use diesel::connection::SimpleConnection as _;
    for change in [
        "UPDATE product_versions SET changes = 'x'",
        "UPDATE product_versions SET snapshot = '{}'",
        "DELETE FROM product_versions",
        "UPDATE items SET period = 'yearly' WHERE status <> 'draft'",
        "DELETE FROM items WHERE status <> 'draft'",
        "UPDATE parameters SET type = 'text' WHERE type = 'email'",
    ] {
        assert!(sql.batch_execute(change).is_err(), "{change}");
    }
}

#[actix_web::test]
async fn the_sale_of_an_item_ends_and_begins_again() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let item = format!("{CHAMPIONS}/products/{PULSE}/items/{PULSE}-0001");
    let other = format!("{PULSE}-0002");
    let typed = [("replacement", other.as_str()), ("note", "Take a whole gym")];
    put(&apollo, &format!("{item}/end-of-sale"), &typed).await.must_say("End of Sale").must_say("Gym, yearly");
    michael.get(&format!("{MICKS}/products/{PULSE}")).await.must_say("End of Sale");
    apollo.get(&format!("{item}/end-of-sale")).await.must_be(409);
    put(&apollo, &format!("{item}/restore"), &[]).await.must_say("Published").must_not_say("Take a whole gym");
    fill(&apollo, &format!("{item}/end-of-sale"), &[("replacement", "PRD-000-000-000-0001")]).await.must_be(422);
}

#[actix_web::test]
async fn the_sale_of_a_product_ends_and_those_who_see_it_are_told() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let own = format!("{CHAMPIONS}/products/{PULSE}");
    let typed = [("replacement", RING), ("note", "Apollo Ring does it better")];
    put(&apollo, &format!("{own}/end-of-sale"), &typed).await.must_say("Sale ended").must_say("Apollo Ring");
    let seen = michael.get(&format!("{MICKS}/products/{PULSE}")).await;
    seen.must_say("End of Sale.").must_say("Apollo Ring does it better").must_say("See its replacement");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'sale_ended' AND recipient LIKE 'michael%'"),
        1
    );
    michael
        .get(&format!("{MICKS}/products?status=endofsale"))
        .await
        .must_say("Apollo Pulse")
        .must_not_say("Apollo Ring");
    put(&apollo, &format!("{own}/restore"), &[]).await.must_say("Product restored");
    michael.get(&format!("{MICKS}/products/{PULSE}")).await.must_not_say("End of Sale");
    // a draft has no sale to end
    apollo.get(&format!("{CHAMPIONS}/products/{CORNER}/end-of-sale")).await.must_be(409);
    put(&apollo, &format!("{CHAMPIONS}/products/{CORNER}/delete"), &[])
        .await
        .must_say("Product deleted")
        .must_not_say("Apollo Corner");
}

#[actix_web::test]
async fn another_companys_product_does_not_exist() {
    let world = World::new().await;
    let (tony, donnie, michael) = (world.tony().await, world.donnie().await, world.michael().await);
    for rest in ["", "/edit", "/items", "/media", "/versions/1", "/delete", "/end-of-sale", "/parameters"] {
        tony.get(&format!("{FRONT}/products/{PULSE}{rest}")).await.must_be(404);
    }
    let csrf = tony.get(&format!("{FRONT}/products/new")).await.value("csrf");
    for rest in ["/edit", "/delete", "/restore", "/versions/new", "/settings/edit", "/embedding/links/new"] {
        tony.post(&format!("{FRONT}/products/{PULSE}{rest}"), &[("csrf", &csrf), ("name", "Mine")]).await.must_be(404);
    }
    // an item under the wrong product is not found either
    let mine = create(&tony, FRONT, "Corner Shop", "sales").await;
    tony.get(&format!("{mine}/items/{PULSE}-0001")).await.must_be(404);
    tony.post(&format!("{mine}/items/{PULSE}-0001/edit"), &[("csrf", &csrf)]).await.must_be(404);
    // a draft, and a product that is listed with somebody else
    michael.get(&format!("{MICKS}/products/{CORNER}")).await.must_be(404);
    donnie.get(&format!("/reseller/PA-196-115/products/{PULSE}")).await.must_be(404);
    michael.get(&format!("{MICKS}/products")).await.must_not_say("Apollo Corner").must_say("Apollo Ring");
}

#[actix_web::test]
async fn links_are_added_and_removed() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let product = format!("{CHAMPIONS}/products/{PULSE}");
    let new = format!("{product}/embedding/links/new");
    fill(&apollo, &new, &[("kind", "download"), ("title", "App"), ("url", "javascript:alert(1)")]).await.must_be(422);
    let secret = [("kind", "documentation"), ("title", "App"), ("url", "https://apollo:secret@example.com/manual")];
    fill(&apollo, &new, &secret).await.must_be(422).must_say("Enter the link without a username and password");
    for title in ["App", "Manual"] {
        put(&apollo, &new, &[("kind", "documentation"), ("title", title), ("url", "https://example.com")]).await;
    }
    let page = apollo.get(&format!("{product}/embedding")).await;
    page.must_say("App").must_say("Manual");
    let page = apollo.get(&page.link("Remove App")).await;
    let answer = apollo.submit(&page, &[]).await;
    apollo.follow(answer).await.must_say("Link removed").must_say("Manual").must_not_say("App (");
    put(&apollo, &format!("{product}/embedding/edit"), &[("getting_started", "Put on the *belt*.")])
        .await
        .must_say("Put on the belt.");
}

#[actix_web::test]
async fn fork_pressed_twice_makes_one_version() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/versions/new")).await;
    let typed = [("changes", "Another"), ("visibility", "public")];
    let (again, count) = (apollo.copy(), format!("SELECT version::bigint AS n FROM products WHERE id = '{PULSE}'"));
    let before = world.number(&count);
    let (one, two) = futures_util::future::join(apollo.submit(&page, &typed), again.submit(&page, &typed)).await;
    assert_eq!(one.must_be(303).location(), two.must_be(303).location());
    assert_eq!(world.number(&count), before + 1);
}
