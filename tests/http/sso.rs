//! Single sign-on: a company's own identity provider lets people into that company and no other, and every faulty answer is refused. The
//! provider is a small server in this test, which makes its keys.

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Barrier, LazyLock, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use diesel::connection::SimpleConnection as _;
use entente::{
    config::Config,
    demo::PASSWORD,
    kit::{actor::Account, id::Id},
    modules::sso::{domains, requirement},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use rsa::{
    RsaPrivateKey,
    pkcs1v15::SigningKey,
    rand_core::OsRng,
    signature::{SignatureEncoding as _, Signer as _},
    traits::PublicKeyParts as _,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{
    Answer, Client, World,
    world::{ACREED, MICKS, serve as served},
};

const CLIENT: &str = "entente-test";
/// With characters that have to be escaped on the way.
const SECRET: &str = "s3cr:et/+&=?";
const HERE: &str = "/distributor/PA-469-206/single-sign-on";
const ACCOUNT: &str = "PA-469-206";
const OTHER: &str = "/vendor/VA-610-774";
const MICHAEL: &str = "michael@mightymicks.example";
const PAULIE: &str = "paulie@mightymicks.example";

/// A provider for other tests, which never answers.
pub const PROVIDER: &str = "INSERT INTO sso_providers (account_id, issuer, client, secret, discovery, active, joining, groups_claim, updated_at) \
    VALUES ('PA-469-206', 'https://login.micks.example', 'entente', 'x', '{}', true, 'members', '', now())";

/// The keys of the provider; the RSA key is short, because making one takes time.
struct Keys {
    random: SystemRandom,
    curve: EcdsaKeyPair,
    rsa: RsaPrivateKey,
    /// Somebody else's key.
    other: EcdsaKeyPair,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let random = SystemRandom::new();
    let made = || {
        let kept = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, kept.as_ref(), &random).expect("a key")
    };
    let (curve, other) = (made(), made());
    Keys { curve, other, rsa: RsaPrivateKey::new(&mut OsRng, 1024).expect("a key"), random }
});

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn keys() -> Value {
    let point = KEYS.curve.public_key().as_ref();
    json!({"keys": [
        {"kty": "EC", "crv": "P-256", "use": "sig", "kid": "curve", "alg": "ES256", "x": encoded(&point[1..33]), "y": encoded(&point[33..65])},
        {"kty": "RSA", "use": "sig", "kid": "rsa", "alg": "RS256", "n": encoded(KEYS.rsa.n().to_bytes_be()), "e": encoded(KEYS.rsa.e().to_bytes_be())},
    ]})
}

/// How a token is signed.
#[derive(Clone, Copy)]
enum By {
    Curve,
    Rsa,
    /// By a key that is not the provider's, under the name of one that is.
    Another,
    /// By a key with an unknown name.
    Unnamed,
    /// Not at all.
    Nobody,
    /// With the provider's public key as the secret.
    PublicKey,
    /// With the client's own secret.
    Secret,
}

fn token(claims: &Value, by: By) -> String {
    let (alg, kid) = match by {
        By::Curve | By::Another => ("ES256", "curve"),
        By::Unnamed => ("ES256", "nobody's"),
        By::Rsa => ("RS256", "rsa"),
        By::Nobody => ("none", "curve"),
        By::PublicKey | By::Secret => ("HS256", "rsa"),
    };
    let head = json!({"alg": alg, "kid": kid, "typ": "JWT"});
    let signed = format!("{}.{}", encoded(head.to_string()), encoded(claims.to_string()));
    let hmac = |secret: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
        mac.update(signed.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let curve = |key: &EcdsaKeyPair| key.sign(&KEYS.random, signed.as_bytes()).expect("a signature").as_ref().to_vec();
    let signature = match by {
        By::Curve => curve(&KEYS.curve),
        By::Another | By::Unnamed => curve(&KEYS.other),
        By::Rsa => SigningKey::<rsa::sha2::Sha256>::new(KEYS.rsa.clone()).sign(signed.as_bytes()).to_vec(),
        By::Nobody => Vec::new(),
        By::PublicKey => hmac(&KEYS.rsa.n().to_bytes_be()),
        By::Secret => hmac(SECRET.as_bytes()),
    };
    format!("{signed}.{}", encoded(signature))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs()
}

/// What a code is exchanged for: the challenge that was sent with the request, and the token.
type Codes = Arc<Mutex<HashMap<String, (String, String)>>>;

pub struct Idp {
    port: u16,
    codes: Codes,
    /// The answer of the userinfo endpoint.
    more: Arc<Mutex<Value>>,
}

impl Idp {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let (codes, more) = (Codes::default(), Arc::new(Mutex::new(json!({}))));
        let (given, said) = (codes.clone(), more.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), given, said) = (stream, given.clone(), said.clone()) else { continue };
                std::thread::spawn(move || serve(stream, port, &given, &said));
            }
        });
        Self { port, codes, more }
    }

    fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The claims of a token that matches the request at `href`.
    fn claims(&self, href: &str, subject: &str, email: &str) -> Value {
        json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": subject, "email": email, "email_verified": true, "name": "Adrian Pennino",
            "nonce": asked(href, "nonce"), "iat": now(), "exp": now() + 300,
        })
    }

    /// Signs somebody in at the provider. Returns the address that the browser is sent back to.
    fn back(&self, href: &str, token: String) -> String {
        let code = encoded(Sha256::digest(format!("{token}{}", now())));
        self.codes.lock().expect("nobody panics").insert(code.clone(), (asked(href, "code_challenge"), token));
        let along = [("code", code), ("state", asked(href, "state")), ("iss", self.issuer())];
        let back = url::Url::parse(&asked(href, "redirect_uri")).expect("an address");
        format!("{}?{}", back.path(), serde_html_form::to_string(along).expect("it encodes"))
    }
}

