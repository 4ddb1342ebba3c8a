//! Mail: what is sent, to whom, and what is never written anywhere.

use std::rc::Rc;

use entente::{
    access::letters::Mail as Access,
    config::Config,
    kit::id::{Id, Kind},
    mail::{
        Letter, outbox,
        sender::{self, Post},
        tell::{self, Hour},
    },
    modules::{
        accounts::transfer::letters::Mail as Transfer,
        agreements::letters::Mail as Agreements,
        campaigns::letters::Mail as Campaigns,
        contracts::{evidence::checkpoint, expiry, letters::Mail as Contracts},
        customers::letters::Mail as Customers,
        distribution::letters::Mail as Distribution,
        listings::letters::Mail as Listings,
        notifications::letters::Mail as Notifications,
        orders::OrderMail as Fulfillment,
        orders::TierMail as TierConfig,
        people::letters::Mail as People,
        referral::letters::Mail as Referral,
        sso::letters::Mail as Sso,
        syndication::letters::Mail as Syndication,
        usage::letters::Mail as Usage,
    },
};
use mail_parser::{Message, MessageParser};

use crate::{
    contracts::invite,
    support::{
        World,
        client::selector,
        smtp::{Manner, Received, Server},
        world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PULSE, SIGNED, key},
    },
    words as plain,
};

fn post(server: &Server) -> Post {
    Post::new(&server.url, "Entente <entente@mightymicks.example>", None).expect("an address")
}

/// Sends what is due; how many were tried.
async fn send_all(world: &World, post: &Post) -> usize {
    let mut tried = 0;
    while sender::send_one(&world.program.db, post.clone(), world.program.letters()).await.expect("the outbox") {
        tried += 1;
    }
    tried
}

fn put<L: Letter>(world: &World, recipient: &str, letter: &L) {
    outbox::put(&mut world.sql(), chrono::Utc::now(), recipient, letter).expect("it is queued");
}

/// A letter that can be queued for Michael.
pub struct One {
    said: String,
    pub key: String,
    /// What somebody typed, as the letter knows it.
    typed: Vec<String>,
    put: Box<dyn Fn(&World)>,
    /// Where it leads a company's people, if it tells any.
    pub leads: Option<Leads>,
}

/// Where a letter leads the people of a company.
pub struct Leads {
    pub account: String,
    /// The page in their portal.
    pub page: String,
    pub tell: Box<dyn Fn(&World)>,
}

fn leads<L: Letter + 'static>(letter: Rc<L>, key: &str) -> Option<Leads> {
    L::NOTICES.iter().find(|notice| notice.key == key)?;
    let (account, page) = letter.place().map(|place| (place.account.to_string(), place.named()))?;
    let tell = move |world: &World| {
        world.program.db.write_now("test", |tx| tell::tell(tx, &*letter)).expect("they are told");
    };
    Some(Leads { account, page, tell: Box::new(tell) })
}

fn one<L: Letter + std::fmt::Debug + 'static>(letter: L) -> One {
    let letter = Rc::new(letter);
    let facts = serde_json::to_value(&*letter).expect("facts");
    let fields = facts.as_object().expect("an object").iter();
    // what became of something is a label of ours
    let typed = fields.filter(|(name, _)| !matches!(name.as_str(), "about" | "outcome"));
    One {
        typed: typed.filter_map(|(_, value)| value.as_str()).map(|text| words(text).join(" ")).collect(),
        said: format!("{letter:?}"),
        key: facts["about"].as_str().expect("a key").to_owned(),
        leads: leads(letter.clone(), facts["about"].as_str().expect("a key")),
        put: Box::new(move |world| put(world, MICHAEL, &*letter)),
    }
}

fn parsed(mail: &Received) -> Message<'_> {
    MessageParser::default().parse(&mail.bytes).expect("a mail")
}

fn id<K: Kind>(text: &str) -> Id<K> {
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}

const MICHAEL: &str = "michael@mightymicks.example";
/// A company that tries everything in its name.
const NAUGHTY: &str = "Søns & Co <b>Ltd</b>\r\nBcc: everybody@example.com";

