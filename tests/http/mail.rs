//! Mail: what is sent, to whom, and what is never written anywhere.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

use entente::{
    config::Config,
    modules::{
        contracts::expiry,
        mail::sender::{self, Post},
    },
};

use crate::{
    contracts::invite,
    support::{
        World,
        world::{MICKS, SIGNED, key},
    },
};

/// A mail server that takes everything and gives it to the test.
pub fn mail_server() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://{}", listener.local_addr().expect("an address"));
    let (sender, mails) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(mail) = take(stream)
                && sender.send(mail).is_err()
            {
                return;
            }
        }
    });
    (url, mails)
}

/// One conversation of SMTP, up to the end of its first mail.
fn take(stream: TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let say = |words: &str| (&stream).write_all(format!("{words}\r\n").as_bytes());
    say("220 test").ok()?;
    let mut mail = String::new();
    while let Some(Ok(line)) = lines.next() {
        match line.split_whitespace().next().unwrap_or_default() {
            "DATA" => {
                say("354 go on").ok()?;
                for line in lines.by_ref().map_while(Result::ok).take_while(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                say("250 taken").ok()?;
            }
            "QUIT" => break,
            _ => say("250 fine").ok()?,
        }
    }
    (!mail.is_empty()).then_some(mail)
}

async fn send_all(world: &World, url: &str) {
    let post = Post::new(url, "Entente <entente@mightymicks.example>").expect("an address");
    let (db, house) = (&world.program.db, &world.program.house);
    while sender::send_one(db, post.clone(), house.key.clone(), house.public_url.clone()).await.expect("the outbox") {}
}

#[actix_web::test]
async fn mail_goes_out_once_through_a_mail_server_and_waits_while_there_is_none() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", "michael@mightymicks.example")]).await;
    entente::jobs::answer_resets(&world.program).await.expect("the job");
    send_all(&world, "smtp://127.0.0.1:1").await;
    let waiting = "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL AND attempts = 1 AND due_at > now()";
    assert_eq!(world.number(waiting), 1);
    world.run("UPDATE outbox SET due_at = now()");
    let (url, mails) = mail_server();
    send_all(&world, &url).await;
    send_all(&world, &url).await;
    let mail = mails.recv().expect("a mail");
    assert!(mail.contains("To: michael@mightymicks.example"), "{mail}");
    assert!(mail.contains("Subject: Set a new password"), "{mail}");
    assert!(mails.try_recv().is_err(), "it was sent once");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"), 0);
}

#[actix_web::test]
async fn both_sides_are_told_once_that_a_contract_ends_soon() {
    let world = World::new().await;
    world.run(&format!("UPDATE contracts SET expire_at = now() + interval '6 days' WHERE id = '{SIGNED}'"));
    for _ in 0..2 {
        world.program.db.write_system("reminders", expiry::remind).await.expect("the job");
    }
    let told = "SELECT count(*) AS n FROM outbox WHERE kind = 'contract_expires' AND recipient = ";
    for (recipient, times) in
        [("donnie@acreedllc.example", 1), ("michael@mightymicks.example", 1), ("apollo@champions.example", 0)]
    {
        assert_eq!(world.number(&format!("{told}'{recipient}'")), times, "{recipient}");
    }
}

#[actix_web::test]
async fn where_the_operator_wants_it_an_invitee_confirms_its_email_by_a_code() {
    let world = World::with(|config| Config { verify_email: true, ..config }).await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    page.must_say("Five short steps");
    let page = guest.follow(guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await).await;
    page.must_say("Confirm your email").must_say("Step 2 of 5");
    assert!(guest.get(&format!("/activate/{id}/user")).await.location().ends_with("/code"), "no way around");
    let latest = async || {
        let letters = world.program.db.open(|conn| sender::unsent(conn, &key(), "http://127.0.0.1:8080")).await;
        let letter = letters.expect("the outbox").into_iter().rfind(|letter| letter.contains("is your code"));
        letter.and_then(|letter| letter.split("Subject: ").nth(1)?.get(..6).map(str::to_owned)).expect("a code")
    };
    let code = latest().await;
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM outbox WHERE facts::text LIKE '%{code}%'")), 0);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        guest.submit(&page, &[("code", wrong)]).await.must_be(422).must_say("not the code");
    }
    guest.submit(&page, &[("code", &code)]).await.must_be(422).must_say("used up");
    let again = guest.post(&format!("/activate/{id}/code/again"), &[("csrf", &page.value("csrf"))]).await;
    guest.follow(again).await.must_say("new code");
    let spaced = latest().await.chars().map(|digit| format!("{digit} ")).collect::<String>();
    let page = guest.follow(guest.submit(&page, &[("code", &spaced)]).await).await;
    page.must_say("Create user").must_say("Step 3 of 5");
    // confirmed once is enough
    assert!(guest.get(&format!("/activate/{id}/code")).await.location().ends_with("/user"));
}

#[actix_web::test]
async fn without_that_wish_there_is_no_such_step() {
    let world = World::new().await;
    let (id, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await;
    assert!(guest.get(&format!("/activate/{id}/code")).await.location().ends_with("/user"));
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'email_code'"), 0);
}