fn asked(href: &str, name: &str) -> String {
    let url = url::Url::parse(href).expect("an address");
    url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn serve(mut stream: TcpStream, port: u16, codes: &Codes, more: &Mutex<Value>) {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    let (head, body) = loop {
        let Ok(n) = stream.read(&mut part) else { return };
        read.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                break (head.to_owned(), body.to_owned());
            }
        }
        if n == 0 {
            return;
        }
    };
    let issuer = format!("http://127.0.0.1:{port}");
    let path = head.split(' ').nth(1).unwrap_or_default();
    let answer = match path {
        "/.well-known/openid-configuration" => Some(json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"), "userinfo_endpoint": format!("{issuer}/me"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            "scopes_supported": ["openid", "email", "profile", "groups"], "authorization_response_iss_parameter_supported": true,
        })),
        "/jwks" => Some(keys()),
        "/token" => given(&head, &body, codes),
        "/me" => Some(more.lock().expect("nobody panics").clone()),
        _ => None,
    };
    let (status, answer) = match answer {
        Some(answer) => ("200 OK", answer),
        None => ("400 Bad Request", json!({"error": "invalid_grant"})),
    };
    let text = answer.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
}

/// A token for a code, once, for a client with the secret and the PKCE verifier.
fn given(head: &str, body: &str, codes: &Codes) -> Option<Value> {
    let sent: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let plain = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", plain(CLIENT), plain(SECRET)));
    assert!(
        head.lines().any(|line| line.to_lowercase() == format!("authorization: basic {basic}").to_lowercase()),
        "{head}"
    );
    let (challenge, token) = codes.lock().expect("nobody panics").remove(sent.get("code")?)?;
    let verifier = sent.get("code_verifier")?;
    assert_eq!(encoded(Sha256::digest(verifier)), challenge, "the code goes to who asked for it");
    Some(json!({"access_token": "for-nothing", "token_type": "Bearer", "expires_in": 60, "id_token": token}))
}

/// A world with a provider beside it.
pub async fn world() -> (World, Idp) {
    (World::with(|config| Config { sso_private: true, ..config }).await, Idp::start())
}

/// The values of the provider's form.
fn typed(idp: &Idp) -> Vec<(&'static str, String)> {
    vec![
        ("issuer", idp.issuer()),
        ("client_id", CLIENT.to_owned()),
        ("client_secret", SECRET.to_owned()),
        ("active", "yes".to_owned()),
        ("joining", "members".to_owned()),
    ]
}

/// Fills in the provider's form, with extra values.
async fn set_up(client: &Client, idp: &Idp, more: &[(&str, &str)]) -> Answer {
    set_up_at(client, MICKS, idp, more).await
}

/// The same for the company whose portal is `home`.
pub async fn set_up_at(client: &Client, home: &str, idp: &Idp, more: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{home}/single-sign-on/provider")).await;
    page.must_be(200);
    let typed = typed(idp);
    let fields = typed.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<(&str, &str)> =
        fields.filter(|(name, _)| !more.iter().any(|(other, _)| other == name)).chain(more.iter().copied()).collect();
    client.submit(&page, &fields).await
}

fn prove_domain(world: &World, domain: &str) {
    prove_domain_of(world, ACCOUNT, domain);
}

/// The operator vouches for a company's domain.
pub fn prove_domain_of(world: &World, account: &str, domain: &str) {
    let account: Id<Account> = account.parse().expect("an id");
    let vouched = world.program.db.write_now("test", |tx| domains::actions::vouch(tx, &account, domain));
    vouched.expect("nobody else has it");
}

/// A world where the distributor has a provider for its people's addresses.
async fn ready() -> (World, Idp) {
    let (world, idp) = world().await;
    set_up(&world.michael().await, &idp, &[]).await.must_be(303);
    prove_domain(&world, "mightymicks.example");
    (world, idp)
}

/// Enters an address, and returns where the page leads.
async fn begun(client: &Client, email: &str) -> String {
    let page = client.get("/sso").await;
    let page = client.submit(&page, &[("email", email)]).await;
    page.must_be(200).must_say("Continue to 127.0.0.1");
    page.attribute("a.primary", "href")
}

/// Signs in through the provider as this subject.
pub async fn through(client: &Client, idp: &Idp, (subject, email): (&str, &str)) -> Answer {
    let href = begun(client, email).await;
    let back = idp.back(&href, token(&idp.claims(&href, subject, email), By::Curve));
    client.get(&back).await
}