/// One of each kind, with names and reasons that try to break out.
pub async fn one_of_each(world: &World) -> Vec<One> {
    let michael = world.michael().await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", MICHAEL)]).await;
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let (invited, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let invitee = world.stranger();
    let page = invitee.follow(invitee.get(&link).await).await;
    invitee.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await;
    world.run(
        "UPDATE activation_attempts SET code_at = now(); \
         UPDATE fulfillment_requests SET status = 'inquiring', form_nonce = 'x' WHERE id = \
         (SELECT min(id) FROM fulfillment_requests WHERE status IN ('pending', 'inquiring'))",
    );
    checkpoint::make(&mut world.sql(), &key(), None).expect("a checkpoint");
    let asked = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'inquiring'");
    let attempt = world.text("SELECT id::text AS t FROM activation_attempts").parse().expect("a number");
    let reset = world.text("SELECT id::text AS t FROM password_resets").parse().expect("a number");
    let (micks, champions, acreed) = (id("PA-469-206"), id("VA-287-142"), id("PA-196-115"));
    let (contract, agreement, product) = (id(SIGNED), id(AGREEMENT), id(PULSE));
    let listing = id(&world.text("SELECT min(id) AS t FROM listing_requests"));
    let order = id(&asked);
    let tier = id("TCR-000-000-001-001");
    let change = id(&world.text("SELECT min(id) AS t FROM tier_account_requests"));
    let usage = id(&world.text("SELECT min(id) AS t FROM usage_files"));
    let invitation = id(&world.text("SELECT min(id) AS t FROM invitations"));
    let company = NAUGHTY.to_owned();
    let reason = "Not <now>,\r\n.\r\nQUIT & never\n\nFrom: me".to_owned();
    let outcome = "Failed".to_owned();
    vec![
        one(Contracts::EmailCode { attempt }),
        one(Contracts::LinkAsked { contract: clone(&contract), issuer: clone(&micks) }),
        one(Contracts::ContractInvited {
            contract: id(&invited),
            link: 1,
            sender: company.clone(),
            message: reason.clone(),
            reminder: true,
        }),
        one(Contracts::SecondSignature { contract: id(&invited), link: 1, sender: company.clone() }),
        one(Contracts::ContractHandedOver {
            contract: clone(&contract),
            issuer: clone(&micks),
            person: company.clone(),
            colleague: company.clone(),
            email: "olga@dragoworks.example".to_owned(),
        }),
        one(Contracts::FirstSigned {
            contract: clone(&contract),
            issuer: clone(&micks),
            person: company.clone(),
            second: company.clone(),
        }),
        one(Contracts::LinkHandedOver {
            contract: id(&invited),
            link: 1,
            sender: company.clone(),
            message: reason.clone(),
        }),
        one(Access::PasswordReset { reset, brand: None }),
        one(Access::PasswordChanged),
        one(Access::AuthenticatorSet { again: false }),
        one(Access::FactorRemoved),
        one(Access::RecoveryCodesMade),
        one(Access::RecoveryCodeUsed { left: 3 }),
        one(Access::PasskeyAdded { name: NAUGHTY.into() }),
        one(Access::PasskeyRemoved { name: NAUGHTY.into() }),
        one(Access::PasskeyCopied),
        one(Access::ProviderUnlinked { company: NAUGHTY.into() }),
        one(Access::PersonRemoved),
        one(Access::FactorResetAsked { company: NAUGHTY.into(), name: NAUGHTY.into() }),
        one(People::PersonInvited { invitation, company: company.clone(), inviter: company.clone() }),
        one(Contracts::ContractActivated {
            contract: clone(&contract),
            issuer: clone(&micks),
            company: company.clone(),
        }),
        one(Contracts::ContractSigned { contract: clone(&contract), signee: clone(&acreed) }),
        one(Distribution::ContractEnrolled {
            contract: clone(&contract),
            issuer: clone(&micks),
            company: company.clone(),
            more: 0,
        }),
        one(Distribution::ContractApproved { contract: clone(&contract), signee: clone(&acreed) }),
        one(Distribution::EnrolmentRejected {
            contract: clone(&contract),
            signee: clone(&champions),
            reason: reason.clone(),
        }),
        one(Referral::ReferralOffered {
            contract: clone(&contract),
            vendor: clone(&champions),
            company: company.clone(),
            referrer: NAUGHTY.into(),
            product: NAUGHTY.into(),
        }),
        one(Referral::ReferralDecided {
            contract: clone(&contract),
            issuer: clone(&acreed),
            company: company.clone(),
            outcome: "rejected".to_owned(),
            reason: reason.clone(),
        }),
        one(Referral::ReferralBegan {
            agreement: clone(&agreement),
            referrer: clone(&micks),
            company: company.clone(),
            vendor: NAUGHTY.into(),
            product: NAUGHTY.into(),
        }),
        one(Syndication::SaleStopped {
            contract: clone(&contract),
            account: clone(&acreed),
            product: NAUGHTY.into(),
            paused: true,
        }),
        one(Syndication::SaleResumed { contract: clone(&contract), account: clone(&acreed), product: NAUGHTY.into() }),
        one(Distribution::MessageWritten {
            contract: clone(&contract),
            account: clone(&micks),
            company: company.clone(),
        }),
        one(Contracts::ContractRejected { contract: clone(&contract), issuer: clone(&micks), reason: reason.clone() }),
        one(Contracts::ContractTerminated {
            contract: clone(&contract),
            account: clone(&acreed),
            note: reason.clone(),
        }),
        one(Campaigns::VersionOverdue { contract: clone(&contract), signee: clone(&acreed), version: 2 }),
        one(Campaigns::SignaturesOverdue {
            agreement: clone(&agreement),
            owner: clone(&micks),
            version: 2,
            outstanding: 3,
        }),
        one(Agreements::VersionOffered {
            contract: clone(&contract),
            signee: clone(&acreed),
            agreement,
            version: 2,
            reminder: false,
        }),
        one(Listings::ListingRequested { request: clone(&listing), owner: clone(&micks), company: company.clone() }),
        one(Listings::ListingDecided {
            request: clone(&listing),
            vendor: clone(&champions),
            outcome: "Cancelled".to_owned(),
            reason: reason.clone(),
        }),
        one(Listings::RequestDiscussed { request: listing, account: clone(&micks), company: company.clone() }),
        one(Listings::ListingPaused {
            listing: id(&world.text("SELECT min(id) AS t FROM listings")),
            vendor: clone(&champions),
            paused: true,
            reason: reason.clone(),
        }),
        one(Listings::SaleEnded { product: clone(&product), account: clone(&micks) }),
        one(Listings::SaleRestored { product, account: clone(&micks) }),
        one(Fulfillment::OrderRequested {
            request: clone(&order),
            vendor: clone(&champions),
            customer: company.clone(),
            early: true,
        }),
        one(Fulfillment::OrderDecided {
            request: clone(&order),
            buyer: clone(&micks),
            customer: company.clone(),
            outcome: outcome.clone(),
            reason: reason.clone(),
        }),
        one(Fulfillment::OrderDiscussed { request: clone(&order), account: clone(&micks), company: company.clone() }),
        one(Fulfillment::DataAsked { request: asked, name: company.clone() }),
        one(TierConfig::TierConfigRequested {
            request: clone(&tier),
            vendor: clone(&champions),
            customer: company.clone(),
        }),
        one(TierConfig::TierConfigDecided {
            request: clone(&tier),
            buyer: clone(&micks),
            customer: company.clone(),
            outcome,
            reason: reason.clone(),
        }),
        one(TierConfig::TierConfigDiscussed {
            request: clone(&tier),
            account: clone(&micks),
            company: company.clone(),
        }),
        one(Customers::CustomerChanged {
            request: clone(&change),
            vendor: clone(&champions),
            customer: company.clone(),
        }),
        one(Customers::CustomerChangeIgnored { request: clone(&change), owner: clone(&micks), reason: reason.clone() }),
        one(Customers::CustomerChangeAccepted { request: change, owner: clone(&micks) }),
        one(Sso::DomainMissing { account: clone(&micks), domain: company.clone(), silent: false }),
        one(Sso::DomainMissing { account: clone(&micks), domain: company.clone(), silent: true }),
        one(Sso::DomainLapsed { account: clone(&micks), domain: company.clone(), silent: false }),
        one(Sso::DomainLapsed { account: clone(&micks), domain: company.clone(), silent: true }),
        one(Sso::CameWithoutProvider {
            account: clone(&micks),
            user: id(&world.text("SELECT min(id) AS t FROM users WHERE id LIKE 'UR-%'")),
            name: company.clone(),
        }),
        one(People::InvitationAccepted {
            account: clone(&micks),
            user: id(&world.text("SELECT min(id) AS t FROM users WHERE id LIKE 'UR-%'")),
            name: company.clone(),
        }),
        one(People::PersonViewed {
            user: id(&world.text("SELECT min(id) AS t FROM users WHERE id LIKE 'UR-%'")),
            company: company.clone(),
            by: company.clone(),
        }),
        one(Transfer::CompanyReceived { account: clone(&micks), company: company.clone(), giver: company.clone() }),
        one(Transfer::CompanyHandedOver {
            account: clone(&micks),
            company: company.clone(),
            colleague: company.clone(),
            leaves: true,
        }),
        one(Notifications::LetterheadTried { account: clone(&micks), company: company.clone() }),
        One {
            typed: vec![words(NAUGHTY).join(" "), "May".to_owned()],
            ..one(Hour::HourTold { bundle: told_within_an_hour(world), account: clone(&micks) })
        },
        one(Contracts::Checkpoint { number: 1 }),
        one(Contracts::ContractExpires { contract: clone(&contract), account: clone(&acreed), days: 7 }),
        one(Contracts::ExtensionOffered {
            contract: clone(&contract),
            signee: clone(&acreed),
            company: company.clone(),
        }),
        one(Contracts::ExtensionDecided {
            contract: clone(&contract),
            issuer: clone(&micks),
            company: company.clone(),
            outcome: "declined".to_owned(),
            reason: reason.clone(),
        }),
        one(Contracts::RenewalOffered { contract: clone(&contract), signee: clone(&acreed), company: company.clone() }),
        one(Contracts::RenewalDecided {
            contract: clone(&contract),
            issuer: clone(&micks),
            company: company.clone(),
            outcome: "signed".to_owned(),
            reason: String::new(),
        }),
        one(Fulfillment::OrderWithdrawn {
            request: order,
            vendor: clone(&champions),
            customer: company.clone(),
            reason: reason.clone(),
        }),
        one(Usage::UsageSubmitted {
            file: clone(&usage),
            owner: clone(&micks),
            company: company.clone(),
            name: company.clone(),
        }),
        one(Usage::UsageChecked {
            file: clone(&usage),
            vendor: clone(&champions),
            name: company.clone(),
            outcome: "Ready".to_owned(),
        }),
        one(Usage::UsageDecided {
            file: usage,
            vendor: clone(&champions),
            name: company.clone(),
            outcome: "Rejected".to_owned(),
            note: reason.clone(),
        }),
        one(Listings::ListingsEnded { account: clone(&champions), unlisted: 3, cancelled: 1, reason: reason.clone() }),
        one(Fulfillment::OrdersEnded {
            account: clone(&micks),
            failed: 2,
            reason: reason.clone(),
            contract: Some(contract),
        }),
        one(TierConfig::TierConfigDropped {
            request: tier,
            vendor: clone(&champions),
            customer: company.clone(),
            reason,
        }),
        one(Customers::CustomersChanged { vendor: champions, owner: micks, company: NAUGHTY.to_owned(), changes: 3 }),
    ]
}

/// What Michael was told and waits for the mail of the hour, under a name that tries to break out.
fn told_within_an_hour(world: &World) -> uuid::Uuid {
    let bundle = uuid::Uuid::now_v7();
    world.run(&format!(
        "INSERT INTO notifications (id, account_id, user_id, kind, facts, object, seen, at, shown, hourly, bundle) \
         SELECT gen_random_uuid(), 'PA-469-206', id, 'usage_submitted', jsonb_build_object('about', 'usage_submitted', \
         'file', (SELECT min(id) FROM usage_files), 'owner', 'PA-469-206', 'company', $${NAUGHTY}$$, 'name', 'May'), \
         'usage-files/x', '{{usage.view}}', now(), true, true, '{bundle}' FROM users WHERE email = '{MICHAEL}'"
    ));
    bundle
}

fn clone<T: Clone>(one: &T) -> T {
    one.clone()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn words_of_html(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let body = page.select(&selector("body")).next().expect("a body");
    words(&body.text().collect::<String>())
}

#[actix_web::test]
async fn every_kind_of_mail_is_whole_and_safe_and_says_the_same_in_both_its_parts() {
    let world = World::new().await;
    let mails = one_of_each(&world).await;
    let mut tried: Vec<&str> = mails.iter().map(|mail| mail.key.as_str()).collect();
    let sorts = world.program.letters().sorts;
    let mut known: Vec<&str> = sorts.iter().flat_map(|sort| sort.keys.iter().copied()).collect();
    tried.sort_unstable();
    // some say it in several ways
    tried.dedup();
    known.sort_unstable();
    assert_eq!(tried, known, "one of each");
    world.run("DELETE FROM outbox");
    let server = Server::start(Manner::Plain);
    let post = post(&server);
    for One { said: mail, key, put, .. } in &mails {
        put(&world);
        assert_eq!(send_all(&world, &post).await, 1);
        let came = server.next();
        let raw = came.text();
        assert!(came.bytes.is_ascii(), "{mail} is ASCII on the wire");
        for line in raw.split("\r\n") {
            assert!(line.len() <= 300 && !line.contains(['\r', '\n']), "{mail}: {line:?}");
        }
        let (head, body) = raw.split_once("\r\n\r\n").expect("a body");
        assert!(body.split("\r\n").all(|line| line.len() <= 76), "{mail}: {body}");
        let read = parsed(&came);
        let count = |name: &str| {
            let name = format!("{}:", name.to_lowercase());
            head.split("\r\n").filter(|line| line.to_lowercase().starts_with(&name)).count()
        };
        for name in ["Message-ID", "Date", "From", "To", "Subject", "MIME-Version", "Auto-Submitted"] {
            assert_eq!(count(name), 1, "{mail} has one {name}: {head}");
        }
        for name in ["Bcc", "Cc", "Reply-To"] {
            assert_eq!(count(name), 0, "{mail} has no {name}: {head}");
        }
        let row = world.text("SELECT id::text AS t FROM outbox ORDER BY id DESC LIMIT 1");
        assert_eq!(read.message_id(), Some(format!("{row}@mightymicks.example").as_str()));
        assert_eq!(read.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-generated"));
        assert!((read.date().expect("a date").to_timestamp() - chrono::Utc::now().timestamp()).abs() < 60);
        assert_eq!(read.to().and_then(|to| to.first()).and_then(|to| to.address()), Some(MICHAEL));
        assert_eq!(came.envelope.iter().filter(|line| line.starts_with("RCPT")).count(), 1, "{:?}", came.envelope);
        let subject = read.subject().expect("a subject");
        assert!(!subject.is_empty() && !subject.contains(char::is_control), "{subject:?}");
        let (plain, html) = (read.body_text(0).expect("a text"), read.body_html(0).expect("a page"));
        assert_eq!(words(&plain), words_of_html(&html), "{mail} says the same in both parts");
        for bad in ["<img", "style=", "<style", "<script", "cid:", "<b>Ltd", "background"] {
            assert!(!html.contains(bad), "{mail}: {bad} in {html}");
        }
        assert!(html.contains("name=\"color-scheme\" content=\"light dark\""));
        for link in words(&plain).iter().filter(|word| word.starts_with("http")) {
            assert!(html.contains(&format!("<a href=\"{}\">", link.replace('&', "&#38;"))), "{mail}: {link} in {html}");
        }
        // only reminders can be refused
        let refusable = key == "contract_expires";
        assert_eq!(count("List-Unsubscribe"), usize::from(refusable), "{mail}: {head}");
        assert_eq!(count("List-Unsubscribe-Post"), usize::from(refusable), "{mail}: {head}");
    }
}

/// The subject and the text of what came last, on one line.
fn read_as_text(server: &Server) -> String {
    let came = server.next();
    let read = parsed(&came);
    format!("{} {}", read.subject().expect("a subject"), read.body_text(0).expect("a text"))
}

#[actix_web::test]
async fn every_letter_is_read_in_the_language_of_its_recipient() {
    let world = World::with(|config| Config { pseudo: true, ..config }).await;
    let mails = one_of_each(&world).await;
    world.run(&format!("DELETE FROM outbox; UPDATE users SET language = 'en-XA' WHERE email = '{MICHAEL}'"));
    let server = Server::start(Manner::Plain);
    let post = post(&server);
    let data: Vec<String> = [plain::data(&world), plain::everywhere()].concat();
    let mut found = Vec::new();
    for One { key, put, typed, .. } in &mails {
        put(&world);
        assert_eq!(send_all(&world, &post).await, 1);
        let text = read_as_text(&server);
        assert!(text.contains('⟦'), "{key} is said in the made language: {text}");
        let text = words(&text).into_iter().filter(|word| !word.starts_with("http")).collect::<Vec<_>>().join(" ");
        let mut data = [data.clone(), typed.clone()].concat();
        // the longest first, so that none is found in another
        data.sort_by_key(|text| std::cmp::Reverse(text.len()));
        found.extend(plain::left(&text, &data).map(|left| {
            let outside: String = left.split('⟦').filter_map(|part| part.rsplit('⟧').next()).collect();
            format!("{key}: {}", if outside.chars().any(|c| c.is_ascii_alphabetic()) { outside } else { left })
        }));
    }
    // the operator's letter of a checkpoint is one line for programs
    found.retain(|line| !line.starts_with("checkpoint: "));
    assert!(found.is_empty(), "nobody can translate: {found:#?}");
}

#[actix_web::test]
async fn whoever_has_chosen_no_language_and_whoever_is_no_user_reads_english() {
    let world = World::with(|config| Config { pseudo: true, ..config }).await;
    world.run(&format!("DELETE FROM outbox; UPDATE users SET language = 'en-XA' WHERE email <> '{MICHAEL}'"));
    let server = Server::start(Manner::Plain);
    let post = post(&server);
    for recipient in [MICHAEL, "nobody@example.com"] {
        put(&world, recipient, &Access::PasswordChanged);
        send_all(&world, &post).await;
        let text = read_as_text(&server);
        assert!(text.starts_with("Your password was changed ") && !text.contains('⟦'), "{recipient}: {text}");
    }
    // a language that this program does not speak any more
    world.run(&format!("UPDATE users SET language = 'tlh' WHERE email = '{MICHAEL}'"));
    put(&world, MICHAEL, &Access::PasswordChanged);
    send_all(&world, &post).await;
    assert!(read_as_text(&server).starts_with("Your password was changed "));
}

#[actix_web::test]
async fn whoever_has_chosen_no_language_reads_as_the_company_does() {
    let world = World::with(|config| Config { pseudo: true, ..config }).await;
    world.run("DELETE FROM outbox; UPDATE accounts SET language = 'en-XA' WHERE id = 'PA-469-206'");
    let server = Server::start(Manner::Plain);
    let post = post(&server);
    put(&world, MICHAEL, &Access::PasswordChanged);
    send_all(&world, &post).await;
    assert!(read_as_text(&server).contains('⟦'));
    world.run(&format!("UPDATE users SET language = 'en' WHERE email = '{MICHAEL}'"));
    put(&world, MICHAEL, &Access::PasswordChanged);
    send_all(&world, &post).await;
    assert!(read_as_text(&server).starts_with("Your password was changed "), "the own profile comes first");
}

#[actix_web::test]
async fn answers_go_where_the_operator_says() {
    let world = World::new().await;
    put(&world, MICHAEL, &Access::PasswordChanged);
    let server = Server::start(Manner::Plain);
    let post =
        Post::new(&server.url, "Entente <mail@bücher.example>", Some("Help <help@bücher.example>")).expect("both");
    send_all(&world, &post).await;
    let came = server.next();
    let read = parsed(&came);
    let first = |list: Option<&mail_parser::Address<'_>>| {
        list.and_then(|list| list.first()?.address.as_ref().map(ToString::to_string)).expect("one")
    };
    assert_eq!(first(read.reply_to()), "help@xn--bcher-kva.example");
    assert_eq!(first(read.from()), "mail@xn--bcher-kva.example");
    assert!(read.message_id().is_some_and(|id| id.ends_with("@xn--bcher-kva.example")));
    for wrong in ["nobody", "почта@example.com"] {
        assert!(Post::new(&server.url, wrong, None).err().is_some_and(|error| error.contains("ENTENTE_MAIL_FROM")));
    }
}

#[actix_web::test]
pub async fn mail_goes_out_once_through_a_mail_server_and_waits_while_there_is_none() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/forgot-password").await;
    guest.submit(&page, &[("email", MICHAEL)]).await;
    entente::jobs::catch_up(&world.program).await.expect("the job");
    let nowhere = Post::new("smtp://127.0.0.1:1", "Entente <entente@mightymicks.example>", None).expect("an address");
    send_all(&world, &nowhere).await;
    let waiting = "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL AND attempts = 1 AND due_at > now()";
    assert_eq!(world.number(waiting), 1);
    world.run("UPDATE outbox SET due_at = now()");
    let server = Server::start(Manner::Plain);
    send_all(&world, &post(&server)).await;
    send_all(&world, &post(&server)).await;
    let mail = server.next().text();
    assert!(mail.contains("To: michael@mightymicks.example"), "{mail}");
    assert!(mail.contains("Subject: Set a new password"), "{mail}");
    assert!(server.is_idle(), "it was sent once");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"), 0);
}

#[actix_web::test]
async fn a_second_copy_of_a_mail_bears_the_same_message_id() {
    let world = World::new().await;
    put(&world, MICHAEL, &Access::PasswordChanged);
    let server = Server::start(Manner::Plain);
    send_all(&world, &post(&server)).await;
    let first = server.next();
    // the program died between sending and marking
    world.run("UPDATE outbox SET sent_at = NULL, leased_until = now() + interval '3 minutes'");
    assert_eq!(send_all(&world, &post(&server)).await, 0, "it may still be on its way");
    world.run("UPDATE outbox SET leased_until = now() - interval '1 second'");
    assert_eq!(send_all(&world, &post(&server)).await, 1);
    let second = server.next();
    let id = |mail: &Received| parsed(mail).message_id().expect("an id").to_owned();
    assert_eq!(id(&first), id(&second));
}

#[actix_web::test]
async fn an_umlaut_domain_is_reached_through_any_server_and_a_foreign_script_only_through_one_that_takes_it() {
    let world = World::new().await;
    let (plain, modern) = (Server::start(Manner::Plain), Server::start(Manner::Utf8));
    put(&world, "info@bücher.example", &Access::PasswordChanged);
    send_all(&world, &post(&plain)).await;
    let came = plain.next();
    assert!(came.envelope.contains(&"RCPT TO:<info@xn--bcher-kva.example>".to_owned()), "{:?}", came.envelope);
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE sent_at IS NOT NULL"), 1);

    put(&world, "имя@почта.рф", &Access::PasswordChanged);
    send_all(&world, &post(&plain)).await;
    let never = "SELECT count(*) AS n FROM outbox WHERE failure = 'address' AND failed_at IS NOT NULL AND attempts = 1";
    assert_eq!(world.number(never), 1, "marked at once");
    assert_eq!(send_all(&world, &post(&plain)).await, 0, "and not tried again");
    let listed = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox").concat();
    assert!(
        listed.contains("cannot be sent, the address cannot receive mail") && listed.contains("SMTPUTF8"),
        "{listed}"
    );

    assert_eq!(outbox::retry(&mut world.sql()).expect("the outbox"), 1);
    send_all(&world, &post(&modern)).await;
    let came = modern.next();
    assert!(came.envelope.contains(&"RCPT TO:<имя@xn--80a1acny.xn--p1ai>".to_owned()), "{:?}", came.envelope);
    assert!(came.envelope.iter().any(|line| line.starts_with("MAIL FROM") && line.contains("SMTPUTF8")));
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE sent_at IS NOT NULL"), 2);
}

#[actix_web::test]
async fn whoever_ended_a_contract_reads_that_its_partner_could_not_be_told() {
    let world = World::new().await;
    let michael = world.michael().await;
    let heading = "Undelivered emails";
    michael.get(MICKS).await.must_not_say(heading);
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    let refuses = Server::start(Manner::Refuses("550 5.1.1 <donnie@acreedllc.example>: no such mailbox"));
    send_all(&world, &post(&refuses)).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE failure = 'refused' AND attempts = 1"), 1);
    let home = michael.get(MICKS).await;
    home.must_say(heading).must_say("the recipient's mail server rejected it").must_not_say("donnie@");
    assert_eq!(home.link(SIGNED), format!("{MICKS}/contracts/{SIGNED}"));
    world.apollo().await.get(CHAMPIONS).await.must_not_say(heading);
    world.donnie().await.get(ACREED).await.must_not_say(heading);
    // tried again and delivered, it is no longer said
    outbox::retry(&mut world.sql()).expect("the outbox");
    send_all(&world, &post(&Server::start(Manner::Plain))).await;
    michael.get(MICKS).await.must_not_say(heading);
}

#[actix_web::test]
async fn whoever_offers_reads_that_its_partner_could_not_be_told() {
    let world = World::new().await;
    let michael = world.michael().await;
    let heading = "Undelivered emails";
    world.run("DELETE FROM outbox");
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/versions/new")).await;
    let typed = [("source", "link"), ("link", "https://terms.example/3"), ("activate", "yes")];
    michael.submit(&page, &typed).await.must_be(303);
    send_all(&world, &post(&Server::start(Manner::Refuses("550 5.1.1 no such mailbox")))).await;
    let home = michael.get(MICKS).await;
    assert_eq!(home.must_say(heading).link(SIGNED), format!("{MICKS}/contracts/{SIGNED}"));
    world.donnie().await.get(ACREED).await.must_not_say(heading);
}

#[actix_web::test]
async fn a_signer_who_gets_no_mail_is_shown_to_who_invited_and_not_to_itself() {
    let world = World::new().await;
    let michael = world.michael().await;
    let heading = "Undelivered emails";
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let confirm = crate::activation::up_to_activate(&guest, &link, "drago@example.com", "Drago GmbH").await;
    let done = guest.submit(&confirm, &[]).await;
    world.run("DELETE FROM outbox WHERE kind <> 'contract_signed'");
    send_all(&world, &post(&Server::start(Manner::Refuses("550 5.1.1 no such mailbox")))).await;
    michael.get(MICKS).await.must_say(heading).must_say(&id);
    guest.follow(done).await.must_not_say(heading);
    // a contract that ends by itself: its issuer as well
    world.run("DELETE FROM outbox");
    world.run(&format!("UPDATE contracts SET expire_at = now() - interval '1 minute' WHERE id = '{SIGNED}'"));
    world.program.db.clone().write_system("expiry", expiry::terminate_due).await.expect("it ends");
    let others =
        "SELECT count(*) AS n FROM outbox WHERE account_id IS DISTINCT FROM 'PA-469-206' AND facts ? 'contract'";
    assert_eq!(world.number(others), 0);
}

#[actix_web::test]
async fn an_invitee_whose_address_takes_no_mail_is_shown_to_whoever_invited() {
    let world = World::with(|config| Config { verify_email: true, ..config }).await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    guest.submit(&page, &[("email", "drago@example.com"), ("accept", "yes")]).await;
    send_all(&world, &post(&Server::start(Manner::Refuses("553 no such mailbox")))).await;
    michael.get(MICKS).await.must_say("Undelivered emails").must_say(&id);
}

#[actix_web::test]
async fn a_server_that_is_away_or_knows_us_no_more_ends_no_mail_and_delays_grow() {
    let world = World::new().await;
    put(&world, MICHAEL, &Access::PasswordChanged);
    let delay = "SELECT round(extract(epoch FROM due_at - now()) / 60)::bigint AS n FROM outbox";
    let answers = ["421 too busy", "554 no mail from you", "450 greylisted", "550 not now"]
        .map(|words| (words, words.starts_with("450")));
    for (round, (words, at_recipient)) in answers.into_iter().enumerate() {
        let manner = if at_recipient { Manner::Refuses(words) } else { Manner::Away(words) };
        assert_eq!(send_all(&world, &post(&Server::start(manner))).await, 1, "{words}");
        assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE failed_at IS NOT NULL"), 0, "{words}");
        assert_eq!(world.number(delay), 1 << round, "minutes after {words}");
        world.run("UPDATE outbox SET due_at = now()");
    }
    world.run("UPDATE outbox SET attempts = 11");
    send_all(&world, &post(&Server::start(Manner::Away("421 too busy")))).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE failure = 'given_up' AND attempts = 12"), 1);
}

#[actix_web::test]
async fn a_mail_server_that_says_nothing_keeps_no_connection_to_the_database() {
    let world = World::new().await;
    put(&world, MICHAEL, &Access::PasswordChanged);
    let server = Server::start(Manner::Silent);
    let (program, slow) = (world.program.clone(), post(&server));
    let sending = actix_web::rt::spawn(async move { sender::send_one(&program.db, slow, program.letters()).await });
    actix_web::rt::time::sleep(std::time::Duration::from_millis(700)).await;
    assert!(!sending.is_finished(), "it waits for the server");
    let held = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    assert_eq!(world.number(held), 0);
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE leased_until > now()"),
        1,
        "it is leased meanwhile"
    );
    world.run("UPDATE outbox SET last_error = 'nobody holds this row'");
    sending.abort();
}

