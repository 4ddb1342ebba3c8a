//! The bell, in a real browser: its number moves while a page is open, and its pages can be used by everybody.

use std::time::Duration;

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, accessible, press, says, sign_in};

const HOME: &str = "/distributor/PA-469-206";

/// Michael is told of something, as an act of somebody else would tell him.
const TOLD: &str = "INSERT INTO notifications (id, account_id, user_id, kind, facts, object, seen, at, shown, hourly) \
    SELECT gen_random_uuid(), 'PA-469-206', u.id, 'usage_submitted', jsonb_build_object('about', 'usage_submitted', 'file', f.id, \
    'owner', 'PA-469-206', 'company', 'Champions', 'name', 'May'), 'usage-files/' || f.id, '{usage.view}', now(), true, false \
    FROM users u, (SELECT min(id) AS id FROM usage_files) f WHERE u.email = 'michael@mightymicks.example'";

async fn number_becomes(driver: &WebDriver, wanted: &str) -> WebDriverResult<()> {
    let mut shown = String::new();
    for _ in 0..60 {
        shown = driver.find(By::Css("a.bell .waits-n")).await?.text().await?;
        if shown == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("the bell shows {shown:?} and not {wanted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_moves_while_a_page_is_open() -> WebDriverResult<()> {
    let site = Site::start();
    let run = |statement: &str| {
        let mut conn = PgConnection::establish(site.database_url()).expect("a connection");
        conn.batch_execute(statement).expect("it runs");
    };
    run("DELETE FROM notifications");
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    driver.goto(format!("{}{HOME}", site.url)).await?;
    number_becomes(&driver, "").await?;
    run(TOLD);
    number_becomes(&driver, "1").await?;
    run("DELETE FROM notifications");
    number_becomes(&driver, "").await?;
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_read_on_a_phone_and_without_scripts() -> WebDriverResult<()> {
    let site = Site::start();
    let mut conn = PgConnection::establish(site.database_url()).expect("a connection");
    for (width, scripts) in [(1440, true), (390, true), (390, false)] {
        conn.batch_execute(&format!("DELETE FROM notifications; {TOLD}")).expect("it runs");
        let driver = site.browser(width, scripts).await?;
        sign_in(&driver, &site, "michael@mightymicks.example").await?;
        driver.find(By::Css("a.bell")).await?.click().await?;
        says(&driver, "Champions reports usage: May").await;
        if scripts {
            accessible(&driver).await?;
        }
        press(&driver, "Mark as read").await?;
        says(&driver, "Notification marked as read").await;
        for page in ["notification-rules", "notification-rules/contract_expires", "outbox", "email-text"] {
            driver.goto(format!("{}{HOME}/{page}", site.url)).await?;
            driver.find(By::Tag("h1")).await?;
            if scripts {
                accessible(&driver).await?;
            }
        }
        driver.goto(format!("{}/profile/notifications", site.url)).await?;
        says(&driver, "Once an hour").await;
        driver.quit().await?;
    }
    Ok(())
}