#[actix_web::test]
async fn a_company_says_which_provider_lets_its_people_in_and_they_come_in() {
    let (world, idp) = world().await;
    let michael = world.michael().await;
    let page = michael.get(HERE).await;
    page.must_be(200).must_say(&format!("/sso/callback/{ACCOUNT}")).must_say("Set up identity provider");
    michael.get(&format!("{MICKS}/security")).await.must_say("Single sign-on");
    world.paulie().await.get(HERE).await.must_be(403);
    set_up(&michael, &idp, &[("issuer", "http://127.0.0.1:1")]).await.must_be(422).must_say("didn't answer");
    let slash = format!("{}/", idp.issuer());
    set_up(&michael, &idp, &[("issuer", &slash)])
        .await
        .must_be(422)
        .must_say(&format!("calls itself {}", idp.issuer()));
    set_up(&michael, &idp, &[("client_secret", "")]).await.must_be(422).must_say("Enter the client secret");
    let page = michael.follow(set_up(&michael, &idp, &[]).await).await;
    page.must_be(200).must_say("Single sign-on saved").must_say(&idp.issuer()).must_not_say(SECRET);
    assert!(world.text("SELECT secret AS t FROM sso_providers").starts_with("vault:1:"));
    // without a domain it signs in nobody
    let guest = world.stranger();
    let page = guest.get("/sso").await;
    guest
        .submit(&page, &[("email", PAULIE)])
        .await
        .must_be(422)
        .must_say("isn't set up for email addresses at this domain");
    prove_domain(&world, "mightymicks.example");
    guest.get("/sign-in").await.must_say("Sign in with single sign-on");
    let href = begun(&guest, PAULIE).await;
    assert_eq!(asked(&href, "login_hint"), PAULIE);
    assert_eq!((asked(&href, "response_type"), asked(&href, "code_challenge_method")), ("code".into(), "S256".into()));
    for by in [By::Curve, By::Rsa] {
        let guest = world.stranger();
        let href = begun(&guest, PAULIE).await;
        let answer = guest.get(&idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), by))).await;
        assert_eq!(answer.must_be(303).location(), "/");
        guest.follow(answer).await.must_be(200).must_say("Paulie Pennino");
        guest.get(MICKS).await.must_be(200);
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_subjects"), 1);
    michael.get(&format!("{MICKS}/sessions")).await.must_say("Single sign-on");
    michael.get(HERE).await.must_say("1 user");
    entente::jobs::write_down(&world.program).await.expect("it is written down");
    let told = "SELECT sum(times)::bigint AS n FROM security_events WHERE name = 'sso.signed_in' AND account_id = 'PA-469-206'";
    assert_eq!(world.number(told), 2);
    world.text("SELECT note AS t FROM events WHERE name = 'sso.linked'");
}

#[actix_web::test]
async fn nothing_that_is_wrong_with_a_token_is_taken() {
    let (world, idp) = ready().await;
    let set = |name: &'static str, value: Value| move |claims: &mut Value| claims[name] = value.clone();
    type Change = Box<dyn Fn(&mut Value)>;
    let wrong: Vec<(&str, By, Change)> = vec![
        ("unsigned", By::Nobody, Box::new(|_: &mut Value| ())),
        ("HS256 with the public key", By::PublicKey, Box::new(|_: &mut Value| ())),
        ("HS256 with the client's secret", By::Secret, Box::new(|_: &mut Value| ())),
        ("another's key", By::Another, Box::new(|_: &mut Value| ())),
        ("a key that is not known", By::Unnamed, Box::new(|_: &mut Value| ())),
        ("another audience", By::Curve, Box::new(set("aud", json!("other")))),
        ("a second audience", By::Curve, Box::new(set("aud", json!([CLIENT, "other"])))),
        ("another party", By::Curve, Box::new(set("azp", json!("other")))),
        ("another issuer", By::Curve, Box::new(set("iss", json!("https://evil.example")))),
        ("another nonce", By::Curve, Box::new(set("nonce", json!("other")))),
        (
            "no nonce",
            By::Curve,
            Box::new(|claims: &mut Value| drop(claims.as_object_mut().and_then(|all| all.remove("nonce")))),
        ),
        ("expired", By::Curve, Box::new(set("exp", json!(now() - 120)))),
        ("too old", By::Curve, Box::new(set("iat", json!(now() - 3_600)))),
        ("of tomorrow", By::Curve, Box::new(set("iat", json!(now() + 86_400)))),
        ("not yet", By::Curve, Box::new(set("nbf", json!(now() + 3_600)))),
        ("nobody", By::Curve, Box::new(set("sub", json!("")))),
    ];
    for (what, by, change) in &wrong {
        let guest = world.stranger();
        let href = begun(&guest, PAULIE).await;
        let mut claims = idp.claims(&href, "paulie-1", PAULIE);
        change(&mut claims);
        let answer = guest.get(&idp.back(&href, token(&claims, *by))).await;
        assert_eq!(answer.status, 409, "{what}");
        answer.must_say("couldn't confirm who you are");
        guest.get(MICKS).await.must_be(303);
    }
    // the address is verified by the provider
    for said in [json!(false), json!("true")] {
        let guest = world.stranger();
        let href = begun(&guest, PAULIE).await;
        let mut claims = idp.claims(&href, "paulie-1", PAULIE);
        claims["email_verified"] = said;
        guest.get(&idp.back(&href, token(&claims, By::Curve))).await.must_be(409);
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_subjects"), 0);
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_proofs"), 0);
    entente::jobs::write_down(&world.program).await.expect("it is written down");
    let told =
        "SELECT sum(times)::bigint AS n FROM security_events WHERE name = 'sso.refused' AND account_id = 'PA-469-206'";
    assert!(world.number(told) >= 17);
}

#[actix_web::test]
async fn an_answer_counts_once_in_the_browser_that_asked_for_it() {
    let (world, idp) = ready().await;
    let (guest, other) = (world.stranger(), world.stranger());
    let href = begun(&guest, PAULIE).await;
    let back = idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve));
    let copy = guest.copy();
    other.get(&back).await.must_be(409).must_say("This sign-in can't be completed");
    begun(&other, PAULIE).await;
    other.get(&back).await.must_be(409);
    guest.get(&back).await.must_be(303);
    guest.get(MICKS).await.must_be(200);
    // the same answer, and the same state with another code
    copy.get(&back).await.must_be(409);
    copy.get(&idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve))).await.must_be(409);
    copy.get(MICKS).await.must_be(303);

    // two tabs of one browser, each with its own
    let tabs = world.stranger();
    let (one, two) = (begun(&tabs, PAULIE).await, begun(&tabs, PAULIE).await);
    assert_ne!(asked(&one, "state"), asked(&two, "state"));
    let swapped = token(&idp.claims(&two, "paulie-1", PAULIE), By::Curve);
    tabs.get(&idp.back(&one, swapped)).await.must_be(409);
    tabs.get(&idp.back(&two, token(&idp.claims(&two, "paulie-1", PAULIE), By::Curve))).await.must_be(303);

    // the provider has to name itself, and correctly
    for issuer in ["", "https://evil.example"] {
        let guest = world.stranger();
        let href = begun(&guest, PAULIE).await;
        let back = idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve));
        let (path, _) = back.rsplit_once("&iss=").expect("it names its issuer");
        guest.get(&format!("{path}&iss={issuer}")).await.must_be(409);
    }
    // too late
    let href = begun(&guest, PAULIE).await;
    let back = idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve));
    world.run("UPDATE sso_attempts SET created_at = now() - interval '11 minutes'");
    guest.get(&back).await.must_be(409);
    // the provider says no
    let href = begun(&guest, PAULIE).await;
    let no =
        format!("/sso/callback/{ACCOUNT}?error=access_denied&state={}&iss={}", asked(&href, "state"), idp.issuer());
    guest.get(&no).await.must_be(409).must_say("didn't sign you in");
    guest.get("/sso/callback/PA-000-000?code=x&state=y").await.must_be(409);
    guest.get("/sso/callback/nobody?code=x&state=y").await.must_be(404);
}

