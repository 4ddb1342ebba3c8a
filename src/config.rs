//! Every setting, read once from the environment; all problems are reported together.

use std::{env, path::PathBuf, str::FromStr, time::Duration};

use crate::{
    access::password::Policy,
    kit::{connect::Prepare, secret::Key},
};

#[derive(Debug, Clone)]
pub struct Config {
    /// `ENTENTE_LISTEN`, address and port.
    pub listen: std::net::SocketAddr,
    /// `ENTENTE_PUBLIC_URL`, what people type; `https://…` binds cookies to it.
    pub public_url: String,
    /// `ENTENTE_SECRET_KEY` with `ENTENTE_OLD_SECRET_KEYS`, or `ENTENTE_SECRET_KEY_FILE`, each key of at least 32 characters. Without
    /// one the embedded default makes its own.
    pub key: Option<Key>,
    /// `ENTENTE_SECRET_KEY_FILE`, which running programs read again.
    pub key_file: Option<PathBuf>,
    /// `ENTENTE_DATA`, where the embedded PostgreSQL and the key live.
    pub data: PathBuf,
    /// `DATABASE_URL`; without it a private PostgreSQL is started.
    pub database_url: Option<String>,
    /// `ENTENTE_MIGRATE_URL`, the same database by the role that owns the schema; without it `DATABASE_URL` serves for both.
    pub migrate_url: Option<String>,
    /// `ENTENTE_PREPARE`, `on` or `off`: off where a pooler gives each transaction to another connection.
    pub prepare: Prepare,
    /// `ENTENTE_POOL`, connections; as many requests work at a time.
    pub pool: u32,
    /// `ENTENTE_WORKERS`, event loops.
    pub workers: usize,
    /// `ENTENTE_PROXIES`, how many proxies of our own add to `X-Forwarded-For`.
    pub proxies: usize,
    /// `ENTENTE_PASSWORD_POLICY`, `classic` or `modern`.
    pub passwords: Policy,
    /// `ENTENTE_LINK_DAYS`, how long an activation link lives.
    pub link_lives: Duration,
    /// `ENTENTE_PROOF_MINUTES`, how long a password that was said counts for signing and for making tokens.
    pub proof_lives: Duration,
    /// `ENTENTE_SMTP_URL`, as `smtp://…` or `smtps://user:password@host`; without it mail stays in the outbox.
    pub smtp_url: Option<String>,
    /// `ENTENTE_MAIL_FROM`.
    pub mail_from: String,
    /// `ENTENTE_MAIL_REPLY_TO`, where answers go; without it they go to the sender.
    pub mail_reply_to: Option<String>,
    /// `ENTENTE_OPERATOR_EMAIL`, to whom checkpoints of the evidence are mailed.
    pub operator_email: Option<String>,
    /// `ENTENTE_CHECKPOINTS`, the file that checkpoints are appended to. The embedded default keeps one in its data directory.
    pub checkpoints: Option<PathBuf>,
    /// `ENTENTE_DRAIN_SECONDS`, how long the program goes on serving after SIGTERM while `/readyz` says that it will not.
    pub drain: Duration,
    /// `ENTENTE_VERIFY_EMAIL`, `on` or `off`: invitees type a code that is mailed to them. Needs a mail server.
    pub verify_email: bool,
    /// `ENTENTE_PSEUDO_LANGUAGE`, `on` or `off`: whoever asks for `en-XA` gets every translated text accented, longer and in brackets.
    pub pseudo: bool,
    /// `ENTENTE_PRIVATE_HOSTS`, `on` or `off`: host names of brands may lead into a network that only this installation reaches.
    pub private_hosts: bool,
    /// `ENTENTE_SSO_PRIVATE`, `on` or `off`: identity providers may be in a private network, and without https.
    pub sso_private: bool,
    /// The port where the file that proves a domain is read; only tests set it, otherwise https is used.
    pub sso_port: Option<u16>,
    /// `ENTENTE_DNS`, the address and port of the server that is asked for the records of domains; without it those of the machine.
    pub dns: Option<std::net::SocketAddr>,
    /// Where the file that proves a host name is looked for: only tests look elsewhere than at port 80.
    pub host_port: u16,
    /// `serve --demo`: `/design` shows every component of the pages.
    pub demo: bool,
    /// `ENTENTE_REPORT_MB`, the most megabytes of a report of usage, which comes in as a stream.
    pub report_mb: usize,
    /// `ENTENTE_LOG_FORMAT`, `text` or `json`.
    pub log_json: bool,
}

/// Everything that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct BadSettings(Vec<String>);

