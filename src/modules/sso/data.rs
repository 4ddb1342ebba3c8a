//! What an administrator enters about a company's identity provider.

use url::Url;

use super::Joining;
use crate::{
    accounts::Group,
    input,
    kit::{
        actor::User,
        form_page::Ask,
        id::Id,
        input::{
            Kind,
            kinds::{IdsOf, Key, One, Tick},
        },
        typed,
        violation::{Why, Words},
    },
};

/// Lines of the table of groups.
const MOST_MAPPED: usize = 100;
/// The longest value of a claim, and the longest secret, in characters.
const LONGEST: usize = 255;
const LONGEST_SECRET: usize = 1_024;

/// A value of the claim, and the name of the group that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mapped {
    pub value: String,
    pub group: String,
}

input! {
    /// How a company's people sign in through its provider.
    pub struct Setup, DraftSetup {
        "" {
            issuer: String = Issuer, "Issuer URL", at "issuer", missing "Enter the issuer URL of your identity provider",
                hint "As your provider shows it, such as https://login.example.com.";
            client_id: String = Key(255), "Client ID", at "client_id", missing "Enter the client ID";
            client_secret: String = Hidden, "Client secret", at "client_secret", hint "Leave it empty to keep the one that is saved.";
            active: bool = Tick, "Let users sign in through this provider", at "active";
        }
        "Users and groups" {
            joining: Joining = One::cards("Choose who can sign in").about(Joining::about), "Who can sign in", at "joining",
                missing "Choose who can sign in";
            groups: Vec<Id<Group>> = IdsOf::new("Choose groups from the list"), "Groups for new users", at "groups",
                hint "What people can do who become users the first time they sign in.";
            groups_claim: String = Key(255), "Groups claim", at "groups_claim",
                hint "The claim that lists a user's groups at your provider, such as groups.";
            claims: Vec<Mapped> = Mappings, "Groups by claim", at "claims",
                hint "One per line: a value of the claim, = and the name of one of your groups. Users are added and removed when they sign in.";
        }
    }
}

input! {
    /// Who still signs in with a password once the provider is required.
    pub struct Required, DraftRequired {
        "" {
            exceptions: Vec<Id<User>> = IdsOf::new("Choose administrators from the list"), "Administrators who keep their password", at "exceptions",
                missing "Choose at least two administrators",
                hint "They can still sign in if your provider is not available.";
        }
    }
}

/// The address that a provider identifies itself by. It is kept exactly as it is, because tokens repeat it.
struct Issuer;

impl Kind for Issuer {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        let wrong = || Why::new("issuer", "Enter a web address such as https://login.example.com");
        let url = Url::parse(&text).map_err(|_| wrong())?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        // the client decides whether it has to be https
        let fine = plain && matches!(url.scheme(), "https" | "http") && url.host().is_some() && text.len() <= 512;
        if fine { Ok(text) } else { Err(wrong()) }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::Link
    }
}

/// A secret, which is never shown again.
struct Hidden;

impl Kind for Hidden {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        text.trim().to_owned()
    }

    fn value(&self, text: String, label: &Words) -> Result<String, Why> {
        if text.chars().count() > LONGEST_SECRET {
            return Err(Why::too_long(label.clone(), LONGEST_SECRET));
        }
        Ok(text)
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn shown(&self, _: &String) -> Words {
        Words::default()
    }

    fn ask(&self) -> Ask {
        Ask::Secret
    }
}

/// Values of the claim with the groups that they stand for, one per line. A value may contain equals signs.
struct Mappings;

impl Kind for Mappings {
    type Value = Vec<Mapped>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
        let mut found: Vec<Mapped> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let parts = line.rsplit_once('=').map(|(value, group)| (typed::line(value), typed::line(group)));
            let Some((value, group)) = parts.filter(|(value, group)| !value.is_empty() && !group.is_empty()) else {
                let words = Words::new("{text} is not a value followed by = and the name of a group");
                let text: String = line.chars().take(64).collect();
                return Err(Why::new("mapping", words.with("text", typed::apart(&text))));
            };
            if value.chars().count() > LONGEST {
                return Err(Why::too_long(Words::new("A value of the claim"), LONGEST));
            }
            let one = Mapped { value, group };
            if !found.contains(&one) {
                found.push(one);
            }
        }
        if found.len() > MOST_MAPPED {
            return Err(Why::new("too_many", Words::new("Enter up to {n} lines").with("n", MOST_MAPPED)));
        }
        Ok(found)
    }

    fn text(&self, value: &Self::Value) -> String {
        value.iter().map(|one| format!("{} = {}", one.value, one.group)).collect::<Vec<_>>().join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(text: &str) -> Result<String, String> {
        let read = Mappings.value(Mappings.tidy(text), &Words::default());
        read.map(|all| Mappings.text(&all)).map_err(|why| why.words.to_string())
    }

    #[test]
    fn a_value_may_have_equals_signs_of_its_own() {
        assert_eq!(
            mapped("sales=Sales\n\nCN=Admins,OU=IT =  IT  team\nsales = Sales"),
            Ok("sales = Sales\nCN=Admins,OU=IT = IT team".to_owned())
        );
    }

    #[test]
    fn what_maps_nothing_is_named() {
        for text in ["sales", "= Sales", "sales ="] {
            assert!(mapped(text).unwrap_err().contains("is not a value followed by ="), "{text}");
        }
    }

    #[test]
    fn an_issuer_is_an_address_kept_to_the_letter() {
        let read = |text: &str| Issuer.value(Issuer.tidy(text), &Words::default()).ok();
        assert_eq!(read(" https://login.example.com/a/ ").as_deref(), Some("https://login.example.com/a/"));
        for wrong in [
            "login.example.com",
            "ftp://a.example",
            "https://a.example?x=1",
            "https://a.example#x",
            "https://me@a.example",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
