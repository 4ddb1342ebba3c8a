//! Resident memory of a program that serves the demo: rounds of many sign-ins, many pages, pictures and a large import.

use std::{
    collections::BTreeMap,
    io::Cursor,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use entente::{
    demo,
    kit::{connect::Prepare, db::Db, secret::Key},
    start,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};

use super::{
    Outcome, imports, load,
    served::{KEY, Served, Visitor},
};

const SIGN_INS: usize = 1_000;
const AT_ONCE: usize = 400;
const PAGES: usize = 1_000;
const READERS: usize = 20;
const PICTURES: usize = 50;
const MICHAEL: &str = "michael@mightymicks.example";
const MICKS: &str = "/distributor/PA-469-206";
const APOLLO: &str = "apollo@champions.example";
const PRODUCT: &str = "/vendor/VA-287-142/products/PRD-276-377-545";
const READ: [&str; 6] = ["contracts", "customers", "subscriptions", "products", "listings", "fulfillment"];

/// Signs in many times, as many at once as a large company does at nine; how often each status was the answer.
async fn sign_ins(url: &str) -> Outcome<BTreeMap<u16, usize>> {
    let answers: Vec<u16> = stream::iter(0..SIGN_INS)
        .map(|number| async move {
            // tries are counted by network and by e-mail: these are a thousand people in a thousand places
            let mut visitor = Visitor::new()?;
            visitor.from = format!("10.{}.{}.1", number / 250, number % 250);
            let form = visitor.sign_in_form_of(url, &format!("{number}@many.example"), demo::PASSWORD).await?;
            Outcome::Ok(visitor.post(&format!("{url}/sign-in"), form).await?.status().as_u16())
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let mut counted = BTreeMap::new();
    answers.into_iter().for_each(|status| *counted.entry(status).or_default() += 1);
    Ok(counted)
}

async fn pages(url: &str) -> Outcome {
    let next = AtomicUsize::new(0);
    let cookies = Visitor::sign_in_as(url, MICHAEL, demo::PASSWORD).await?.cookies;
    let readers = (0..READERS).map(|_| async {
        let mut visitor = Visitor::new()?;
        loop {
            visitor.cookies.clone_from(&cookies);
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= PAGES {
                return Outcome::Ok(());
            }
            let page = format!("{url}{MICKS}/{}", READ[number % READ.len()]);
            visitor.get(&page).await?.error_for_status()?.bytes().await?;
        }
    });
    futures_util::future::try_join_all(readers).await.map(drop)
}

fn picture() -> Outcome<Vec<u8>> {
    let pixels = RgbImage::from_fn(3_000, 2_000, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 24;
        image::Rgb([(x / 12) as u8, (y / 8) as u8, noise as u8 / 8])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Sends pictures, five at a time; a product has room for eight, so those of before are cleared away.
async fn pictures(url: &str, database: &str, picture: &[u8]) -> Outcome {
    const TOGETHER: usize = 5;
    let cookies = Visitor::sign_in_as(url, APOLLO, demo::PASSWORD).await?.cookies;
    for _ in 0..PICTURES / TOGETHER {
        PgConnection::establish(database)?.batch_execute("DELETE FROM product_media")?;
        let cookies = &cookies;
        let sent = (0..TOGETHER).map(|number| async move {
            let mut visitor = Visitor::new()?;
            visitor.cookies.clone_from(cookies);
            let address = format!("{url}{PRODUCT}/media/new");
            let page = visitor.get(&address).await?.text().await?;
            let csrf = imports::field(&page, "main form input[name=csrf]", "value")?;
            let form = Form::new().text("csrf", csrf).text("type", "image").text("alt", format!("Picture {number}"));
            let form = form.part("image", Part::bytes(picture.to_vec()).file_name("picture.png"));
            match visitor.send_file(&address, form).await?.status().as_u16() {
                303 => Ok(()),
                status => Outcome::Err(format!("a picture is answered by {status}").into()),
            }
        });
        futures_util::future::try_join_all(sent).await?;
    }
    Ok(())
}

/// One line for each round: memory after each kind of work.
pub fn table(admin: &str, url: &str, rounds: usize) -> Outcome {
    if load::create(admin, "memory")? {
        start::migrate(url, Prepare::On)?;
        let key = Key::from_text(KEY).ok_or("a key")?;
        demo::load(&Db::new(url, 1).with_key(key).with_consequences(entente::consequences::table()))?;
        PgConnection::establish(url)?.batch_execute(&format!(
            "INSERT INTO users (id, name, email, email_key, password_hash, password_set_at, created_at) \
             SELECT 'UR-999-000-' || lpad(n::text, 3, '0'), 'n', n || '@many.example', n || '@many.example', password_hash, now(), now() \
             FROM users, generate_series(0, {SIGN_INS} - 1) n WHERE email = '{MICHAEL}'"
        ))?;
    }
    let served = Served::program(url, 8)?;
    println!(
        "\nResident memory, {:.0} MB fresh; after each\n\n\
         | round | {SIGN_INS} sign-ins, {AT_ONCE} at once | {PAGES} pages, {READERS} at once | {PICTURES} pictures | \
         an import of 100,000 rows | a minute later |\n|--:|--:|--:|--:|--:|--:|",
        served.memory()?
    );
    let picture = picture()?;
    actix_web::rt::System::new().block_on(async {
        let mut answers = BTreeMap::new();
        for round in 1..=rounds {
            for (status, count) in sign_ins(&served.url).await? {
                *answers.entry(status).or_insert(0) += count;
            }
            let mut figures = vec![served.memory()?];
            pages(&served.url).await?;
            figures.push(served.memory()?);
            pictures(&served.url, url, &picture).await?;
            figures.push(served.memory()?);
            let visitor = Visitor::sign_in_as(&served.url, MICHAEL, demo::PASSWORD).await?;
            imports::send_new(&served, visitor, &format!("{MICKS}/customers/imports"), round).await?;
            figures.push(served.memory()?);
            actix_web::rt::time::sleep(Duration::from_secs(60)).await;
            figures.push(served.memory()?);
            let figures: Vec<String> = figures.iter().map(|figure| format!("{figure:.0} MB")).collect();
            println!("| {round} | {} |", figures.join(" | "));
        }
        println!("\nAt most {:.0} MB. Sign-ins were answered by {answers:?}.", served.peak()?);
        Ok(())
    })
}