#[actix_web::test]
async fn a_provider_opens_its_own_company_and_nothing_of_the_person_s_own() {
    let (world, idp) = ready().await;
    prove_domain(&world, "frontstreet.example");
    let tony = world.stranger();
    through(&tony, &idp, ("tony-1", "tony@frontstreet.example")).await.must_be(303);
    tony.get(MICKS).await.must_be(200);
    // another company of his, one that is not his, and one that does not exist: all the same
    for other in [OTHER, ACREED, "/vendor/VA-000-000"] {
        tony.get(other).await.must_be(409).must_say("Your password is needed here");
    }
    tony.get(MICKS).await.must_not_say("VA-610-774");
    assert_eq!(tony.get("/").await.must_be(303).location(), MICKS);
    for own in ["/profile/password", "/profile/security", "/profile/sessions", "/profile/delete"] {
        assert_eq!(tony.get(own).await.status, 409, "{own}");
    }
    tony.get("/profile").await.must_be(200);
    tony.get(&format!("/sso/to/{}", OTHER.rsplit('/').next().expect("an id"))).await.must_be(404);
    // the password makes the session his own
    let page = tony.get("/prove").await;
    page.must_say("Confirm with single sign-on instead");
    tony.submit(&page, &[("password", "wrong")]).await.must_be(422);
    tony.get(OTHER).await.must_be(409);
    tony.submit(&page, &[("password", PASSWORD)]).await.must_be(303);
    tony.get(OTHER).await.must_be(200);
    tony.get("/profile/sessions").await.must_be(200);
    // a day later the provider is asked again
    let paulie = world.stranger();
    through(&paulie, &idp, ("paulie-1", PAULIE)).await.must_be(303);
    paulie.get(MICKS).await.must_be(200);
    world.run("UPDATE sso_proofs SET proved_at = now() - interval '25 hours'");
    let out = paulie.get(MICKS).await;
    out.must_be(409).must_say("Single sign-on is required");
    let href = paulie.get(&out.link("Continue with single sign-on")).await.must_be(303).location().to_owned();
    paulie.get(&idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve))).await.must_be(303);
    paulie.get(MICKS).await.must_be(200);
}

