//! Whether a link was opened by a person's browser or by a machine: mail scanners, previews, scripts.

use actix_web::{HttpRequest, http::Method};

use crate::choice;

choice! {
    /// Who opened a link, as far as one can tell.
    Opener { Person = "person" / "a person", Machine = "machine" / "an automated system" }
}

/// Words that machines use of themselves.
const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "scan",
    "preview",
    "fetch",
    "curl",
    "wget",
    "python",
    "http-client",
    "httpclient",
    "java/",
    "go-http",
    "headless",
    "slack",
    "teams",
    "whatsapp",
    "telegram",
    "facebookexternalhit",
    "skype",
    "proofpoint",
    "mimecast",
    "barracuda",
    "safelinks",
    "monitor",
    "okhttp",
    "axios",
    "node",
];

pub fn opener(request: &HttpRequest) -> Opener {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    judge(
        request.method() == Method::HEAD,
        &header("user-agent").to_lowercase(),
        header("accept"),
        header("accept-language"),
        header("sec-fetch-mode"),
        &format!("{}{}", header("purpose"), header("sec-purpose")),
    )
}

fn judge(head: bool, agent: &str, accept: &str, language: &str, mode: &str, purpose: &str) -> Opener {
    let navigates =
        if mode.is_empty() { accept.contains("text/html") && !language.is_empty() } else { mode == "navigate" };
    let machine = head
        || !agent.starts_with("mozilla/")
        || MACHINES.iter().any(|word| agent.contains(word))
        || !purpose.is_empty()
        || !navigates;
    if machine { Opener::Machine } else { Opener::Person }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str =
        "mozilla/5.0 (iphone; cpu iphone os 18_0 like mac os x) applewebkit/605.1.15 version/18.0 mobile safari/604.1";

    #[test]
    fn a_browser_that_navigates_is_a_person() {
        assert_eq!(judge(false, PHONE, "text/html", "en", "navigate", ""), Opener::Person);
        assert_eq!(judge(false, PHONE, "text/html,*/*", "en", "", ""), Opener::Person);
    }

    #[test]
    fn scanners_and_previews_are_machines() {
        assert_eq!(judge(true, PHONE, "text/html", "en", "navigate", ""), Opener::Machine);
        assert_eq!(judge(false, PHONE, "*/*", "", "", ""), Opener::Machine);
        assert_eq!(judge(false, PHONE, "text/html", "en", "navigate", "prefetch"), Opener::Machine);
        assert_eq!(judge(false, "curl/8.0", "text/html", "en", "", ""), Opener::Machine);
        assert_eq!(
            judge(false, "mozilla/5.0 (compatible; slackbot-linkexpanding 1.0)", "text/html", "en", "", ""),
            Opener::Machine
        );
    }
}
