//! What is given to invite people, and to put them into groups.

use crate::{
    accounts::Group,
    input,
    kit::{
        form_page::Ask,
        id::Id,
        input::{
            Kind,
            kinds::{Email, IdsOf},
        },
        typed,
        violation::{Why, Words},
    },
};

/// How many are invited at once.
const AT_ONCE: usize = 20;

input! {
    /// Who is invited, and into which groups.
    pub struct Invited, DraftInvited {
        "" {
            emails: Vec<String> = Emails, "Emails", at "emails", missing "Enter at least one email address",
                hint "One per line, up to 20. Each gets an email with a link that works for 7 days.";
            groups: Vec<Id<Group>> = IdsOf::new("Choose groups from the list"), "Groups", at "groups", missing "Choose at least one group",
                hint "Their groups decide what they can see and do.";
        }
    }
}

input! {
    /// The groups that somebody is in.
    pub struct Placed, DraftPlaced {
        "" {
            groups: Vec<Id<Group>> = IdsOf::new("Choose groups from the list"), "Groups", at "groups",
                hint "What a person can do is everything that any of their groups allows.";
        }
    }
}

/// Several email addresses, on lines of their own or with commas between them, each once.
struct Emails;

impl Kind for Emails {
    type Value = Vec<String>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
        let mut found: Vec<String> = Vec::new();
        for piece in text.split(|sign: char| sign.is_whitespace() || matches!(sign, ',' | ';')) {
            if piece.is_empty() {
                continue;
            }
            let email = Email.value(Email.tidy(piece), &Words::default()).map_err(|_| {
                let words = Words::new("{text} is not an email address in the format name@example.com");
                Why::new("email", words.with("text", typed::apart(piece)))
            })?;
            let key = typed::email_key(&email);
            if !found.iter().any(|known| typed::email_key(known) == key) {
                found.push(email);
            }
        }
        if found.is_empty() {
            return Err(Why::missing("Enter at least one email address"));
        }
        if found.len() > AT_ONCE {
            let words = Words::new("Enter up to {n} email addresses at once").with("n", AT_ONCE);
            return Err(Why::new("too_many", words));
        }
        Ok(found)
    }

    fn text(&self, value: &Self::Value) -> String {
        value.join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        Emails.value(Emails.tidy(text), &Words::default()).map_err(|why| why.words.to_string())
    }

    #[test]
    fn addresses_are_read_however_they_stand_and_each_once() {
        let found = ["a@example.com", "b+c@example.com"].map(str::to_owned).to_vec();
        for text in [
            "a@example.com\nb+c@example.com",
            " a@example.com, b+c@example.com;",
            "A@Example.com\r\n\r\nb+c@example.com a@EXAMPLE.com",
        ] {
            let lower = read(text).map(|all| all.iter().map(|one| one.to_lowercase()).collect::<Vec<_>>());
            assert_eq!(lower, Ok(found.clone()), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        assert_eq!(
            read("a@example.com, Rocky"),
            Err("Rocky is not an email address in the format name@example.com".to_owned())
        );
        assert_eq!(read(",;"), Err("Enter at least one email address".to_owned()));
        let many: Vec<String> = (0..21).map(|at| format!("a{at}@example.com")).collect();
        assert_eq!(read(&many.join("\n")), Err("Enter up to 20 email addresses at once".to_owned()));
    }
}