#[actix_web::test]
async fn who_is_nobody_here_learns_nothing_and_becomes_a_user_where_the_company_says_so() {
    let (world, idp) = ready().await;
    prove_domain(&world, "acreedllc.example");
    let guest = world.stranger();
    // known elsewhere, and not at all: the same
    for email in ["donnie@acreedllc.example", "adrian@mightymicks.example"] {
        through(&guest, &idp, ("new-1", email)).await.must_be(409).must_say("has no user with your email address");
    }
    // an address of a domain that is not the company's
    let href = begun(&guest, PAULIE).await;
    let back = idp.back(&href, token(&idp.claims(&href, "new-1", "paulie@xmightymicks.example"), By::Curve));
    guest.get(&back).await.must_be(409).must_say("no verified email address");

    let readers =
        world.text("SELECT id AS t FROM groups WHERE account_id = 'PA-469-206' AND NOT administrators LIMIT 1");
    let more = [("joining", "everybody"), ("groups", readers.as_str())];
    set_up(&world.michael().await, &idp, &more).await.must_be(303);
    through(&guest, &idp, ("new-1", "donnie@acreedllc.example")).await.must_be(409);
    through(&guest, &idp, ("new-1", "adrian@mightymicks.example")).await.must_be(303);
    guest.get(MICKS).await.must_be(200).must_say("Adrian Pennino");
    let grouped = format!(
        "SELECT count(*) AS n FROM group_members gm JOIN users u ON u.id = gm.user_id \
         WHERE u.email = 'adrian@mightymicks.example' AND gm.group_id = '{readers}' AND u.password_hash IS NULL"
    );
    assert_eq!(world.number(&grouped), 1);
    // another subject at the provider with her address is not her
    let other = world.stranger();
    through(&other, &idp, ("new-2", "adrian@mightymicks.example")).await.must_be(409).must_say("already linked");
    // and she is the same person, whatever her address there is now
    let again = world.stranger();
    let href = begun(&again, PAULIE).await;
    let back = idp.back(&href, token(&idp.claims(&href, "new-1", "a.pennino@elsewhere.example"), By::Curve));
    again.get(&back).await.must_be(303);
    again.get(MICKS).await.must_say("Adrian Pennino");
}

#[actix_web::test]
async fn groups_follow_the_claim_and_what_was_given_by_hand_stays() {
    let (world, idp) = ready().await;
    let michael = world.michael().await;
    let group = |number: usize| {
        let id = format!("UG-900-000-00{number}");
        world.run(&format!(
            "INSERT INTO groups (id, account_id, name, administrators, permissions, created_at) \
             VALUES ('{id}', 'PA-469-206', 'Claimed {number}', false, '{{}}', now())"
        ));
        id
    };
    let (one, two) = (group(1), group(2));
    let wrong = [("groups_claim", "groups"), ("claims", "boss = Administrators")];
    set_up(&michael, &idp, &wrong).await.must_be(422).must_say("can't be chosen by a claim");
    set_up(&michael, &idp, &[("claims", "x = Nobody")]).await.must_be(422).must_say("is not one of your groups");
    let right = [("groups_claim", "groups"), ("claims", "CN=one,OU=x = Claimed 1\ntwo = Claimed 2")];
    set_up(&michael, &idp, &right).await.must_be(303);
    let of = |world: &World| {
        world.text(
            "SELECT coalesce(string_agg(gm.group_id, ' ' ORDER BY gm.group_id), '-') AS t FROM group_members gm \
             JOIN users u ON u.id = gm.user_id WHERE u.email LIKE 'paulie@%' AND gm.group_id LIKE 'UG-900%'",
        )
    };
    let come = async |groups: Option<Value>| {
        let guest = world.stranger();
        let href = begun(&guest, PAULIE).await;
        assert!(asked(&href, "scope").contains("groups"));
        let mut claims = idp.claims(&href, "paulie-1", PAULIE);
        if let Some(groups) = groups {
            claims["groups"] = groups;
        }
        guest.get(&idp.back(&href, token(&claims, By::Curve))).await.must_be(303);
    };
    come(Some(json!(["CN=one,OU=x", "two", "unknown"]))).await;
    assert_eq!(of(&world), format!("{one} {two}"));
    come(None).await;
    assert_eq!(of(&world), format!("{one} {two}"), "a claim that is missing says nothing");
    come(Some(json!(["two"]))).await;
    assert_eq!(of(&world), two);
    // by hand, and then by the claim as well
    world.run(&format!(
        "INSERT INTO group_members (group_id, account_id, user_id) SELECT '{one}', 'PA-469-206', id FROM users WHERE email LIKE 'paulie@%'"
    ));
    come(Some(json!(["CN=one,OU=x"]))).await;
    assert_eq!(of(&world), one);
    come(Some(json!([]))).await;
    assert_eq!(of(&world), one, "what was given by hand stays");
    // given only when asked for again
    *idp.more.lock().expect("nobody panics") = json!({"sub": "paulie-1", "groups": ["two"]});
    come(None).await;
    assert_eq!(of(&world), format!("{one} {two}"));
    *idp.more.lock().expect("nobody panics") = json!({"sub": "somebody-else", "groups": []});
    come(None).await;
    assert_eq!(of(&world), format!("{one} {two}"), "what is said of somebody else is not taken");
}

/// Chooses these administrators, by their addresses, and requires single sign-on.
async fn require(world: &World, client: &Client, exceptions: &[&str]) -> Answer {
    let page = client.get(&format!("{HERE}/requirement")).await;
    page.must_be(200);
    let ids: Vec<String> = exceptions
        .iter()
        .map(|email| world.text(&format!("SELECT id AS t FROM users WHERE email = '{email}'")))
        .collect();
    let (csrf, revision) = (page.value("csrf"), page.value("revision"));
    let mut fields: Vec<(&str, &str)> = vec![("csrf", csrf.as_str()), ("revision", revision.as_str())];
    fields.extend(ids.iter().map(|id| ("exceptions", id.as_str())));
    client.post(&format!("{HERE}/requirement"), &fields).await
}

