//! What a distributor offers and a reseller sells: companies that did not exist before, from Create Partner to the first order that a vendor
//! approves, and the reseller's part of it wide and narrow, with and without scripts.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    journeys::{Invitee, activate_as},
    listing::{self, choose, look},
    site::{Site, fill, press, says, sign_in, status, tick},
};

const MICKS: &str = "/distributor/PA-469-206";
const ACREED: &str = "/reseller/PA-196-115";
const SERVICE: &str = "AGS-573-089-627";
const SHOP: &str = "Corner Shop";

const MAKER: Invitee = Invitee {
    email: "koloff@kolofftimers.example",
    name: "Nicoli Koloff",
    company: "Koloff Timers",
    portal: "Vendor Portal",
};
pub const SELLER: Invitee = Invitee {
    email: "drago@dragosports.example",
    name: "Ivan Drago",
    company: "Drago Sports GmbH",
    portal: "Reseller Portal",
};

/// A browser whose window is as wide as that, also below the 500 px that it opens with.
async fn browser(site: &Site, width: u32, scripts: bool) -> WebDriverResult<WebDriver> {
    let driver = site.browser(width, scripts).await?;
    site.resize(&driver, width).await?;
    Ok(driver)
}

/// Creates a partner by link. Comes to the link.
pub async fn created(
    michael: &WebDriver,
    site: &Site,
    role: &str,
    who: &Invitee,
    agreement: &str,
) -> WebDriverResult<String> {
    michael.goto(format!("{}{MICKS}/directory", site.url)).await?;
    press(michael, "Create Partner").await?;
    tick(michael, role).await?;
    press(michael, "Next").await?;
    tick(michael, "Invite by link").await?;
    press(michael, "Next").await?;
    fill(michael, "Company name", who.company).await?;
    press(michael, "Next").await?;
    tick(michael, agreement).await?;
    press(michael, "Next").await?;
    tick(michael, "Production").await?;
    fill(michael, "Note to signee", "Welcome aboard").await?;
    press(michael, "Create").await?;
    says(michael, "Partner created").await;
    let link = michael.find(By::Id("activation-link")).await?;
    Ok(link.prop("value").await?.unwrap_or_default())
}

/// Whoever got the link signs. Comes to the address of its portal.
async fn joined(driver: &WebDriver, site: &Site, link: &str, who: &Invitee) -> WebDriverResult<String> {
    activate_as(driver, link, who, false).await?;
    Ok(format!("{}{}", site.url, driver.current_url().await?.path()))
}

/// The vendor enrolls in what the distributor offers, and has a product listed.
async fn sells(vendor: &WebDriver, portal: &str, michael: &WebDriver, site: &Site) -> WebDriverResult<()> {
    vendor.goto(format!("{portal}/agreements")).await?;
    press(vendor, "Tutorial Distribution").await?;
    tick(vendor, "I have read and accepted the agreement").await?;
    press(vendor, "Enroll").await?;
    says(vendor, "Enrolled.").await;
    listing::approve(michael, site, MAKER.company, false).await?;
    listing::define(vendor, portal, false).await?;
    listing::ask(vendor, portal, false).await?;
    listing::list(michael, site, false).await
}

/// A group with a product, which the service agreement carries with a syndication agreement on it.
pub async fn offered(michael: &WebDriver, site: &Site, product: &str, check: bool) -> WebDriverResult<()> {
    michael.goto(format!("{}{MICKS}/product-groups", site.url)).await?;
    look(michael, check).await?;
    press(michael, "Create product group").await?;
    look(michael, check).await?;
    fill(michael, "Name", "Ringside").await?;
    press(michael, "Create").await?;
    says(michael, "Product group created").await;
    look(michael, check).await?;
    press(michael, "Add products").await?;
    look(michael, check).await?;
    tick(michael, product).await?;
    press(michael, "Add products").await?;
    says(michael, "Products added").await;
    look(michael, check).await?;
    let agreement = format!("{}{MICKS}/agreements/{SERVICE}", site.url);
    michael.goto(format!("{agreement}/catalog")).await?;
    look(michael, check).await?;
    press(michael, "Change product groups").await?;
    look(michael, check).await?;
    tick(michael, "Ringside").await?;
    press(michael, "Save").await?;
    says(michael, "Product groups saved").await;
    look(michael, check).await?;
    michael.goto(format!("{agreement}/syndication")).await?;
    look(michael, check).await?;
    press(michael, "Create syndication agreement").await?;
    look(michael, check).await?;
    fill(michael, "Name", "Ringside Resale").await?;
    fill(michael, "Description", "For shops of their own").await?;
    // the cards above are called as the field is
    michael.find(By::Id("link")).await?.send_keys("https://terms.example/resale.pdf").await?;
    tick(michael, "Activate version").await?;
    press(michael, "Create").await?;
    says(michael, "Syndication agreement created").await;
    look(michael, check).await
}

