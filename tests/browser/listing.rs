//! From "we would like to sell with you" to "listed": a vendor and a distributor, each in a browser of its own.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, accessible, field, fill, press, says, sign_in, status, tab_to, tick};

const MICKS: &str = "/distributor/PA-469-206";
const FRONT: &str = "/vendor/VA-610-774";

/// Looks with a machine's eyes, where the page can run it.
pub async fn look(driver: &WebDriver, check: bool) -> WebDriverResult<()> {
    if check { accessible(driver).await } else { Ok(()) }
}

pub async fn choose(driver: &WebDriver, label: &str, option: &str) -> WebDriverResult<()> {
    let select = field(driver, label).await?;
    select.find(By::XPath(format!("./option[normalize-space(.)=\"{option}\"]"))).await?.click().await
}

/// The distributor lets a company in that has enrolled and waits.
pub async fn approve(michael: &WebDriver, site: &Site, company: &str, check: bool) -> WebDriverResult<()> {
    michael.goto(format!("{}{MICKS}", site.url)).await?;
    press(michael, company).await?;
    press(michael, "Approve").await?;
    look(michael, check).await?;
    press(michael, "Approve contract").await?;
    says(michael, "Contract approved").await;
    Ok(())
}

/// A product with an item, a parameter, a template and a picture, published in this portal.
pub async fn define(tony: &WebDriver, portal: &str, check: bool) -> WebDriverResult<()> {
    tony.goto(format!("{portal}/products")).await?;
    says(tony, "No products yet").await;
    press(tony, "Create product").await?;
    press(tony, "Create").await?;
    says(tony, "Enter a name").await;
    look(tony, check).await?;
    fill(tony, "Name", "Corner Timer").await?;
    press(tony, "Create").await?;
    says(tony, "Product created").await;
    look(tony, check).await?;

    press(tony, "Versions").await?;
    says(tony, "Before you can create the first version").await;
    look(tony, check).await?;
    press(tony, "A category").await?;
    choose(tony, "Category", "Office Productivity").await?;
    fill(tony, "Short description", "Three minutes, one minute, again.").await?;
    press(tony, "Save").await?;
    says(tony, "Product saved").await;

    press(tony, "Media").await?;
    press(tony, "Add media").await?;
    look(tony, check).await?;
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures/contracts.png");
    field(tony, "Image file").await?.send_keys(picture).await?;
    fill(tony, "What it shows", "The timer above a ring").await?;
    press(tony, "Add").await?;
    says(tony, "Media added").await;
    look(tony, check).await?;

    press(tony, "Items").await?;
    press(tony, "Default item").await?;
    press(tony, "Edit").await?;
    look(tony, check).await?;
    fill(tony, "Name", "Timer").await?;
    choose(tony, "Billing period", "Every 2 years").await?;
    choose(tony, "Commitment", "3 years").await?;
    press(tony, "Save").await?;
    says(tony, "With this billing period, choose none, 4 years or 6 years").await;
    choose(tony, "Commitment", "4 years").await?;
    press(tony, "Save").await?;
    says(tony, "Item saved").await;

    press(tony, "Items").await?;
    press(tony, "Parameters").await?;
    press(tony, "Fulfilment").await?;
    press(tony, "Create parameter").await?;
    look(tony, check).await?;
    tick(tony, "Subscription").await?;
    choose(tony, "Type", "Text").await?;
    press(tony, "Next").await?;
    look(tony, check).await?;
    fill(tony, "ID", "license_key").await?;
    fill(tony, "Title", "Licence key").await?;
    press(tony, "Create").await?;
    says(tony, "Parameter created").await;

    press(tony, "Templates").await?;
    tony.find(By::XPath("//main//a[contains(., 'Edit') and contains(., 'Activation')]")).await?.click().await?;
    fill(tony, "Text", "Your key is {{ license_key }}").await?;
    press(tony, "Preview").await?;
    says(tony, "Your key is Sample text").await;
    look(tony, check).await?;
    press(tony, "Save").await?;
    says(tony, "Template saved").await;

    press(tony, "Versions").await?;
    press(tony, "Fork Master").await?;
    look(tony, check).await?;
    fill(tony, "What changed", "The first version").await?;
    press(tony, "Fork Master").await?;
    says(tony, "Version 1 created").await;
    look(tony, check).await
}

