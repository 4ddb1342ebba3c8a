//! How much a journey asks of somebody in a real browser: presses, pages that are loaded and fields that are typed into.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    orders::type_key,
    site::{Site, field, fill, press, says, sign_in, tick},
};

const MICKS: &str = "/distributor/PA-469-206";
const CHAMPIONS: &str = "/vendor/VA-287-142";
const PASSWORD: &str = "Southpaw-Jab-77";

/// Somebody on a way through pages, and what it took so far. It begins on a page that is open already.
struct Way<'a> {
    driver: &'a WebDriver,
    presses: usize,
    pages: usize,
    fields: usize,
}

impl<'a> Way<'a> {
    fn of(driver: &'a WebDriver) -> Self {
        Self { driver, presses: 0, pages: 0, fields: 0 }
    }

    /// Presses a button or a link, which leads to a page that says `then`.
    async fn press(&mut self, words: &str, then: &str) -> WebDriverResult<()> {
        stay(self.driver).await?;
        press(self.driver, words).await?;
        self.presses += 1;
        says(self.driver, then).await;
        self.pages += usize::from(left(self.driver).await?);
        Ok(())
    }

    async fn tick(&mut self, label: &str) -> WebDriverResult<()> {
        self.presses += 1;
        tick(self.driver, label).await
    }

    async fn fill(&mut self, label: &str, text: &str) -> WebDriverResult<()> {
        self.fields += 1;
        fill(self.driver, label, text).await
    }

    #[track_caller]
    fn takes_at_most(&self, presses: usize, pages: usize, fields: usize) {
        let taken = (self.presses, self.pages, self.fields);
        assert!(
            self.presses <= presses && self.pages <= pages && self.fields <= fields,
            "{taken:?} presses, pages and fields instead of {:?}",
            (presses, pages, fields)
        );
        assert!(self.pages > 0, "pages are counted");
    }
}

/// Marks the page that is open.
async fn stay(driver: &WebDriver) -> WebDriverResult<()> {
    driver.execute("window.here = true", Vec::new()).await.map(|_| ())
}