#[actix_web::test]
async fn it_is_required_by_who_came_through_it_and_never_locks_a_company_out() {
    let (world, idp) = ready().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    require(&world, &michael, &[MICHAEL]).await.must_be(409).must_say("Sign in with single sign-on first");
    // michael comes through it in the session that he has
    let href =
        michael.get(&format!("/sso/to/{ACCOUNT}?next={HERE}/requirement")).await.must_be(303).location().to_owned();
    let back = michael.get(&idp.back(&href, token(&idp.claims(&href, "michael-1", MICHAEL), By::Curve))).await;
    assert_eq!(back.must_be(303).location(), format!("{HERE}/requirement"));
    michael.get("/profile/sessions").await.must_be(200);
    require(&world, &michael, &[MICHAEL]).await.must_be(422).must_say("at least two administrators");
    require(&world, &michael, &[MICHAEL, PAULIE]).await.must_be(422).must_say("Choose administrators from the list");
    world.run("UPDATE sso_proofs SET proved_at = now() - interval '11 minutes'");
    let both = [MICHAEL, "tony@frontstreet.example"];
    require(&world, &michael, &both).await.must_be(409);
    world.run("UPDATE sso_proofs SET proved_at = now()");
    let late = michael.get(&format!("{HERE}/requirement")).await;
    require(&world, &michael, &both).await.must_be(303);
    // a form that was opened before shows what was saved in the meantime
    let (csrf, revision) = (late.value("csrf"), late.value("revision"));
    let alone = world.text(&format!("SELECT id AS t FROM users WHERE email = '{MICHAEL}'"));
    let sent = [("csrf", csrf.as_str()), ("revision", revision.as_str()), ("exceptions", alone.as_str())];
    let again = michael.post(&format!("{HERE}/requirement"), &sent).await;
    again.must_be(409).must_say("Saved by someone else: Michael Goldmill");

    // at the next request
    let out = paulie.get(MICKS).await;
    out.must_be(409).must_say("Single sign-on is required").must_not_say("Marketplaces");
    world.paulie().await.get(MICKS).await.must_be(409);
    let href = paulie.get(&out.link("Continue with single sign-on")).await.must_be(303).location().to_owned();
    let back = paulie.get(&idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve))).await;
    assert_eq!(back.must_be(303).location(), MICKS);
    paulie.get(MICKS).await.must_be(200);
    let tony = world.tony().await;
    tony.get(MICKS).await.must_be(200);
    tony.get(OTHER).await.must_be(200);

    // the only way in cannot be removed
    let page = michael.get(&format!("{HERE}/provider/remove")).await;
    page.must_say("Stop requiring it first");
    set_up(&michael, &idp, &[("active", "")]).await.must_be(409).must_say("Stop requiring it first");
    // and the domain by which it is found
    let domain = "mightymicks.example";
    let page = michael.get(&format!("{HERE}/domains/remove?domain={domain}")).await;
    page.must_be(200).must_say("Stop requiring it first");
    let sent = [("csrf", csrf.as_str()), ("domain", domain)];
    michael.post(&format!("{HERE}/domains/remove"), &sent).await.must_be(409).must_say("Stop requiring it first");
    let page = michael.get(&format!("{HERE}/requirement/end")).await;
    michael.follow(michael.submit(&page, &[]).await).await.must_say("Single sign-on is no longer required");
    world.paulie().await.get(MICKS).await.must_be(200);

    // and the operator helps out
    require(&world, &michael, &both).await.must_be(303);
    world.paulie().await.get(MICKS).await.must_be(409);
    let account: Id<Account> = ACCOUNT.parse().expect("an id");
    let db = &world.program.db;
    db.write_now("test", |tx| requirement::relax_for(tx, &account)).expect("it was required");
    world.paulie().await.get(MICKS).await.must_be(200);
    assert!(db.write_now("test", |tx| requirement::relax_for(tx, &account)).is_err());
}

#[actix_web::test]
async fn sessions_end_with_the_provider_that_let_them_in() {
    let (world, idp) = ready().await;
    let michael = world.michael().await;
    let paulie = world.stranger();
    through(&paulie, &idp, ("paulie-1", PAULIE)).await.must_be(303);
    paulie.get(MICKS).await.must_be(200);
    set_up(&michael, &idp, &[("active", "")]).await.must_be(303);
    paulie.get(MICKS).await.must_be(303);
    let page = paulie.get("/sso").await;
    paulie.submit(&page, &[("email", PAULIE)]).await.must_be(422);
    set_up(&michael, &idp, &[]).await.must_be(303);
    paulie.get(MICKS).await.must_be(303);
    through(&paulie, &idp, ("paulie-1", PAULIE)).await.must_be(303);
    let page = michael.get(&format!("{HERE}/provider/remove")).await;
    page.must_say("1 user has signed in through it");
    michael.follow(michael.submit(&page, &[]).await).await.must_say("Identity provider removed");
    paulie.get(MICKS).await.must_be(303);
    // a sign-in that was under way fails
    set_up(&michael, &idp, &[]).await.must_be(303);
    let href = begun(&paulie, PAULIE).await;
    set_up(&michael, &idp, &[("joining", "everybody")]).await.must_be(303);
    paulie.get(&idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve))).await.must_be(409);
}

/// A server that never comes to an end.
fn endless() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(&vec![b' '; 5_000_000]);
        }
    });
    port
}