/// Asks for a listing of it.
pub async fn ask(tony: &WebDriver, portal: &str, check: bool) -> WebDriverResult<()> {
    tony.goto(format!("{portal}/listings")).await?;
    press(tony, "Manage listings").await?;
    look(tony, check).await?;
    press(tony, "Next").await?;
    tick(tony, "Corner Timer").await?;
    look(tony, check).await?;
    press(tony, "Next").await?;
    tick(tony, "Mighty Mick's LLC").await?;
    press(tony, "Next").await?;
    tick(tony, "Tutorial Marketplace").await?;
    press(tony, "Next").await?;
    says(tony, "Check and submit").await;
    fill(tony, "Note to the distributor", "It rings louder than the bell").await?;
    look(tony, check).await?;
    press(tony, "Submit").await?;
    says(tony, "Request submitted").await;
    look(tony, check).await?;
    press(tony, "Go to Details").await?;
    assert_eq!(status(tony, "Status").await?, "Reviewing");
    look(tony, check).await
}

/// The distributor lists it.
pub async fn list(michael: &WebDriver, site: &Site, check: bool) -> WebDriverResult<()> {
    michael.goto(format!("{}{MICKS}", site.url)).await?;
    press(michael, "Corner Timer").await?;
    says(michael, "It rings louder than the bell").await;
    look(michael, check).await?;
    press(michael, "Assign to me").await?;
    says(michael, "Assigned to you").await;
    press(michael, "Version 1").await?;
    says(michael, "Three minutes, one minute, again.").await;
    look(michael, check).await?;
    michael.back().await?;
    // each can be undone for some seconds
    for (act, done) in [("Mark as Deploying", "Deploying:"), ("Mark as Completed", "Completed:")] {
        michael.goto(format!("{}{MICKS}", site.url)).await?;
        press(michael, "Corner Timer").await?;
        press(michael, act).await?;
        says(michael, done).await;
        look(michael, check).await?;
        site.seconds_later().await;
    }
    Ok(())
}

async fn journey(scripts: bool, vendors_width: u32) -> WebDriverResult<()> {
    let site = Site::start();
    let michael = site.browser(1440, scripts).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    says(&michael, "To do").await;
    let tony = site.browser(vendors_width, scripts).await?;
    sign_in(&tony, &site, "tony@frontstreet.example").await?;
    says(&tony, "Choose an account").await;
    let front = format!("{}{FRONT}", site.url);
    approve(&michael, &site, "Front Street Inc", scripts).await?;
    define(&tony, &front, scripts).await?;
    ask(&tony, &front, scripts).await?;
    list(&michael, &site, scripts).await?;
    tony.refresh().await?;
    assert_eq!(
        (status(&tony, "Status").await?, status(&tony, "Listing").await?),
        ("Completed".into(), "Listed".into())
    );
    tony.quit().await?;
    michael.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_defines_publishes_and_asks_and_a_distributor_lists() -> WebDriverResult<()> {
    journey(true, 1440).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_without_scripts_on_a_phone() -> WebDriverResult<()> {
    journey(false, 500).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_asked_for_and_decided_by_keyboard_alone() -> WebDriverResult<()> {
    let site = Site::start();
    let enter = || Key::Enter + "";
    let apollo = site.browser(1440, true).await?;
    sign_in(&apollo, &site, "apollo@champions.example").await?;
    says(&apollo, "To do").await;
    apollo.goto(format!("{}/vendor/VA-287-142/listings", site.url)).await?;
    tab_to(&apollo, "Manage listings").await?.send_keys(enter()).await?;
    says(&apollo, "Ask a distributor to list a product").await;
    tab_to(&apollo, "Next").await?.send_keys(enter()).await?;
    says(&apollo, "Which product?").await;
    // Pulse stands first, and it is listed
    for (field, words) in [
        ("product", "Which distributor?"),
        ("distributor", "Which marketplace?"),
        ("marketplace", "What do you want to do with the listing?"),
        ("action", "Check and submit"),
    ] {
        tab_to(&apollo, field).await?.send_keys(" ").await?;
        tab_to(&apollo, "Next").await?.send_keys(enter()).await?;
        says(&apollo, words).await;
    }
    tab_to(&apollo, "note").await?.send_keys("By keyboard").await?;
    tab_to(&apollo, "Submit").await?.send_keys(enter()).await?;
    says(&apollo, "Request submitted").await;
    apollo.quit().await?;

    let michael = site.browser(1440, true).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    says(&michael, "To do").await;
    tab_to(&michael, "Apollo Pulse").await?.send_keys(enter()).await?;
    says(&michael, "By keyboard").await;
    let request = michael.current_url().await?;
    tab_to(&michael, "Refine").await?.send_keys(enter()).await?;
    tab_to(&michael, "reason").await?.send_keys("Why?").await?;
    tab_to(&michael, "Refine").await?.send_keys(enter()).await?;
    says(&michael, "Request sent back to the vendor").await;
    site.seconds_later().await;
    michael.goto(request.as_str()).await?;
    assert_eq!(status(&michael, "Status").await?, "Draft");
    michael.quit().await
}