/// Whether another page was loaded since.
async fn left(driver: &WebDriver) -> WebDriverResult<bool> {
    driver.execute("return !window.here", Vec::new()).await?.convert()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_becomes_a_link_and_a_phone_accepts_it() -> WebDriverResult<()> {
    let site = Site::start();
    let desk = site.browser(1440, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    desk.goto(format!("{}{MICKS}/agreements", site.url)).await?;
    let mut way = Way::of(&desk);
    way.press("Create agreement", "Document source").await?;
    way.tick("Service").await?;
    way.fill("Name", "Ringside Terms").await?;
    way.fill("Description", "For resellers").await?;
    way.tick("Upload").await?;
    // the file is chosen by one press more
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/decisions/0001-revision.md");
    field(&desk, "File").await?.send_keys(document).await?;
    way.presses += 1;
    way.tick("Activate version").await?;
    way.press("Create", "Agreement created").await?;
    way.press("Create Contract", "Set parameters").await?;
    way.tick("Production").await?;
    way.fill("Note to signee", "Welcome aboard").await?;
    way.press("Create", "Contract created").await?;
    let link = field(&desk, "Activation link").await?.prop("value").await?.unwrap_or_default();
    way.takes_at_most(10, 5, 3);

    let guest = site.browser(500, true).await?;
    site.resize(&guest, 390).await?;
    guest.goto(&link).await?;
    says(&guest, "invites your company").await;
    let mut way = Way::of(&guest);
    way.fill("Your email", "drago@dragosports.example").await?;
    way.tick("I have read and accepted the agreement").await?;
    way.press("Next", "Confirm password").await?;
    way.fill("Your full name", "Ivan Drago").await?;
    way.fill("New password", PASSWORD).await?;
    way.fill("Confirm password", PASSWORD).await?;
    way.press("Next", "Company name").await?;
    way.fill("Company name", "Drago Sports GmbH").await?;
    way.press("Next", "about to activate contract").await?;
    way.press("Activate", "Contract activated").await?;
    way.takes_at_most(6, 4, 5);
    guest.quit().await?;
    desk.quit().await
}

/// Whoever is named as the recipient finds email and company filled in.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_expected_types_a_name_and_a_password() -> WebDriverResult<()> {
    let site = Site::start();
    let desk = site.browser(1440, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    desk.goto(format!("{}{MICKS}/contracts/new", site.url)).await?;
    tick(&desk, "Service").await?;
    press(&desk, "Next").await?;
    tick(&desk, "Tutorial Agreement").await?;
    press(&desk, "Next").await?;
    fill(&desk, "Partner's company", "Drago Sports GmbH").await?;
    fill(&desk, "Partner's email", "drago@dragosports.example").await?;
    tick(&desk, "Production").await?;
    fill(&desk, "Note to signee", "Welcome aboard").await?;
    press(&desk, "Create").await?;
    says(&desk, "Contract created").await;
    let link = field(&desk, "Activation link").await?.prop("value").await?.unwrap_or_default();
    desk.quit().await?;

    let guest = site.browser(500, true).await?;
    site.resize(&guest, 390).await?;
    guest.goto(&link).await?;
    says(&guest, "invites your company").await;
    let mut way = Way::of(&guest);
    way.tick("I have read and accepted the agreement").await?;
    way.press("Next", "Confirm password").await?;
    way.fill("Your full name", "Ivan Drago").await?;
    way.fill("New password", PASSWORD).await?;
    way.fill("Confirm password", PASSWORD).await?;
    way.press("Next", "Company name").await?;
    way.press("Next", "about to activate contract").await?;
    way.press("Activate", "Contract activated").await?;
    way.takes_at_most(6, 4, 4);
    guest.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_begins_at_its_customer_and_ends_at_its_last_question() -> WebDriverResult<()> {
    let site = Site::start();
    let michael = site.browser(1440, true).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    michael.goto(format!("{}{MICKS}/customers?q=adrian", site.url)).await?;
    press(&michael, "Adrian's Restaurant").await?;
    says(&michael, "Create subscription").await;
    let mut way = Way::of(&michael);
    way.press("Create subscription", "Which product?").await?;
    way.tick("Apollo Pulse").await?;
    way.press("Next", "Quantities").await?;
    way.fill("Trainer", "3").await?;
    way.press("Next", "Order details").await?;
    // all that was chosen stands there
    says(&michael, "3 × Trainer").await;
    way.fill("Email of the head trainer", "rocky@adrians.example").await?;
    way.tick("More than 10 screens").await?;
    way.press("Order now", "Subscription ordered").await?;
    way.takes_at_most(6, 4, 3);
    michael.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_changes_of_a_customer_take_ten_keys_and_each_can_be_undone() -> WebDriverResult<()> {
    const CHANGES: usize = 10;
    let site = Site::start();
    let michael = site.browser(1440, true).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    michael.goto(format!("{}{MICKS}/customers?q=fish", site.url)).await?;
    press(&michael, "J&M Tropical Fish").await?;
    press(&michael, "Edit").await?;
    says(&michael, "Saving creates 1 request to 1 vendor").await;
    let edit = michael.current_url().await?;
    // one waits already
    for number in 1..CHANGES {
        michael.goto(edit.as_str()).await?;
        fill(&michael, "City", &format!("City {number}")).await?;
        press(&michael, "Save").await?;
        says(&michael, "Account saved").await;
    }
    michael.quit().await?;

    let apollo = site.browser(1440, true).await?;
    sign_in(&apollo, &site, "apollo@champions.example").await?;
    apollo.goto(format!("{}{CHAMPIONS}/customer-requests?q=fish&status=pending&sort=created", site.url)).await?;
    press(&apollo, "J&M Tropical Fish").await?;
    says(&apollo, &format!("1 of {CHANGES}")).await;
    let key = async |key: &str, then: &str| -> WebDriverResult<()> {
        stay(&apollo).await?;
        type_key(&apollo, key).await?;
        // what is said of one decision is said of the next
        for _ in 0..250 {
            if left(&apollo).await.unwrap_or_default() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        says(&apollo, then).await;
        Ok(())
    };
    let accepted = "SELECT count(*) AS n FROM tier_account_requests WHERE status = 'accepted'";
    let before = site.count(accepted);
    for _ in 0..CHANGES {
        key("a", "Accepted:").await?;
    }
    // the first of them may have taken effect by now
    let decided = "SELECT (SELECT count(*) FROM held_decisions) + \
        (SELECT count(*) FROM tier_account_requests WHERE status = 'accepted') AS n";
    assert_eq!(site.count(decided) - before, 10, "each is decided by its key");
    key("z", "Undone.").await?;
    site.seconds_later().await;
    assert_eq!(site.count(accepted) - before, 9);
    apollo.quit().await
}
