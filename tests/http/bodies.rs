//! What people send is read within bounds: which address takes a file, how large, how long, and how much at once.

use std::{
    collections::BTreeSet,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use actix_web::http::Method;
use diesel::{RunQueryDsl as _, dsl::sql, sql_types::Integer};
use entente::{
    kit::{
        actor::Role,
        db::{self, Db},
    },
    portals,
};

use crate::{
    access::{Drawn, address},
    support::{
        World,
        client::selector,
        program::{Over, Program},
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

const MULTIPART: &str = "multipart/form-data; boundary=x";
const MB: usize = 1024 * 1024;

fn part(head: &str, content: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
}

#[actix_web::test]
async fn a_file_is_taken_only_where_the_page_asks_for_one() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let drawn = Drawn::of(&world);
    let closed = world.text("SELECT id AS t FROM usage_files WHERE status = 'closed'");
    let (mut asked, mut reached, mut pages) = (BTreeSet::new(), BTreeSet::new(), 0);
    let (mut takers, mut led) = (BTreeSet::new(), BTreeSet::new());
    for (role, base, client) in
        [(Role::Distributor, MICKS, &michael), (Role::Reseller, ACREED, &donnie), (Role::Vendor, CHAMPIONS, &apollo)]
    {
        let token = client.get("/profile").await.value("csrf");
        let body =
            [part("name=\"csrf\"", &token), part("name=\"file\"; filename=\"a.txt\"", "words"), "--x--\r\n".into()]
                .concat();
        for mount in portals::screens(role).into_iter().filter(|mount| mount.method == Method::POST) {
            // the bills of a file are taken once it is accepted
            let url = match mount.path.as_str() {
                "/usage-files/{id}/reconciliation" => format!("{base}/usage-files/{closed}/reconciliation"),
                // a step that a wizard goes on to when the agreement is new
                "/directory/new/{wizard}/terms" if role == Role::Distributor => {
                    let type_ = [("role", "reseller")];
                    let begun = client.submit(&client.get(&format!("{base}/directory/new")).await, &type_).await;
                    format!("{}/terms", begun.location().rsplit_once('/').expect("a step").0)
                }
                path => address(base, path, role, &drawn),
            };
            let status = client.post_raw(&url, MULTIPART, body.clone().into_bytes()).await.status;
            if mount.takes_file {
                takers.insert(url.clone());
                // the vendor's dry run says at once what the file would do, unless another of the same is checked already; the cast's reseller has no agreement of every kind
                let dry_run = role == Role::Vendor && mount.path == "/usage-files/{id}/dry-run";
                let taken: &[u16] = if dry_run { &[200, 409] } else { &[303, 422, 404] };
                assert!(taken.contains(&status), "{url} takes files, and answers {status}");
                if status != 404 {
                    reached.insert(mount.path.clone());
                }
                asked.insert(mount.path);
            } else {
                // whoever may not open the page at all learns nothing about its form
                assert!([415, 403, 404].contains(&status), "{url} takes no files, and answers {status}");
            }
            let page = client.get(&url).await;
            if page.status == 200 {
                let html = page.html();
                let asks =
                    |form: &scraper::ElementRef<'_>| form.select(&selector("input[type='file']")).next().is_some();
                let leads = |form: scraper::ElementRef<'_>| {
                    let to = form.value().attr("action").and_then(|to| to.split('?').next()).unwrap_or_default();
                    if to.is_empty() { url.clone() } else { to.to_owned() }
                };
                // some pages ask for a file only in one of their states
                let forms: Vec<_> = html.select(&selector("form[enctype]")).filter(asks).map(leads).collect();
                pages += usize::from(!forms.is_empty());
                led.extend(forms);
            }
        }
    }
    assert_eq!(reached, asked, "whatever takes files was reached in some portal");
    assert!(pages > 3, "pages ask for files");
    let lost: Vec<&String> = led.difference(&takers).collect();
    assert!(lost.is_empty(), "forms ask for files that these addresses do not take: {lost:?}");
    let guest = world.stranger();
    let token = guest.get("/sign-in").await.value("csrf");
    let body = part("name=\"csrf\"", &token) + "--x--\r\n";
    for mount in portals::public::screens().into_iter().filter(|mount| mount.takes_file) {
        let answer = guest.post_raw(&mount.path, MULTIPART, body.clone().into_bytes()).await;
        // a pack is checked for everybody, and not kept
        if mount.path == "/verify" {
            answer.must_be(422).must_say("Choose an evidence pack");
            continue;
        }
        assert!(answer.must_be(303).location().starts_with("/sign-in"), "nobody uploads anonymously to {}", mount.path);
    }
    for path in ["/sign-in", "/forgot-password"] {
        guest
            .post_raw(path, MULTIPART, body.clone().into_bytes())
            .await
            .must_be(415)
            .must_say("doesn't accept uploads like this");
    }
}

#[actix_web::test]
async fn a_form_is_bounded_in_all_directions() {
    let world = World::new().await;
    let michael = world.michael().await;
    let url = format!("{MICKS}/agreements/new");
    let page = michael.get(&url).await;
    let token = part("name=\"csrf\"", &page.value("csrf"));
    let send = async |body: String| michael.post_raw(&url, MULTIPART, (body + "--x--\r\n").into_bytes()).await;
    let parts = |count: usize, one: &str| [token.as_str(), &one.repeat(count)].concat();
    send(parts(3, &part("name=\"name\"", "Words"))).await.must_be(422);
    send(parts(1_500, &part("name=\"a\"", ""))).await.must_be(413);
    send(parts(1, &part(&format!("name=\"{}\"", "n".repeat(201)), ""))).await.must_be(400);
    send(parts(1, &part(&format!("name=\"file\"; filename=\"{}\"", "n".repeat(1_001)), ""))).await.must_be(400);
    send(parts(2, &part("name=\"name\"", &"x".repeat(40_000)))).await.must_be(413);
    send(parts(2, &part("name=\"file\"; filename=\"a.txt\"", &"x".repeat(6 * MB)))).await.must_be(413);
    // the token stands first, and is ours
    send([part("name=\"name\"", "Words"), token.clone()].concat()).await.must_be(403);
    send(part("name=\"csrf\"", "forged")).await.must_be(403);
    send(part("name=\"csrf\"", &"x".repeat(500))).await.must_be(413);
    send(part("name=\"csrf\"; filename=\"a\"", &page.value("csrf"))).await.must_be(403);
    let many = format!("csrf={}{}", page.value("csrf"), "&a=b".repeat(1_500));
    michael.post_raw(&url, "application/x-www-form-urlencoded", many.into_bytes()).await.must_be(413);
    let long = format!("csrf={}&{}=b", page.value("csrf"), "n".repeat(201));
    michael.post_raw(&url, "application/x-www-form-urlencoded", long.into_bytes()).await.must_be(400);
}

/// What a sender saw that sends and sends.
#[derive(Debug)]
struct Seen {
    status: u16,
    sent: usize,
    closed: bool,
    after: Duration,
}

/// Sends `head`, then `piece` again and again, up to `most` bytes and ten seconds, whatever is answered.
fn flood(port: u16, head: &str, piece: &[u8], most: usize) -> Seen {
    let began = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the program listens");
    stream.set_write_timeout(Some(Duration::from_secs(4))).expect("a timeout");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    stream.write_all(head.as_bytes()).expect("the head is sent");
    let mut seen = Seen { status: 0, sent: 0, closed: false, after: Duration::ZERO };
    while seen.sent < most && began.elapsed() < Duration::from_secs(10) {
        match stream.write(piece) {
            Ok(0) => break,
            Ok(bytes) => seen.sent += bytes,
            Err(error) => {
                seen.closed = matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
                break;
            }
        }
    }
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => {
                seen.closed = true;
                break;
            }
            Ok(bytes) => answer.extend_from_slice(&piece[..bytes]),
            Err(error) => {
                seen.closed |= error.kind() == ErrorKind::ConnectionReset;
                break;
            }
        }
    }
    let line = String::from_utf8_lossy(&answer);
    seen.status = line.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    seen.after = began.elapsed();
    seen
}