/// A reseller in front of its portal.
pub struct Reseller<'a> {
    pub driver: &'a WebDriver,
    pub portal: &'a str,
    pub company: &'a str,
    /// Whether each page is looked at.
    pub check: bool,
}

impl Reseller<'_> {
    async fn look(&self) -> WebDriverResult<()> {
        look(self.driver, self.check).await
    }

    /// Its own hub and marketplace.
    pub async fn opens(&self) -> WebDriverResult<()> {
        let Self { driver, portal, .. } = self;
        driver.goto(format!("{portal}/hubs/new")).await?;
        fill(driver, "Name", "Shop system").await?;
        fill(driver, "Description", "The till").await?;
        press(driver, "Register").await?;
        says(driver, "Hub registered").await;
        driver.goto(format!("{portal}/marketplaces/new")).await?;
        fill(driver, "Name", SHOP).await?;
        tick(driver, "United States of America").await?;
        choose(driver, "Currency", "United States dollar (USD)").await?;
        press(driver, "Next").await?;
        says(driver, "Choose hubs").await;
        fill(driver, "Tier account external ID at Shop system", "SHOP-1").await?;
        press(driver, "Next").await?;
        tick(driver, "Price").await?;
        press(driver, "Create").await?;
        says(driver, "Marketplace created").await;
        Ok(())
    }

    /// Finds the product in the catalog by its words, reads about it, and enrolls.
    async fn enrolls(&self, product: &str) -> WebDriverResult<()> {
        let Self { driver, portal, .. } = self;
        driver.goto(format!("{portal}/catalog")).await?;
        says(driver, product).await;
        self.look().await?;
        fill(driver, "Search by product or ID", product).await?;
        press(driver, "Search").await?;
        says(driver, "Offered since").await;
        self.look().await?;
        press(driver, product).await?;
        says(driver, "About the vendor").await;
        self.look().await?;
        press(driver, "Versions").await?;
        says(driver, "What changed").await;
        self.look().await?;
        press(driver, "Direct Agreements").await?;
        says(driver, "direct agreement").await;
        self.look().await?;
        press(driver, "Syndication Agreements").await?;
        says(driver, "Ringside Resale").await;
        self.look().await?;
        press(driver, "Enroll").await?;
        says(driver, "Where will you sell it?").await;
        self.look().await?;
        tick(driver, SHOP).await?;
        press(driver, "Next").await?;
        says(driver, "Read and accept the agreement").await;
        self.look().await?;
        // nothing is signed unread
        press(driver, "Enroll").await?;
        says(driver, "Confirm that you have read and accepted the agreement").await;
        self.look().await?;
        tick(driver, "I have read and accepted the agreement").await?;
        press(driver, "Enroll").await?;
        says(driver, "You can sell a product once its contract is approved").await;
        says(driver, "Pending").await;
        self.look().await?;
        assert!(!self.sells(product).await?, "nobody has approved it");
        Ok(())
    }

    /// Whether the product is among those that the company sells.
    async fn sells(&self, product: &str) -> WebDriverResult<bool> {
        self.driver.goto(format!("{}/products", self.portal)).await?;
        says(self.driver, "Products").await;
        let found = self.driver.find(By::Tag("main")).await?.text().await?;
        Ok(found.contains(product))
    }

    /// The first question of an order that offers the product.
    async fn starts_an_order(&self, product: &str) -> WebDriverResult<()> {
        let driver = self.driver;
        driver.goto(format!("{}/subscriptions/new", self.portal)).await?;
        tick(driver, "Production").await?;
        press(driver, "Next").await?;
        says(driver, "Which product?").await;
        tick(driver, product).await?;
        self.look().await
    }

    /// A reseller account, and a customer below it.
    async fn customers(&self) -> WebDriverResult<()> {
        for (type_, parent, name, email) in [
            ("Reseller", "None", "Drago's own", "ivan@dragosports.example"),
            ("Customer", "Drago's own", "Siberia Gym", "ludmilla@siberia.example"),
        ] {
            let driver = self.driver;
            driver.goto(format!("{}/customers/new", self.portal)).await?;
            tick(driver, type_).await?;
            press(driver, "Next").await?;
            tick(driver, parent).await?;
            press(driver, "Next").await?;
            for (label, text) in [
                ("Name", name),
                ("City", "Philadelphia"),
                ("Postal code", "19125"),
                ("Address", "2147 North Front Street"),
                ("First name", "Ludmilla"),
                ("Last name", "Orlova"),
                ("Email", email),
            ] {
                fill(driver, label, text).await?;
            }
            choose(driver, "Country", "United States of America").await?;
            press(driver, "Create").await?;
            says(driver, &format!("{type_} created")).await;
        }
        Ok(())
    }
}

