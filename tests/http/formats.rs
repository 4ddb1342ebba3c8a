//! Days, hours and numbers as a person writes them, whatever the language: on pages and in mails, and not in files for programs.

use chrono::NaiveDateTime;
use entente::{
    access::letters::Mail,
    mail::{outbox, sender},
};

use crate::support::{Answer, World, world::MICKS};

/// All instants on a page are written so.
fn written(page: &Answer, pattern: &str) -> bool {
    let all = page.texts("ul.sessions time");
    assert!(!all.is_empty(), "{} has instants", page.path);
    all.iter().all(|text| NaiveDateTime::parse_from_str(text, pattern).is_ok())
}

#[actix_web::test]
async fn a_person_reads_days_and_hours_as_they_write_them_in_every_language() {
    let world = World::new().await;
    let michael = world.michael().await;
    assert!(written(&michael.get("/profile/sessions").await, "%d %b %Y, %H:%M"), "as the language does");
    let list = michael.get(&format!("{MICKS}/contracts/export.csv")).await.body_text();
    let profile = michael.get("/profile").await;
    let set = profile.attributes("#date_order option[selected], #clock option[selected]", "value");
    assert!(set.iter().all(String::is_empty), "the language decides: {set:?}");
    for (field, wrong) in [("date_order", "iso"), ("clock", "13"), ("number_signs", "none")] {
        michael.submit(&profile, &[(field, wrong)]).await.must_be(422).must_say("from the list");
    }
    let chosen = [("date_order", "ymd"), ("clock", "12"), ("number_signs", "apostrophe")];
    let saved = michael.follow(michael.submit(&profile, &chosen).await).await;
    for (field, value) in chosen {
        assert_eq!(saved.attribute(&format!("#{field} option[selected]"), "value"), value);
    }
    for language in ["en", "de"] {
        world.run(&format!("UPDATE users SET language = '{language}' WHERE email = 'michael@mightymicks.example'"));
        let page = michael.get("/profile/sessions").await;
        assert_eq!(page.attribute("html", "lang"), language);
        assert!(written(&page, "%Y-%m-%d, %I:%M %p"), "{language}: {:?}", page.texts("ul.sessions time"));
    }
    // a file for programs is the same for everybody
    world.run("UPDATE users SET language = NULL");
    assert_eq!(michael.get(&format!("{MICKS}/contracts/export.csv")).await.body_text(), list);
    // and others read as before
    assert!(written(&world.paulie().await.get("/profile/sessions").await, "%d %b %Y, %H:%M"));
}

#[actix_web::test]
async fn a_mail_is_written_as_its_recipient_writes() {
    let world = World::new().await;
    world.run(
        "DELETE FROM outbox; UPDATE users SET number_signs = 'apostrophe' WHERE email = 'michael@mightymicks.example'",
    );
    for (recipient, number) in
        [("michael@mightymicks.example", "12’345 codes"), ("paulie@mightymicks.example", "12,345 codes")]
    {
        let letter = Mail::RecoveryCodeUsed { left: 12_345 };
        outbox::put(&mut world.sql(), chrono::Utc::now(), recipient, &letter).expect("it is queued");
        let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads").join("\n");
        assert!(mails.contains(number), "{recipient}: {mails}");
        world.run("DELETE FROM outbox");
    }
}