#[actix_web::test]
async fn a_provider_that_is_away_or_talks_without_end_lets_nobody_in_and_shuts_nobody_out() {
    let (world, idp) = ready().await;
    let discovery = world.text("SELECT discovery::text AS t FROM sso_providers");
    for server in ["http://127.0.0.1:1/".to_owned(), format!("http://127.0.0.1:{}/", endless())] {
        for part in ["token_endpoint", "jwks_uri"] {
            world.run(&format!(
                "UPDATE sso_providers SET discovery = jsonb_set('{discovery}', '{{{part}}}', to_jsonb('{server}'::text))"
            ));
            let guest = world.stranger();
            let href = begun(&guest, PAULIE).await;
            let back = idp.back(&href, token(&idp.claims(&href, "paulie-1", PAULIE), By::Curve));
            let refused = guest.get(&back).await;
            refused.must_be(409).must_say("It didn't answer, or its answer can't be trusted").must_say("Start again");
            guest.get(MICKS).await.must_be(303);
        }
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_proofs"), 0);
    world.paulie().await.get(MICKS).await.must_be(200);
    world.run(&format!("UPDATE sso_providers SET discovery = '{discovery}'"));
    through(&world.stranger(), &idp, ("paulie-1", PAULIE)).await.must_be(303);
}

#[actix_web::test]
async fn somebody_unlinks_themselves_from_a_provider_and_keeps_a_way_in() {
    let (world, idp) = ready().await;
    let elsewhere = world.stranger();
    through(&elsewhere, &idp, ("paulie-1", PAULIE)).await.must_be(303);
    elsewhere.get(MICKS).await.must_be(200);
    let paulie = world.paulie().await;
    let page = paulie.get("/profile/security").await;
    page.must_say("These companies let you in through their own identity providers.");
    let there = "/profile/security/providers/PA-469-206/unlink";
    // who has nothing else keeps it: no password, or none that the company takes
    let unlink = async |says: &str| {
        let asks = paulie.get(there).await;
        asks.must_be(200).must_say(says);
        let csrf = paulie.get("/profile").await.value("csrf");
        paulie.post(there, &[("csrf", csrf.as_str())]).await
    };
    let hash = world.text(&format!("SELECT password_hash AS t FROM users WHERE email = '{PAULIE}'"));
    world.run(&format!("UPDATE users SET password_hash = NULL WHERE email = '{PAULIE}'"));
    unlink("You have no password, so you could no longer sign in to")
        .await
        .must_be(409)
        .must_say("You need this way to sign in");
    world.run(&format!("UPDATE users SET password_hash = '{hash}' WHERE email = '{PAULIE}'"));
    world.run("UPDATE sso_providers SET enforced_at = now()");
    unlink("requires single sign-on").await.must_be(409).must_say("You need this way to sign in");
    world.run("UPDATE sso_providers SET enforced_at = NULL");
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_subjects"), 1);
    let done = unlink("You can no longer sign in through the identity provider of").await;
    paulie.follow(done).await.must_say("Single sign-on unlinked").must_not_say("their own identity providers");
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_subjects"), 0);
    elsewhere.get(MICKS).await.must_be(303);
    paulie.get(MICKS).await.must_be(200);
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name = 'sso.unlinked'"), 1);
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'provider_unlinked'"), 1);
    paulie.get(there).await.must_be(404);
    // it may know them again
    through(&world.stranger(), &idp, ("paulie-2", PAULIE)).await.must_be(303);
}

/// Whoever requires single sign-on holds the company meanwhile, as this test does.
#[actix_web::test]
async fn who_unlinks_themselves_while_it_is_being_required_waits_and_keeps_the_way_in() {
    let (world, idp) = ready().await;
    through(&world.stranger(), &idp, ("paulie-1", PAULIE)).await.must_be(303);
    let (asked, held) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (program, asks, holds) = (world.program.clone(), asked.clone(), held.clone());
    let unlinks = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let paulie = Client::new(served(program).await);
            let page = paulie.get("/sign-in").await;
            paulie.submit(&page, &[("email", PAULIE), ("password", PASSWORD)]).await.must_be(303);
            let page = paulie.get("/profile/security/providers/PA-469-206/unlink").await;
            page.must_be(200);
            asks.wait();
            holds.wait();
            paulie.submit(&page, &[]).await.status
        })
    });
    asked.wait();
    let mut requires = world.sql();
    requires
        .batch_execute(&format!(
            "BEGIN; SELECT FROM accounts WHERE id = '{ACCOUNT}' FOR NO KEY UPDATE; UPDATE sso_providers SET enforced_at = now()"
        ))
        .expect("it begins");
    held.wait();
    let waiting =
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while !unlinks.is_finished() && world.number(waiting) == 0 {
        std::thread::yield_now();
    }
    requires.batch_execute("COMMIT").expect("it is required");
    assert_eq!(unlinks.join().expect("a thread"), 409);
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_subjects"), 1);
}