fn head(path: &str, more: &[&str]) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nSec-Fetch-Site: same-origin\r\n{}\r\n\r\n",
        more.join("\r\n")
    )
}

fn chunk(content: &str) -> String {
    format!("{:x}\r\n{content}\r\n", content.len())
}

const CHUNKED: &str = "Transfer-Encoding: chunked";
const MULTIPART_TYPE: &str = "Content-Type: multipart/form-data; boundary=x";
const FORM_TYPE: &str = "Content-Type: application/x-www-form-urlencoded";

#[actix_web::test]
async fn endless_bodies_are_refused_and_their_connection_is_closed() {
    let world = World::new().await;
    let program = Program::start(Over::Url(world.url()));
    let michael = program.michael().await;
    let upload = format!("{MICKS}/agreements/new");
    let token = michael.get(&upload).await.value("csrf");
    let cookie = format!("Cookie: {}", michael.cookie_header());
    let port = program.port();
    let before = program.memory();
    let parts = chunk(&part(&format!("name=\"{}\"", "n".repeat(150)), "").repeat(300));
    let tokened = chunk(&part("name=\"csrf\"", &token));
    let attacks = [
        // anonymous, where no file is asked for
        (415, head("/sign-in", &[MULTIPART_TYPE, CHUNKED]), parts.clone()),
        (413, head("/sign-in", &[FORM_TYPE, CHUNKED]), chunk(&"a=b&".repeat(4_000))),
        // anonymous, where somebody signed in would upload
        (303, head(&upload, &[MULTIPART_TYPE, CHUNKED]), parts.clone()),
        // a member without a token, and with one
        (403, head(&upload, &[MULTIPART_TYPE, CHUNKED, &cookie]), parts.clone()),
        (413, head(&upload, &[MULTIPART_TYPE, CHUNKED, &cookie]) + tokened.as_str(), parts),
        (
            413,
            head(&upload, &[MULTIPART_TYPE, CHUNKED, &cookie])
                + tokened.as_str()
                + chunk("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n").as_str(),
            chunk(&"x".repeat(60_000)),
        ),
        // a page that takes no form, and one that is not there
        (404, head("/nowhere", &[FORM_TYPE, CHUNKED]), chunk(&"x".repeat(60_000))),
        (404, head("/assets/nothing", &[FORM_TYPE, CHUNKED]), chunk(&"x".repeat(60_000))),
    ];
    for (status, head, piece) in attacks {
        let what = format!("{}… {}", &head[..40.min(head.len())], &piece[..60]);
        let seen = flood(port, &head, piece.as_bytes(), usize::MAX);
        // the answer has a second to arrive
        assert!(seen.closed && seen.after < Duration::from_secs(8), "{what}: {seen:?}");
        assert!(seen.status == status || seen.status == 0, "{what}: {seen:?}");
    }
    let grown = program.memory().saturating_sub(before);
    assert!(grown < 60, "{grown} MB more");
    michael.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_is_sent() {
    let world = World::new().await;
    let program = Program::start(Over::Url(world.url()));
    let michael = program.michael().await;
    let cookie = format!("Cookie: {}", michael.cookie_header());
    let upload = format!("{MICKS}/agreements/new");
    let (port, large) = (program.port(), format!("Content-Length: {}", 11 * MB));
    for (status, head) in [
        (413, head("/sign-in", &[FORM_TYPE, "Content-Length: 65537"])),
        (415, head("/sign-in", &[MULTIPART_TYPE, "Content-Length: 10485761"])),
        (413, head(&upload, &[MULTIPART_TYPE, &large, &cookie])),
    ] {
        let seen = flood(port, &head, b"", 0);
        assert!(seen.status == status && seen.closed && seen.after < Duration::from_secs(8), "{seen:?}");
    }
}

#[actix_web::test]
async fn a_form_that_trickles_in_is_given_up() {
    let world = World::new().await;
    let program = Program::start(Over::Url(world.url()));
    let mut stream = TcpStream::connect(("127.0.0.1", program.port())).expect("the program listens");
    stream.write_all(head("/sign-in", &[FORM_TYPE, "Content-Length: 60000"]).as_bytes()).expect("sent");
    stream.set_read_timeout(Some(Duration::from_millis(500))).expect("a timeout");
    let began = Instant::now();
    let mut answer = [0; 64];
    let read = loop {
        assert!(began.elapsed() < Duration::from_secs(30), "it is given up");
        let _ = stream.write(b"a");
        match stream.read(&mut answer) {
            Ok(bytes) => break bytes,
            Err(_) => continue,
        }
    };
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 400"), "{answer:?}");
}

#[actix_web::test]
async fn three_hundred_strangers_with_ten_megabytes_each_cost_little_memory() {
    let world = World::new().await;
    let program = Program::start(Over::Url(world.url()));
    program.stranger().get("/sign-in").await.must_be(200);
    let (port, before) = (program.port(), program.memory());
    let asked = head("/sign-in", &[MULTIPART_TYPE, &format!("Content-Length: {}", 10 * MB + 1)])
        + "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n";
    let senders: Vec<_> = (0..300)
        .map(|_| {
            let asked = asked.clone();
            std::thread::spawn(move || flood(port, &asked, &[b'a'; 65_536], 10 * MB - 1_000))
        })
        .collect();
    let mut peak = before;
    while senders.iter().any(|sender| !sender.is_finished()) {
        peak = peak.max(program.memory());
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    for sender in senders {
        let seen = sender.join().expect("a sender");
        assert!([415, 0].contains(&seen.status), "{seen:?}");
    }
    assert!(peak - before < 150, "from {before} to {peak} MB");
    program.stranger().get("/sign-in").await.must_be(200);
}

#[actix_web::test]
async fn the_program_says_so_when_it_holds_as_many_uploads_as_it_may() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/new")).await;
    let full = entente::kit::body::Share::whole(&world.program.house.budget);
    let answer = michael.upload(&page, &[], "file", b"words").await;
    answer.must_be(503).must_say("Too many uploads right now");
    assert!(answer.header("retry-after").is_some());
    michael.get(MICKS).await.must_be(200);
    drop(full);
    michael.upload(&page, &[], "file", b"words").await.must_be(422);
}

/// libpq keeps the memory of a long message for as long as its connection lives.
#[actix_web::test]
async fn a_connection_that_carried_a_large_file_serves_nobody_else() {
    let world = World::new().await;
    let db = Db::new(&world.serving_url(), 1);
    let carry = |bytes: usize| {
        db.open_now(|conn| {
            db::carried(bytes);
            Ok(diesel::select(sql::<Integer>("pg_backend_pid()")).get_result::<i32>(conn)?)
        })
        .expect("a connection")
    };
    let first = carry(1_000);
    assert_eq!(carry(1_000_000), first, "small files cost no connection");
    assert_ne!(carry(1_000), first);
}
