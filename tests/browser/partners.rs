//! Create Partner: an account that is made at once on an agreement that is written on the way, the letter that nobody but its
//! representative can sign, and a note on a partner.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    listing::look,
    site::{Site, fill, press, says, sign_in, status, tick},
};

const MICKS: &str = "/distributor/PA-469-206";
const EMAIL: &str = "drago@dragoworks.example";
const PASSWORD: &str = "Southpaw-Jab-77";

/// Walks the wizard to its summary; gives the link that it shows.
async fn create(michael: &WebDriver, site: &Site, scripts: bool) -> WebDriverResult<String> {
    sign_in(michael, site, "michael@mightymicks.example").await?;
    michael.goto(format!("{}{MICKS}/directory", site.url)).await?;
    press(michael, "Create Partner").await?;
    says(michael, "Who do you want to work with?").await;
    look(michael, scripts).await?;
    tick(michael, "Reseller").await?;
    press(michael, "Next").await?;
    tick(michael, "Create the account now").await?;
    press(michael, "Next").await?;
    fill(michael, "Company name", "Drago Works").await?;
    fill(michael, "External ID", "ERP-77").await?;
    look(michael, scripts).await?;
    press(michael, "Next").await?;
    fill(michael, "Representative's email", EMAIL).await?;
    press(michael, "Next").await?;
    tick(michael, "Create a new agreement").await?;
    look(michael, scripts).await?;
    press(michael, "Next").await?;
    says(michael, "The new agreement").await;
    fill(michael, "Name", "Drago terms").await?;
    fill(michael, "Description", "For Drago").await?;
    fill(michael, "Agreement text", "Be fair to each other.").await?;
    look(michael, scripts).await?;
    press(michael, "Next").await?;
    says(michael, "You create and activate Drago terms").await;
    tick(michael, "Production").await?;
    fill(michael, "Note to signee", "Welcome aboard").await?;
    look(michael, scripts).await?;
    press(michael, "Create").await?;
    says(michael, "Partner created").await;
    look(michael, scripts).await?;
    let link = michael.find(By::Css("input[readonly]")).await?;
    Ok(link.attr("value").await?.unwrap_or_default())
}

/// Where an address of the program's public name is served here.
fn here(site: &Site, link: &str) -> String {
    let path = link.find("/activate/").map_or(link, |at| &link[at..]);
    format!("{}{path}", site.url)
}

async fn journey(scripts: bool, width: u32) -> WebDriverResult<()> {
    let site = Site::start();
    let michael = site.browser(width, scripts).await?;
    let link = create(&michael, &site, scripts).await?;
    press(&michael, "Go to Details").await?;
    assert_eq!(status(&michael, "Status").await?, "Invited");
    says(&michael, "We've invited drago@dragoworks.example to administer Drago Works").await;
    look(&michael, scripts).await?;
    // the representative is nobody's colleague yet, and can sign for no other company
    let drago = site.browser(390, scripts).await?;
    drago.goto(here(&site, &link)).await?;
    says(&drago, "Be fair to each other.").await;
    fill(&drago, "Your email", EMAIL).await?;
    tick(&drago, "I have read and accepted").await?;
    press(&drago, "Next").await?;
    fill(&drago, "Your full name", "Drago Ivanov").await?;
    fill(&drago, "New password", PASSWORD).await?;
    fill(&drago, "Confirm password", PASSWORD).await?;
    press(&drago, "Next").await?;
    press(&drago, "Next").await?;
    says(&drago, "which already has an account here").await;
    look(&drago, scripts).await?;
    drago.quit().await?;
    // what is noted of it once it is a partner
    michael.goto(format!("{}{MICKS}/directory/PA-196-115/notes", site.url)).await?;
    press(&michael, "Add note").await?;
    fill(&michael, "Note", "Asks for Drago").await?;
    press(&michael, "Add").await?;
    says(&michael, "Note added").await;
    look(&michael, scripts).await?;
    press(&michael, "Activity").await?;
    says(&michael, "added a note on the partner").await;
    look(&michael, scripts).await?;
    michael.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_created_with_its_account_and_agreement() -> WebDriverResult<()> {
    journey(true, 1440).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_partner_on_a_phone() -> WebDriverResult<()> {
    journey(true, 390).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_partner_without_scripts() -> WebDriverResult<()> {
    journey(false, 1440).await
}