impl Config {
    pub fn from_env() -> Result<Self, BadSettings> {
        Self::read(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BadSettings> {
        let mut problems = Vec::new();
        let listen = value(&get, "ENTENTE_LISTEN", "127.0.0.1:8080", &mut problems);
        let public_url = get("ENTENTE_PUBLIC_URL")
            .map_or_else(|| format!("http://{listen}"), |url| url.trim_end_matches('/').to_owned());
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            problems.push("ENTENTE_PUBLIC_URL must start with https:// or http://".into());
        }
        let key = key(&get).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let smtp_url = get("ENTENTE_SMTP_URL");
        if smtp_url.as_ref().is_some_and(|url| !url.starts_with("smtp://") && !url.starts_with("smtps://")) {
            problems.push("ENTENTE_SMTP_URL must start with smtps:// or smtp://".into());
        }
        let verify_email = switch(&get, "ENTENTE_VERIFY_EMAIL", &mut problems);
        let pseudo = switch(&get, "ENTENTE_PSEUDO_LANGUAGE", &mut problems);
        let private_hosts = switch(&get, "ENTENTE_PRIVATE_HOSTS", &mut problems);
        let sso_private = switch(&get, "ENTENTE_SSO_PRIVATE", &mut problems);
        let dns = get("ENTENTE_DNS").and_then(|text| {
            let server: Option<std::net::SocketAddr> = text.trim().parse().ok();
            if server.is_none() {
                problems.push("ENTENTE_DNS must be an IP address and a port, such as 127.0.0.1:53".into());
            }
            server
        });
        if verify_email && smtp_url.is_none() {
            problems.push("ENTENTE_VERIFY_EMAIL needs ENTENTE_SMTP_URL: without it no code would arrive".into());
        }
        let days: u64 = value(&get, "ENTENTE_LINK_DAYS", "30", &mut problems);
        let proof: u64 = value(&get, "ENTENTE_PROOF_MINUTES", "15", &mut problems);
        let drain: u64 = value(&get, "ENTENTE_DRAIN_SECONDS", "5", &mut problems);
        let database_url = get("DATABASE_URL");
        // who may enter which folder is asked of another program, and only a cluster of our own has to know
        let data = match (get("ENTENTE_DATA"), &database_url) {
            (Some(folder), _) => PathBuf::from(folder),
            (None, None) => crate::postgres::default_data_dir(),
            (None, Some(_)) => PathBuf::from(crate::postgres::DATA),
        };
        let migrate_url = get("ENTENTE_MIGRATE_URL");
        if migrate_url.is_some() && database_url.is_none() {
            problems.push("ENTENTE_MIGRATE_URL needs DATABASE_URL, by which the program serves".into());
        }
        let operator_email = get("ENTENTE_OPERATOR_EMAIL");
        if operator_email.as_ref().is_some_and(|email| !email.contains('@')) {
            problems.push("ENTENTE_OPERATOR_EMAIL must be an email address".into());
        }
        let config = Self {
            prepare: value(&get, "ENTENTE_PREPARE", "on", &mut problems),
            pool: value(&get, "ENTENTE_POOL", "8", &mut problems),
            workers: value(&get, "ENTENTE_WORKERS", &cores().to_string(), &mut problems),
            proxies: value(&get, "ENTENTE_PROXIES", "0", &mut problems),
            passwords: value(&get, "ENTENTE_PASSWORD_POLICY", "classic", &mut problems),
            link_lives: Duration::from_secs(days.clamp(1, 365) * 86_400),
            proof_lives: Duration::from_secs(proof.clamp(1, 14 * 24 * 60) * 60),
            drain: Duration::from_secs(drain.min(600)),
            checkpoints: get("ENTENTE_CHECKPOINTS")
                .map(PathBuf::from)
                .or_else(|| database_url.is_none().then(|| data.join("checkpoints"))),
            key_file: get("ENTENTE_SECRET_KEY_FILE").map(PathBuf::from),
            mail_reply_to: get("ENTENTE_MAIL_REPLY_TO"),
            operator_email,
            data,
            database_url,
            migrate_url,
            mail_from: get("ENTENTE_MAIL_FROM").unwrap_or_else(|| "Entente <entente@localhost>".into()),
            report_mb: value(&get, "ENTENTE_REPORT_MB", "100", &mut problems),
            log_json: get("ENTENTE_LOG_FORMAT").as_deref() == Some("json"),
            listen,
            public_url,
            key,
            smtp_url,
            verify_email,
            pseudo,
            private_hosts,
            sso_private,
            sso_port: None,
            dns,
            host_port: 80,
            demo: false,
        };
        if !(1..=1_000).contains(&config.report_mb) {
            problems.push("ENTENTE_REPORT_MB must be between 1 and 1000".into());
        }
        if config.pool == 0 || config.workers == 0 {
            problems.push("ENTENTE_POOL and ENTENTE_WORKERS must be at least 1".into());
        }
        if problems.is_empty() { Ok(config) } else { Err(BadSettings(problems)) }
    }
}

/// A setting that is on or off, and off if not set.
fn switch(get: &impl Fn(&str) -> Option<String>, name: &str, problems: &mut Vec<String>) -> bool {
    match get(name).as_deref() {
        None | Some("off") => false,
        Some("on") => true,
        Some(other) => {
            problems.push(format!("{name} cannot be {other:?}; it is on or off"));
            false
        }
    }
}

/// The keys that are set, in one of two ways.
fn key(get: &impl Fn(&str) -> Option<String>) -> Result<Option<Key>, String> {
    let (current, old) = (get("ENTENTE_SECRET_KEY"), get("ENTENTE_OLD_SECRET_KEYS"));
    if let Some(path) = get("ENTENTE_SECRET_KEY_FILE") {
        if current.is_some() || old.is_some() {
            return Err("ENTENTE_SECRET_KEY_FILE holds all keys: set it or the keys, not both".into());
        }
        let text =
            std::fs::read_to_string(&path).map_err(|error| format!("ENTENTE_SECRET_KEY_FILE: {path}: {error}"))?;
        return Key::from_list(text.lines()).map(Some).map_err(|error| format!("ENTENTE_SECRET_KEY_FILE: {error}"));
    }
    let Some(current) = current else {
        return match old {
            None => Ok(None),
            Some(_) => Err("ENTENTE_OLD_SECRET_KEYS needs ENTENTE_SECRET_KEY, the key that is used now".into()),
        };
    };
    let Some(key) = Key::from_text(&current) else {
        return Err("ENTENTE_SECRET_KEY must have at least 32 characters".into());
    };
    let Some(old) = old else { return Ok(Some(key)) };
    Key::from_list(std::iter::once(current.as_str()).chain(old.split_whitespace())).map(Some).map_err(|_| {
        "each of ENTENTE_OLD_SECRET_KEYS must have at least 32 characters; spaces stand between them".into()
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn value<T: FromStr + Clone>(
    get: &impl Fn(&str) -> Option<String>,
    name: &str,
    default: &str,
    problems: &mut Vec<String>,
) -> T {
    let text = get(name).unwrap_or_else(|| default.to_owned());
    match text.trim().parse() {
        Ok(value) => value,
        Err(_) => {
            problems.push(format!("{name} cannot be {text:?}; the default is {default}"));
            match default.parse() {
                Ok(value) => value,
                Err(_) => unreachable!("the default of {name} reads"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_setting_is_named_at_once() {
        let error = Config::read(|name| match name {
            "ENTENTE_LISTEN" | "ENTENTE_POOL" => Some("x".into()),
            "ENTENTE_SECRET_KEY" => Some("short".into()),
            _ => None,
        })
        .unwrap_err()
        .to_string();
        for name in ["ENTENTE_LISTEN", "ENTENTE_POOL", "ENTENTE_SECRET_KEY"] {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn old_keys_are_listed_beside_the_current_one_or_all_in_a_file() {
        const CURRENT: &str = "the key in use: long enough to be one";
        const OLD: [&str; 2] = ["an-old-key-that-is-long-enough-too", "an-older-key-that-is-long-enough"];
        let read = |settings: &[(&str, &str)]| {
            let settings: Vec<(String, String)> =
                settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Config::read(move |name| settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
        };
        let ids = |config: Config| config.key.unwrap().ids().map(str::to_owned).collect::<Vec<_>>();
        let both = [("ENTENTE_SECRET_KEY", CURRENT), ("ENTENTE_OLD_SECRET_KEYS", &OLD.join(" "))];
        let listed = ids(read(&both).unwrap());
        assert_eq!(listed.len(), 3);
        let path = std::env::temp_dir().join(format!("entente-keys-{}", std::process::id()));
        std::fs::write(&path, format!("{CURRENT}\n\n{}\n{}\n", OLD[0], OLD[1])).unwrap();
        let file = ("ENTENTE_SECRET_KEY_FILE", path.to_str().unwrap());
        assert_eq!(ids(read(&[file]).unwrap()), listed);
        for (wrong, words) in [
            (vec![file, ("ENTENTE_SECRET_KEY", CURRENT)], "not both"),
            (vec![("ENTENTE_OLD_SECRET_KEYS", OLD[0])], "needs ENTENTE_SECRET_KEY"),
            (vec![("ENTENTE_SECRET_KEY", CURRENT), ("ENTENTE_OLD_SECRET_KEYS", "short")], "OLD_SECRET_KEYS must have"),
            (vec![("ENTENTE_SECRET_KEY_FILE", "/nowhere/at/all")], "/nowhere/at/all"),
        ] {
            let error = read(&wrong).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn nothing_set_is_fine() {
        let config = Config::read(|_| None).unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
    }
}
