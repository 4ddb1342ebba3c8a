//! A partner meets its distributor's brand before anything else, and its five people come in as each of them does.

use std::time::Duration;

use diesel::{Connection as _, PgConnection};
use entente::{kit::secret::Key, mail::sender, portals};
use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    journeys,
    names::{ACME, two_brands, under},
    passkeys,
    site::{KEY, Site, accessible, fill, press, says, sign_in, tick},
    sso,
};

const PASSWORD: &str = "Southpaw-Jab-77";
const ANOTHER: &str = "Uppercut-Left-91";
const COMPANY: &str = "Drago Sports GmbH";
const LUDMILLA: (&str, &str) = ("ludmilla@drago.example", "Ludmilla Orlova");
const NICOLI: (&str, &str) = ("nicoli@drago.example", "Nicoli Koloff");
const IGOR: (&str, &str) = ("igor@drago.example", "Igor Rimsky");
const SERGEI: (&str, &str) = ("sergei@drago.example", "Sergei Rykov");

/// The link of this sort in the newest mail to somebody.
fn mailed(site: &Site, email: &str, sort: &str) -> Option<String> {
    let mut conn = PgConnection::establish(site.database_url()).expect("a connection");
    let letters = portals::letters(Key::from_text(KEY).expect("a key"), site.url.clone(), false);
    let mails = sender::unsent(&mut conn, &letters).expect("the outbox reads");
    let mail = mails.iter().rfind(|mail| mail.contains(email) && mail.contains(sort))?;
    let line = mail.lines().find(|line| line.contains(sort))?;
    Some(line[line.find("http")?..].trim().to_owned())
}

/// The same, once a job has written the mail.
async fn arrives(site: &Site, email: &str, sort: &str) -> String {
    for _ in 0..60 {
        if let Some(link) = mailed(site, email, sort) {
            return link;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("no mail with {sort} came to {email}");
}

/// Whoever is invited opens the mail and joins.
async fn joined(site: &Site, (email, name): (&str, &str)) -> WebDriverResult<WebDriver> {
    let guest = site.browser(1280, true).await?;
    guest.goto(arrives(site, email, "/join/").await).await?;
    says(&guest, &format!("Join {COMPANY}")).await;
    says(&guest, "Mick's Corner").await;
    fill(&guest, "Your full name", name).await?;
    fill(&guest, "New password", PASSWORD).await?;
    fill(&guest, "Confirm password", PASSWORD).await?;
    press(&guest, "Create account and join").await?;
    says(&guest, &format!("You joined {COMPANY}")).await;
    Ok(guest)
}

async fn is_in(driver: &WebDriver) -> WebDriverResult<()> {
    driver.find(By::XPath("//form[contains(@action, 'sign-out')]")).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_meets_the_brand_and_its_people_come_in_each_in_their_way() -> WebDriverResult<()> {
    let site = Site::start_over("localhost", two_brands);
    let acme = under(&site, ACME);
    let desk = site.browser(1440, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    let link = journeys::invite(&desk, &site, false).await?;
    assert!(link.starts_with(&acme), "{link}");
    desk.quit().await?;

    // the brand is there before the partner is anybody, on its own name and to the end
    let founder = site.browser(1280, true).await?;
    founder.goto(&link).await?;
    says(&founder, "Mick's Corner").await;
    accessible(&founder).await?;
    assert!(!founder.source().await?.contains("Umbrella"), "the other brand is not there");
    journeys::activate(&founder, &link, false).await?;
    says(&founder, "Mick's Corner").await;
    let home = founder.current_url().await?;
    assert_eq!(home.host_str(), Some(ACME), "{home}");
    let portal = format!("{acme}{}", home.path());
    let account = home.path().rsplit('/').next().unwrap_or_default().to_owned();

    founder.goto(format!("{portal}/users/new")).await?;
    let all = [LUDMILLA, NICOLI, IGOR, SERGEI];
    fill(&founder, "Emails", &all.map(|(email, _)| email).join(", ")).await?;
    tick(&founder, "Administrators").await?;
    accessible(&founder).await?;
    press(&founder, "Send invitations").await?;
    says(&founder, "4 invitations sent").await;
    let (ludmilla, nicoli) = (joined(&site, LUDMILLA).await?, joined(&site, NICOLI).await?);
    let (igor, sergei) = (joined(&site, IGOR).await?, joined(&site, SERGEI).await?);

    // by passkey
    passkeys::enrol(&ludmilla, &acme).await?;
    passkeys::device(&site, &ludmilla).await;
    passkeys::add(&ludmilla, "Ludmilla's phone").await?;
    passkeys::show(&ludmilla, &acme, (LUDMILLA.0, PASSWORD)).await?;
    is_in(&ludmilla).await?;

    // through the company's own provider, in a browser that knows nothing
    let (_provider, issuer) = sso::provider(&account, &[&acme]);
    sso::set_up(&founder, &site, &portal, (&issuer, "drago.example")).await?;
    nicoli.delete_all_cookies().await?;
    sso::come(&nicoli, &acme, NICOLI.0, false).await?;
    let at = nicoli.current_url().await?;
    assert_eq!((at.host_str(), at.path()), (Some(ACME), home.path()));

    // with a password that a mail replaced
    igor.delete_all_cookies().await?;
    igor.goto(format!("{acme}/forgot-password")).await?;
    fill(&igor, "Email", IGOR.0).await?;
    press(&igor, "Send").await?;
    says(&igor, "a link to set a new password").await;
    igor.goto(arrives(&site, IGOR.0, "/set-password/").await).await?;
    fill(&igor, "New password", ANOTHER).await?;
    fill(&igor, "Confirm password", ANOTHER).await?;
    press(&igor, "Set password").await?;
    is_in(&igor).await?;

    // and not any more
    founder.goto(format!("{portal}/users?q=sergei")).await?;
    let row = founder.find(By::Css("main tbody a[href*='/users/UR-']")).await?.attr("href").await?.unwrap_or_default();
    founder.goto(format!("{acme}{row}/remove")).await?;
    says(&founder, "Sergei Rykov will immediately lose access").await;
    accessible(&founder).await?;
    press(&founder, "Remove user").await?;
    says(&founder, "User removed").await;
    sergei.goto(&portal).await?;
    says(&sergei, "Page not found").await;
    for driver in [founder, ludmilla, nicoli, igor, sergei] {
        driver.quit().await?;
    }
    Ok(())
}