#[actix_web::test]
async fn reminders_are_refused_by_the_mail_program_or_by_the_page_and_wanted_again() {
    let world = World::new().await;
    let expires = Contracts::ContractExpires { contract: id(SIGNED), account: id("PA-469-206"), days: 7 };
    put(&world, MICHAEL, &expires);
    let server = Server::start(Manner::Plain);
    send_all(&world, &post(&server)).await;
    let came = server.next();
    let raw = came.text();
    let offered = raw.split("List-Unsubscribe: <").nth(1).and_then(|rest| rest.split('>').next()).expect("an address");
    assert!(raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    let path = offered.strip_prefix("http://127.0.0.1:8080").expect("our address");
    let person = world.stranger();
    person.get(path).await.must_be(200).must_say("Michael Goldmill gets an email 30, 7 and 1 days");
    assert_eq!(world.number("SELECT count(*) AS n FROM users WHERE NOT reminders"), 0, "looking changes nothing");
    // as mail programs do it: no cookie, no token (RFC 8058)
    let program = world.stranger();
    program.post(path, &[("List-Unsubscribe", "One-Click")]).await.must_be(200).must_say("won't get any more emails");
    program.post(path, &[("List-Unsubscribe", "One-Click")]).await.must_be(200);
    put(&world, MICHAEL, &expires);
    send_all(&world, &post(&server)).await;
    assert!(server.is_idle(), "nothing comes any more");
    put(&world, MICHAEL, &Access::PasswordChanged);
    send_all(&world, &post(&server)).await;
    assert!(server.next().text().contains("Your password was changed"), "other mail does");
    let page = person.get(path).await;
    person.submit(&page, &[]).await.must_be(303);
    person.get(path).await.must_say("gets an email 30, 7 and 1 days");
    put(&world, MICHAEL, &expires);
    send_all(&world, &post(&server)).await;
    assert!(server.next().text().contains("ends within 7 days"));
    let wrong = format!("{}x", &path[..path.len() - 1]);
    person.get(&wrong).await.must_be(404);
    person.post(&wrong, &[]).await.must_be(404);
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
        let letters = {
            let letters = world.program.letters();
            world.program.db.open(move |conn| sender::unsent(conn, &letters)).await
        };
        let letter = letters.expect("the outbox").into_iter().rfind(|letter| letter.contains("is your code"));
        letter.and_then(|letter| letter.split("Subject: ").nth(1)?.get(..6).map(str::to_owned)).expect("a code")
    };
    let code = latest().await;
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM outbox WHERE facts::text LIKE '%{code}%'")), 0);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        guest.submit(&page, &[("code", wrong)]).await.must_be(422).must_say("This isn't the code");
    }
    guest.submit(&page, &[("code", &code)]).await.must_be(422).must_say("too many wrong attempts");
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
