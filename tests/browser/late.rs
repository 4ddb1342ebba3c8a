//! A form that comes too late, in a real browser: what it says of where forms come from, and where Back leads.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, accessible, fill, press, says, sign_in};

const NOTE: &str = "/distributor/PA-469-206/contracts/CRS-15231-15992-11789/note";

/// The cookie of the session; without it the browser is a stranger's.
const SESSION: &str = "entente";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_the_session_and_back_leads_to_pages() -> WebDriverResult<()> {
    let site = Site::start();
    for width in [1440, 500] {
        let driver = site.browser(width, true).await?;
        sign_in(&driver, &site, "michael@mightymicks.example").await?;
        driver.goto(format!("{}{NOTE}", site.url)).await?;
        // another text each time: what is the same is not saved again
        let words = format!("Words worth keeping at {width}");
        fill(&driver, "Note", &words).await?;
        driver.delete_cookie(SESSION).await?;
        driver.find(By::Css("main form button[type='submit']")).await?.click().await?;
        says(&driver, "We've kept what you typed").await;
        accessible(&driver).await?;
        fill(&driver, "Email", "michael@mightymicks.example").await?;
        fill(&driver, "Password", entente::demo::PASSWORD).await?;
        press(&driver, "Sign in").await?;
        says(&driver, "Send what you typed").await;
        says(&driver, &words).await;
        accessible(&driver).await?;
        press(&driver, "Send what I typed").await?;
        says(&driver, "Notes saved").await;
        driver.back().await?;
        says(&driver, "You've already sent this once").await;
        driver.refresh().await?;
        says(&driver, "You've already sent this once").await;
        // past the sign-in, which has nothing more to ask, to the page where it began
        driver.back().await?;
        driver.find(By::Tag("h1")).await?;
        driver.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_never_sends_a_form_of_another_site_under_our_name() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    driver.goto(format!("{}{NOTE}", site.url)).await?;
    let token = driver.find(By::Css("main input[name='csrf']")).await?.attr("value").await?.unwrap_or_default();
    // a page of another origin, which even knows a token
    let page = format!(
        "<form method=post action='{}{NOTE}'><input name=csrf value='{token}'><input name=note value='Written by another site'>\
         <button>Win</button></form>",
        site.url
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let elsewhere = format!("http://localhost:{}/", listener.local_addr().expect("an address").port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            use std::io::{Read as _, Write as _};
            let _ = stream.read(&mut [0; 4096]);
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    for ended in [false, true] {
        if ended {
            driver.goto(format!("{}/help", site.url)).await?;
            driver.delete_cookie(SESSION).await?;
        }
        driver.goto(&elsewhere).await?;
        driver.find(By::Tag("button")).await?.click().await?;
        says(&driver, "This form was not accepted").await;
    }
    driver.quit().await
}
