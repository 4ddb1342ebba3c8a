//! `make pictures`: the pictures of the README, from the running program over all of the demo.

use std::path::PathBuf;

use thirtyfour::prelude::*;

use crate::{
    catalog::{SELLER, created},
    names::two_brands,
    site::{Site, Theme, fill, press, says, sign_in, tick},
};

const MICKS: &str = "/distributor/PA-469-206";

async fn picture(driver: &WebDriver, name: &str) -> WebDriverResult<()> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("docs/pictures/{name}.png"));
    driver.screenshot(&path).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "make pictures"]
async fn the_readmes_pictures() -> WebDriverResult<()> {
    let site = Site::with_year();
    let desk = site.browser(1200, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    says(&desk, "To do").await;
    for (name, path) in [
        ("contracts", "/contracts"),
        ("marketplace", "/marketplaces/MP-68204"),
        ("certificate", "/contracts/CRS-58329-11884-23347/versions/1/certificate"),
        ("requests", "/listing-requests?status=reviewing&status=deploying&sort=submitted"),
        ("contract", "/contracts/CRS-15231-15992-11789"),
    ] {
        desk.goto(format!("{}{MICKS}{path}", site.url)).await?;
        picture(&desk, name).await?;
    }
    desk.goto(format!("{}{MICKS}/listing-requests?status=reviewing", site.url)).await?;
    press(&desk, "Apollo Ring").await?;
    says(&desk, "It goes well with Apollo Pulse").await;
    picture(&desk, "request").await?;
    desk.goto(format!("{}{MICKS}/customers/tree", site.url)).await?;
    for name in ["Delphi Gyms", "Southside Sports"] {
        desk.find(By::XPath(format!("//a[contains(., 'Expand {name}')]"))).await?.click().await?;
    }
    picture(&desk, "tree").await?;
    desk.goto(format!("{}{MICKS}/subscriptions?status=active", site.url)).await?;
    press(&desk, "J&M Tropical Fish").await?;
    says(&desk, "Message to the customer").await;
    picture(&desk, "subscription").await?;
    desk.goto(format!("{}{MICKS}/usage-files?status=pending", site.url)).await?;
    press(&desk, "Second week").await?;
    says(&desk, "Accept").await;
    picture(&desk, "usage").await?;
    press(&desk, "Comparison").await?;
    says(&desk, "Compared with the period before").await;
    picture(&desk, "usage-comparison").await?;
    desk.goto(format!("{}{MICKS}/usage-reconciliation", site.url)).await?;
    says(&desk, "Reconciliation").await;
    picture(&desk, "reconciliation").await?;
    desk.goto(format!("{}{MICKS}/users", site.url)).await?;
    says(&desk, "Paulie Pennino").await;
    picture(&desk, "users").await?;
    desk.goto(format!("{}{MICKS}/contracts/CRS-15231-15992-11789", site.url)).await?;
    let link = desk.find(By::Id("activation-link")).await?.attr("value").await?.unwrap_or_default();
    desk.quit().await?;
    let phone = site.browser(500, true).await?;
    phone.goto(&link).await?;
    picture(&phone, "review").await?;
    phone.quit().await?;
    let reseller = site.browser(1200, true).await?;
    sign_in(&reseller, &site, "donnie@acreedllc.example").await?;
    says(&reseller, "Contracts to sign").await;
    reseller.goto(format!("{}/reseller/PA-196-115/contracts/CRS-58329-11884-23347/versions/2/sign", site.url)).await?;
    picture(&reseller, "sign").await?;
    reseller.quit().await?;
    let vendor = site.browser(1200, true).await?;
    sign_in(&vendor, &site, "tony@frontstreet.example").await?;
    vendor.goto(format!("{}/vendor/VA-610-774/contracts", site.url)).await?;
    picture(&vendor, "vendor-contracts").await?;
    vendor.quit().await?;
    let german = site.browser_in(1200, true, Theme::Dark).await?;
    sign_in(&german, &site, "michael@mightymicks.example").await?;
    says(&german, "To do").await;
    german.goto(format!("{}/profile", site.url)).await?;
    german.find(By::Css("#language option[value='de']")).await?.click().await?;
    press(&german, "Save profile").await?;
    says(&german, "Profil gespeichert").await;
    german.goto(format!("{}{MICKS}/contracts", site.url)).await?;
    picture(&german, "german").await?;
    german.quit().await?;
    for (name, theme, part) in [
        ("design", Theme::Light, "type"),
        ("design-dark", Theme::Dark, "buttons"),
        ("design-list", Theme::Light, "list"),
    ] {
        let builder = site.browser_in(1200, true, theme).await?;
        builder.goto(format!("{}/design#{part}", site.url)).await?;
        picture(&builder, name).await?;
        builder.quit().await?;
    }
    let maker = site.browser(1200, true).await?;
    sign_in(&maker, &site, "apollo@champions.example").await?;
    says(&maker, "To do").await;
    maker.goto(format!("{}/vendor/VA-287-142/products/PRD-276-377-545/items", site.url)).await?;
    picture(&maker, "product").await?;
    for (name, list, row) in [
        ("order", "fulfillment?status=pending", "Adrian's Restaurant"),
        ("change", "customer-requests?status=pending", "J&M Tropical Fish"),
    ] {
        maker.goto(format!("{}/vendor/VA-287-142/{list}", site.url)).await?;
        press(&maker, row).await?;
        says(&maker, "Status").await;
        picture(&maker, name).await?;
    }
    maker.goto(format!("{}/vendor/VA-287-142/usage-files?status=invalid", site.url)).await?;
    press(&maker, "Last days").await?;
    says(&maker, "Invalid").await;
    picture(&maker, "usage-errors").await?;
    maker.quit().await
}

/// What is sold on, from the partner that is created to the agreement that it accepts and the queue in which that waits.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make pictures"]
async fn the_readmes_pictures_of_resale() -> WebDriverResult<()> {
    let site = Site::with_year();
    let desk = site.browser(1200, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    created(&desk, &site, "Reseller", &SELLER, "Tutorial Agreement").await?;
    picture(&desk, "create-partner").await?;
    desk.goto(format!("{}{MICKS}/product-groups", site.url)).await?;
    press(&desk, "Security and backup").await?;
    says(&desk, "Tutorial Agreement").await;
    picture(&desk, "product-group").await?;
    let queue = "contracts?type=syndication&status=pending&columns=product&columns=marketplace";
    desk.goto(format!("{}{MICKS}/{queue}", site.url)).await?;
    says(&desk, "Cedar Payroll").await;
    picture(&desk, "syndication-queue").await?;
    desk.quit().await?;
    let reseller = site.browser(1200, true).await?;
    sign_in(&reseller, &site, "donnie@acreedllc.example").await?;
    reseller.goto(format!("{}/reseller/PA-196-115/catalog", site.url)).await?;
    says(&reseller, "Harbor Desk").await;
    picture(&reseller, "catalog").await?;
    press(&reseller, "Harbor Desk").await?;
    says(&reseller, "Harbor Software Inc").await;
    picture(&reseller, "catalog-product").await?;
    press(&reseller, "Syndication Agreements").await?;
    press(&reseller, "Enroll").await?;
    tick(&reseller, "Creed Store").await?;
    press(&reseller, "Next").await?;
    says(&reseller, "Read and accept the agreement").await;
    picture(&reseller, "enroll").await?;
    reseller.quit().await
}

/// How a company is run: who may do what, what a refusal says, a brand as it is chosen and as a partner meets it, what was done.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make pictures"]
async fn the_readmes_pictures_of_a_company() -> WebDriverResult<()> {
    let site = Site::start_over("localhost", two_brands);
    let desk = site.browser(1200, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    says(&desk, "To do").await;
    let portal = format!("{}{MICKS}", site.url);
    desk.goto(format!("{portal}/groups")).await?;
    press(&desk, "Readers").await?;
    says(&desk, "Paulie Pennino").await;
    picture(&desk, "group").await?;
    desk.goto(format!("{portal}/branding")).await?;
    fill(&desk, "Main colour", "#ffee58").await?;
    press(&desk, "Preview").await?;
    says(&desk, "Nothing is saved yet").await;
    picture(&desk, "branding").await?;
    desk.goto(format!("{portal}/activity")).await?;
    says(&desk, "Signed in to this company").await;
    picture(&desk, "activity").await?;
    desk.goto(format!("{portal}/contracts/CRS-15231-15992-11789")).await?;
    let link = desk.find(By::Id("activation-link")).await?.attr("value").await?.unwrap_or_default();
    desk.quit().await?;
    let phone = site.browser(500, true).await?;
    phone.goto(&link).await?;
    says(&phone, "Mick's Corner").await;
    picture(&phone, "branded").await?;
    phone.quit().await?;
    let reader = site.browser(1200, true).await?;
    sign_in(&reader, &site, "paulie@mightymicks.example").await?;
    reader.goto(format!("{portal}/contracts/new")).await?;
    says(&reader, "You don't have access").await;
    picture(&reader, "refusal").await?;
    reader.quit().await
}
