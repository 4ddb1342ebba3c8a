//! Wapiti, a third-party scanner, signed in at each portal: it follows links, fills in every form that it finds, and attacks what it found.
//! The database is thrown away afterwards. `scripts/install.sh faults` installs it.

use std::{fs, path::PathBuf, process::Command};

use entente::demo;
use serde_json::Value;

use crate::{
    killed::database,
    server::Folder,
    support::{
        Client,
        program::{Over, Program},
        world::{ACREED, CHAMPIONS, MICKS},
    },
};

/// The modules that it runs. Left out are those that contact other servers (ssrf, xxe, log4shell, nikto, htp, wapp, takeover), look for
/// other products (cms, wp_enum, network_device, spring4shell), guess names for hours (buster, brute_login_form, backup), or need the TLS
/// in front of the program (ssl, https_redirect).
const MODULES: &str = "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,shellshock,\
                       sql,timesql,upload,xss";
/// Seconds for finding pages, and then for each module: a little more than three minutes for each portal.
const CRAWL: &str = "60";
const ATTACK: &str = "8";

/// Addresses that would end its session or reduce its rights.
const LEFT_ALONE: [&str; 6] = [
    "/users/*/view-as",
    "/users/*/groups",
    "/users/*/sign-out",
    "/sessions/*",
    "/account/hand-over",
    "/single-sign-on/requirement*",
];

/// Parameters that only change how a list looks: without them, the scanner has time for other pages instead of the same ones in another
/// order.
const LOOKS: [&str; 7] = ["columns", "density", "earlier", "later", "reset", "size", "sort"];

/// Reports that are not faults here: a category, how the text begins, and why.
const NO_FAULT: [(&str, &str, &str); 1] = [(
    "Clickjacking Protection",
    "X-Frame-Options is not set",
    "the policy's frame-ancestors says it, which this header gave way to",
)];

/// The portals, and who signs in there.
const PORTALS: [(&str, &str); 3] = [
    ("michael@mightymicks.example", MICKS),
    ("apollo@champions.example", CHAMPIONS),
    ("donnie@acreedllc.example", ACREED),
];

fn scanner() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/faults/venv/bin/wapiti");
    assert!(path.exists(), "{} is not there: scripts/install.sh faults installs it", path.display());
    path
}

/// Signs in like a browser that reaches the program by https.
async fn entered(program: &Program, email: &str) -> Client {
    let client = program.stranger();
    let page = client.get("/sign-in").await;
    let typed = [("email", email), ("password", demo::PASSWORD)];
    client.submit_with(&page, &typed, &[("sec-fetch-site", "same-origin")]).await.must_be(303);
    client
}

/// Runs it against a portal. Returns what it reports, or what it said when it fell over: it does when its own database is locked.
fn scan(program: &Program, base: &str, cookies: &str, folder: &Folder) -> Result<Value, String> {
    let (portal, report) = (format!("{}{base}", program.url()), folder.0.join("report.json"));
    let mut command = Command::new(scanner());
    command.args(["--url", &portal, "--scope", "folder", "--cookie-value", cookies, "--module", MODULES]);
    command.args(["--max-scan-time", CRAWL, "--max-attack-time", ATTACK, "--tasks", "4", "--timeout", "20"]);
    command.args(["--format", "json", "--no-bugreport", "--flush-session", "--verbose", "0"]);
    command.arg("--output").arg(&report);
    command.arg("--store-session").arg(folder.0.join("session"));
    command.arg("--store-config").arg(folder.0.join("config"));
    for path in LEFT_ALONE {
        command.arg("--exclude").arg(format!("{portal}{path}"));
    }
    for name in LOOKS {
        command.args(["--remove", name]);
    }
    // the program is on this machine, whatever proxy is set
    let output = command.env("HOME", &folder.0).env("NO_PROXY", "127.0.0.1").output().expect("it starts");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let text = fs::read_to_string(&report).map_err(|error| format!("{base} has no report ({error}): {said}"))?;
    Ok(serde_json::from_str(&text).expect("the report is JSON"))
}

/// Reports above the level of information, in words.
fn findings(report: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for kind in ["vulnerabilities", "anomalies"] {
        for (category, all) in report[kind].as_object().into_iter().flatten() {
            for one in all.as_array().into_iter().flatten() {
                let text = |name: &str| one[name].as_str().unwrap_or_default();
                let known = NO_FAULT.iter().any(|(of, words, _)| of == category && text("info").starts_with(words));
                if one["level"].as_i64().unwrap_or(1) > 0 && !known {
                    let (method, path, about, sent) =
                        (text("method"), text("path"), text("info"), text("curl_command"));
                    found.push(format!("{category}: {method} {path} {} {about}\n    {sent}", text("parameter")));
                }
            }
        }
    }
    found
}

#[actix_web::test]
#[ignore = "make faults"]
async fn a_scanner_that_is_signed_in_finds_nothing_in_any_portal() {
    for (email, base) in PORTALS {
        let (database, folder) = (database(), Folder::new(&format!("scan{}", base.replace('/', "-"))));
        fs::create_dir_all(&folder.0).expect("a folder");
        let program = Program::start_with(
            Over::Url(database.url.clone()),
            &[("ENTENTE_PUBLIC_URL", "https://127.0.0.1:8080"), ("ENTENTE_PROOF_MINUTES", "600")],
        );
        let client = entered(&program, email).await;
        let again = || scan(&program, base, &client.cookie_header(), &folder);
        let report = again().or_else(|_| again()).unwrap_or_else(|said| panic!("{said}"));
        let pages = report["infos"]["crawled_pages_nbr"].as_i64().unwrap_or_default();
        println!("{base}: {pages} pages and forms");
        assert!(pages > 50, "{base}: it found {pages} pages and forms only");
        // and it was signed in all the time
        client.get(base).await.must_be(200);
        let found = findings(&report);
        assert!(found.is_empty(), "{base}:\n{}", found.join("\n"));
    }
}