#[actix_web::test]
async fn who_saves_second_sees_what_was_saved_meanwhile() {
    let (world, _idp) = ready().await;
    let (one, two) = (world.michael().await, world.michael().await);
    let page = format!("{HERE}/provider");
    let (first, second) = (one.get(&page).await, two.get(&page).await);
    one.submit(&first, &[("client_id", "entente-one"), ("client_secret", "one")]).await.must_be(303);
    let late = two.submit(&second, &[("client_id", "entente-two"), ("client_secret", "two")]).await;
    late.must_be(409).must_say("Saved by someone else: entente-one");
    assert_eq!(late.value("client_id"), "entente-two");
    two.submit(&late, &[("client_secret", "two")]).await.must_be(303);
    // the secret belongs to its client
    let again = two.get(&page).await;
    two.submit(&again, &[("client_id", "entente-three")]).await.must_be(422).must_say("Enter the client secret");
    two.submit(&again, &[]).await.must_be(303);
}

#[actix_web::test]
async fn what_is_risky_asks_for_the_password_again_or_for_the_provider() {
    let (world, idp) = ready().await;
    let michael = world.stranger();
    // a session from the provider does not count as recently confirmed, unless the provider says so
    through(&michael, &idp, ("michael-1", MICHAEL)).await.must_be(303);
    let asks = set_up(&michael, &idp, &[("joining", "everybody")]).await;
    let page = michael.follow(asks).await;
    page.must_be(200).must_say("Confirm your password");
    let href = michael.get(&page.link("Confirm with single sign-on instead")).await.must_be(303).location().to_owned();
    assert_eq!((asked(&href, "prompt"), asked(&href, "max_age")), ("login".into(), "0".into()));
    let stale = idp.back(&href, token(&idp.claims(&href, "michael-1", MICHAEL), By::Curve));
    michael.get(&stale).await.must_be(409).must_say("didn't ask you again");
    let href = michael.get(&page.link("Confirm with single sign-on instead")).await.must_be(303).location().to_owned();
    let mut claims = idp.claims(&href, "michael-1", MICHAEL);
    claims["auth_time"] = json!(now());
    let back = michael.get(&idp.back(&href, token(&claims, By::Curve))).await;
    assert!(back.must_be(303).location().ends_with("?proved=yes"), "{}", back.location());
    set_up(&michael, &idp, &[("joining", "everybody")]).await.must_be(303);
    // a second factor that the company requires is the provider's to ask for, of whoever views as a colleague too
    world.run("UPDATE accounts SET second_factor = 'required' WHERE id = 'PA-469-206'");
    let paulie = world.text(&format!("SELECT id AS t FROM users WHERE email = '{PAULIE}'"));
    let page = michael.get(&format!("{MICKS}/users/{paulie}/view-as")).await;
    let seen = michael.follow(michael.submit(&page, &[]).await).await;
    seen.must_be(200).must_say("You're viewing this portal as Paulie Pennino");
}

#[actix_web::test]
async fn a_domain_is_proven_by_its_file_and_is_one_companys() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let world = World::with(|config| Config { sso_private: true, sso_port: Some(port), ..config }).await;
    let line = Arc::new(Mutex::new("another line".to_owned()));
    let told = line.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (mut stream, mut asked) = (stream, [0; 1024]);
            let read = stream.read(&mut asked).unwrap_or_default();
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            assert!(asked.starts_with("GET /.well-known/entente-domain.txt "), "{asked}");
            let line = told.lock().expect("nobody panics").clone();
            let _ =
                write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{line}", line.len());
        }
    });
    let michael = world.michael().await;
    let page = michael.get(HERE).await;
    for (wrong, says) in [("", "Enter a domain"), ("localhost", "Enter a domain"), ("Gmail.com", "Anyone can have")] {
        michael.submit_to(&page, Some("/domains"), &[("domain", wrong)]).await.must_be(422).must_say(says);
    }
    let page =
        michael.follow(michael.submit_to(&page, Some("/domains"), &[("domain", "@Micks.localhost")]).await).await;
    page.must_say("micks.localhost")
        .must_say("Not verified")
        .must_say("https://micks.localhost/.well-known/entente-domain.txt");
    michael.submit_to(&page, Some("/domains"), &[("domain", "micks.localhost")]).await.must_be(422).must_say("already");
    let page = michael.follow(michael.submit_to(&page, Some("/domains/check"), &[]).await).await;
    page.must_say("The file doesn't contain the expected line.");
    *line.lock().expect("nobody panics") = world.text("SELECT token AS t FROM sso_domains");
    michael.follow(michael.submit_to(&page, Some("/domains/check"), &[]).await).await.must_say("Domain verified");
    // another company cannot have it
    let other: Id<Account> = "VA-610-774".parse().expect("an id");
    let taken = world.program.db.write_now("test", |tx| domains::actions::vouch(tx, &other, "micks.localhost"));
    assert!(taken.is_err());
    let page = michael.get(HERE).await;
    let asks = michael.get(&page.link("Remove")).await;
    asks.must_be(200).must_say("micks.localhost");
    michael.follow(michael.submit(&asks, &[]).await).await.must_say("Domain removed");
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE name LIKE 'sso.domain%'"), 3);
}

#[actix_web::test]
async fn an_inner_network_is_not_read() {
    let (world, idp) = (World::new().await, Idp::start());
    let michael = world.michael().await;
    let inner = format!("https://127.0.0.1:{}", idp.port);
    for issuer in [idp.issuer(), inner, "https://login.localhost".to_owned(), "https://[::1]".to_owned()] {
        let answer = set_up(&michael, &idp, &[("issuer", &issuer)]).await;
        answer.must_be(422);
        assert!(answer.says("can't be used") || answer.says("didn't answer"), "{issuer}: {:?}", answer.errors());
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM sso_providers"), 0);
}