/// The distributor approves, and the product is the reseller's to sell.
async fn approved(michael: &WebDriver, site: &Site, seller: &Reseller<'_>, product: &str) -> WebDriverResult<()> {
    listing::approve(michael, site, seller.company, seller.check).await?;
    says(michael, SHOP).await;
    look(michael, seller.check).await?;
    assert!(seller.sells(product).await?, "it sells {product}");
    seller.look().await?;
    press(seller.driver, product).await?;
    says(seller.driver, "Sold by syndication").await;
    seller.look().await?;
    seller.starts_an_order(product).await
}

/// Companies that are there enroll and approve.
async fn scenario(scripts: bool, width: u32) -> WebDriverResult<()> {
    const PULSE: &str = "Apollo Pulse";
    let site = Site::start();
    let michael = browser(&site, width, scripts).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    offered(&michael, &site, PULSE, scripts).await?;
    let donnie = browser(&site, width, scripts).await?;
    sign_in(&donnie, &site, "donnie@acreedllc.example").await?;
    let portal = format!("{}{ACREED}", site.url);
    let seller = Reseller { driver: &donnie, portal: &portal, company: "ACreed LLC", check: scripts };
    seller.opens().await?;
    seller.enrolls(PULSE).await?;
    approved(&michael, &site, &seller, PULSE).await?;
    donnie.quit().await?;
    michael.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_that_did_not_exist_come_to_an_order_that_a_vendor_approves() -> WebDriverResult<()> {
    const TIMER: &str = "Corner Timer";
    let site = Site::start();
    let michael = site.browser(1440, true).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    let link = created(&michael, &site, "Vendor", &MAKER, "Vendor Program").await?;
    let vendor = site.browser(1440, true).await?;
    let makes = joined(&vendor, &site, &link, &MAKER).await?;
    sells(&vendor, &makes, &michael, &site).await?;
    offered(&michael, &site, TIMER, true).await?;
    let link = created(&michael, &site, "Reseller", &SELLER, "Tutorial Agreement").await?;
    let drago = site.browser(1440, true).await?;
    let portal = joined(&drago, &site, &link, &SELLER).await?;
    let seller = Reseller { driver: &drago, portal: &portal, company: SELLER.company, check: true };
    seller.opens().await?;
    seller.customers().await?;
    seller.enrolls(TIMER).await?;
    approved(&michael, &site, &seller, TIMER).await?;

    press(&drago, "Next").await?;
    tick(&drago, "Siberia Gym").await?;
    press(&drago, "Next").await?;
    fill(&drago, "Timer", "2").await?;
    press(&drago, "Next").await?;
    says(&drago, "Order details").await;
    press(&drago, "Next").await?;
    says(&drago, "2 × Timer").await;
    press(&drago, "Order").await?;
    says(&drago, "Subscription ordered").await;

    vendor.goto(&makes).await?;
    press(&vendor, "Siberia Gym").await?;
    says(&vendor, SELLER.company).await;
    fill(&vendor, "Licence key", "TIMER-1").await?;
    press(&vendor, "Approve").await?;
    says(&vendor, "Approved:").await;
    site.seconds_later().await;
    drago.refresh().await?;
    says(&drago, "TIMER-1").await;
    assert_eq!(status(&drago, "Status").await?, "Active");
    // the distributor sees it with its tiers
    michael.goto(format!("{}{MICKS}/subscriptions?q=siberia", site.url)).await?;
    press(&michael, "Siberia Gym").await?;
    press(&michael, "Tiers").await?;
    says(&michael, "Drago's own").await;
    for driver in [drago, vendor, michael] {
        driver.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_enrolls_and_sells_on_a_phone() -> WebDriverResult<()> {
    scenario(true, 390).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_enrolls_and_sells_without_scripts() -> WebDriverResult<()> {
    scenario(false, 1440).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_enrolls_and_sells_without_scripts_on_a_phone() -> WebDriverResult<()> {
    scenario(false, 390).await
}
