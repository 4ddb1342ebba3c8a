//! From an empty usage file to a bill: a vendor fills in the template, drops it on the page, reads three mistakes, mends them and submits; its
//! distributor reads the file beside its list, accepts it, and closes it with the ID of the bill.

use chrono::{Days, NaiveDate, Utc};
use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    listing::look,
    site::{Site, field, fill, press, says, sign_in, status},
};

const MICKS: &str = "/distributor/PA-469-206";
const CHAMPIONS: &str = "/vendor/VA-287-142";
const NAME: &str = "Hours of four days";
/// No subscription has it.
const NOBODY: &str = "AS-0000-0000-0000";

fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// Fills in a date, whatever the browser's own way of typing one is.
async fn day(driver: &WebDriver, label: &str, day: NaiveDate) -> WebDriverResult<()> {
    let field = field(driver, label).await?;
    let set = "arguments[0].value = arguments[1]";
    driver.execute(set, vec![field.to_json()?, day.to_string().into()]).await.map(|_| ())
}

/// A file that this page leads to, as whoever is signed in gets it.
async fn download(driver: &WebDriver, words: &str) -> WebDriverResult<String> {
    let link = driver.find(By::XPath(format!("//main//a[normalize-space(.)=\"{words}\"]"))).await?;
    let url = link.prop("href").await?.unwrap_or_default();
    let cookies = driver.get_all_cookies().await?;
    let cookies: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
    let asked = reqwest::Client::new().get(&url).header("cookie", cookies.join("; ")).send().await;
    let text = asked.expect("the file comes").text().await.expect("it is text");
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Sends a report from the page of its file: dropped on the field where scripts run, else chosen there.
async fn send(driver: &WebDriver, name: &str, report: &str, scripts: bool) -> WebDriverResult<()> {
    press(driver, "Upload").await?;
    look(driver, scripts).await?;
    if scripts {
        says(driver, "You can also drop the file here.").await;
        let drop = "const data = new DataTransfer(); \
            data.items.add(new File([arguments[0]], arguments[1], { type: 'text/csv' })); \
            const event = kind => new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }); \
            const area = document.querySelector('drop-file'); \
            area.dispatchEvent(event('dragover')); const over = area.hasAttribute('data-over'); \
            area.dispatchEvent(event('drop')); return over && !area.hasAttribute('data-over')";
        let shown: bool = driver.execute(drop, vec![report.into(), name.into()]).await?.convert()?;
        assert!(shown, "the area says that it takes the file, until it has it");
        let line = driver.find(By::Css("drop-file [role='status']")).await?.text().await?;
        assert!(line.starts_with(&format!("{name} (")), "its name and its size: {line}");
        // what lies half under the header is not looked at
        driver.execute("scrollTo(0, 0)", Vec::new()).await?;
        look(driver, scripts).await?;
    } else {
        let path = std::env::temp_dir().join(format!("entente-{}-{name}", std::process::id()));
        std::fs::write(&path, report).expect("the report is written");
        field(driver, "File").await?.send_keys(path.to_string_lossy()).await?;
    }
    press(driver, "Upload and check").await
}

/// The page of a file moves by itself until its report is checked.
async fn is_checked(driver: &WebDriver, words: &str) {
    let found = By::XPath(format!("//main[contains(normalize-space(.), \"{words}\")]"));
    for _ in 0..5 {
        if driver.find(found.clone()).await.is_ok() {
            return;
        }
    }
    says(driver, words).await;
}

/// A good row of the template, and the same with three mistakes.
fn reports(template: &str) -> (String, String) {
    let mut lines = template.lines();
    let (head, empty) = (lines.next().expect("a header"), lines.next().expect("a subscription"));
    let row = empty.replace("APOLLO-PULSE-HOURS,,", "APOLLO-PULSE-HOURS,12.5,");
    assert_ne!(row, empty, "the quantity is what is missing: {empty}");
    let (key, rest) = row.split_once(',').expect("an ID comes first");
    let subscription = rest.split(',').find(|cell| cell.starts_with("AS-")).expect("a subscription");
    let wrong =
        [row.replace(",12.5,", ",many,"), row.clone(), format!("{key}-2,{}", rest.replace(subscription, NOBODY))];
    (format!("{head}\r\n{row}\r\n"), format!("{head}\r\n{}\r\n", wrong.join("\r\n")))
}

/// The vendor's part; the address of the file on its pages.
async fn report(apollo: &WebDriver, site: &Site, scripts: bool) -> WebDriverResult<String> {
    apollo.goto(format!("{}{CHAMPIONS}/usage-files", site.url)).await?;
    press(apollo, "Create usage file").await?;
    look(apollo, scripts).await?;
    fill(apollo, "Name", NAME).await?;
    day(apollo, "First day", ago(8)).await?;
    day(apollo, "Last day", ago(5)).await?;
    press(apollo, "Create").await?;
    says(apollo, "Usage file created").await;
    look(apollo, scripts).await?;
    let (good, wrong) = reports(&download(apollo, "Download template (CSV)").await?);
    let here = apollo.current_url().await?.to_string();

    send(apollo, "wrong.csv", &wrong, scripts).await?;
    is_checked(apollo, "“many” is not a number.").await;
    says(apollo, "is also in row 2.").await;
    says(apollo, NOBODY).await;
    assert_eq!(status(apollo, "Status").await?, "Invalid");
    look(apollo, scripts).await?;

    send(apollo, "mended.csv", &good, scripts).await?;
    is_checked(apollo, "No errors found.").await;
    assert_eq!(status(apollo, "Status").await?, "Ready");
    says(apollo, "12.50").await;
    look(apollo, scripts).await?;
    apollo.goto(format!("{}{CHAMPIONS}/notifications", site.url)).await?;
    says(apollo, &format!("{NAME} is checked: ready")).await;
    look(apollo, scripts).await?;

    apollo.goto(&here).await?;
    press(apollo, "Submit").await?;
    look(apollo, scripts).await?;
    press(apollo, "Submit").await?;
    says(apollo, "Usage file submitted").await;
    look(apollo, scripts).await?;
    Ok(here)
}

/// The distributor's part.
async fn bill(michael: &WebDriver, site: &Site, scripts: bool, width: u32) -> WebDriverResult<()> {
    michael.goto(format!("{}{MICKS}/usage-files?status=pending", site.url)).await?;
    look(michael, scripts).await?;
    press(michael, NAME).await?;
    says(michael, "Accept the file, or reject it with a reason.").await;
    look(michael, scripts).await?;
    if width >= 1280 {
        assert!(michael.find(By::Css("nav.queue")).await?.is_displayed().await?, "its list stands beside it");
    }
    let here = michael.current_url().await?.to_string();
    // on a phone the acts stand over the lower part of the page, which is scrolled past them
    let scroll = "document.querySelector('nav.tabs').scrollIntoView({ block: 'center' })";
    michael.execute(scroll, Vec::new()).await?;
    press(michael, "Comparison").await?;
    says(michael, "Compared with the period before").await;
    look(michael, scripts).await?;
    michael.execute(scroll, Vec::new()).await?;
    press(michael, "Records").await?;
    says(michael, "12.50").await;
    look(michael, scripts).await?;
    michael.goto(&here).await?;
    press(michael, "Accept").await?;
    says(michael, "Accepted:").await;
    look(michael, scripts).await?;
    site.seconds_later().await;
    michael.goto(&here).await?;
    assert_eq!(status(michael, "Status").await?, "Accepted");
    look(michael, scripts).await?;
    press(michael, "Close").await?;
    look(michael, scripts).await?;
    press(michael, "Close usage file").await?;
    says(michael, "Enter the external billing ID").await;
    look(michael, scripts).await?;
    fill(michael, "External billing ID", "INV-20431").await?;
    press(michael, "Close usage file").await?;
    says(michael, "Usage file closed").await;
    assert_eq!(status(michael, "Status").await?, "Closed");
    look(michael, scripts).await
}

async fn journey(scripts: bool, width: u32) -> WebDriverResult<()> {
    let site = Site::start();
    let apollo = site.browser(width, scripts).await?;
    sign_in(&apollo, &site, "apollo@champions.example").await?;
    let here = report(&apollo, &site, scripts).await?;
    let michael = site.browser(width, scripts).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    bill(&michael, &site, scripts, width).await?;
    michael.quit().await?;
    apollo.goto(&here).await?;
    says(&apollo, "INV-20431").await;
    assert_eq!(status(&apollo, "Status").await?, "Closed");
    look(&apollo, scripts).await?;
    apollo.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_dropped_mended_accepted_and_billed() -> WebDriverResult<()> {
    journey(true, 1440).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_on_a_phone() -> WebDriverResult<()> {
    journey(true, 390).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_without_scripts() -> WebDriverResult<()> {
    journey(false, 1000).await
}
