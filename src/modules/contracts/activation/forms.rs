//! The invitee's forms.

use crate::{
    access::password::{Policy, Secret},
    kit::{
        fields::Fields,
        form::{self, Field, FieldError},
        typed,
    },
};

/// What ticking the box says; recorded word by word with the signature.
pub const CONSENT: &str = "I have read and accepted the agreement. By ticking this box I agree, on behalf of the company for which I create or use an account, to be bound by the agreement, and I declare that I have the authority to bind it.";

pub struct ReviewForm {
    pub email: Field,
    pub accept: Field,
}

impl ReviewForm {
    pub fn filled(email: &str) -> Self {
        Self {
            email: Field::new("email", "Your email").filled(email).hint("You sign in with it later."),
            accept: Field::new("accept", "I have read and accepted the agreement"),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::filled("");
        Self { email: form.email.from(fields), accept: form.accept.from(fields) }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.email, &self.accept])
    }

    pub fn parse(&mut self) -> Option<String> {
        let email = self.email.email();
        if !self.accept.ticked() {
            self.accept.fail("Tick the box to say that you have read and accepted the agreement");
            return None;
        }
        email
    }
}

pub struct UserForm {
    pub name: Field,
    pub password: Field,
    pub again: Field,
}

impl UserForm {
    pub fn filled(name: &str) -> Self {
        Self {
            name: Field::new("name", "Your full name").filled(name),
            password: Field::new("new-password", "New password"),
            again: Field::new("confirm-password", "Confirm password"),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::filled("");
        Self { name: form.name.from(fields), password: form.password.from(fields), again: form.again.from(fields) }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.name, &self.password, &self.again])
    }

    /// The name and the password, which leaves the form whatever comes of it.
    pub fn parse(&mut self, policy: Policy, email: &str) -> Option<(String, Secret)> {
        let name = self.name.line("your full name", 128);
        let password = chosen(&mut self.password, &mut self.again, policy, &[self.name.value.trim(), email]);
        Some((name?, password?))
    }
}

/// A new password, typed twice. Neither field keeps what was typed.
pub fn chosen(password: &mut Field, again: &mut Field, policy: Policy, words: &[&str]) -> Option<Secret> {
    let [typed, repeated] =
        [&mut *password, &mut *again].map(|field| typed::password(&std::mem::take(&mut field.value)));
    if typed.is_empty() {
        password.fail("Enter a new password");
    } else if let Some(complaint) = policy.complaint(&typed, words) {
        password.fail(complaint);
    } else if typed != repeated {
        again.fail("Enter the same password once again");
    } else {
        return Some(Secret(typed));
    }
    None
}

/// The company: a new one, or one that the person already has.
pub struct AccountForm {
    pub account: Field,
    pub company: Field,
}

/// The choice that makes a new account.
pub const NEW: &str = "new";

impl AccountForm {
    pub fn filled(account: &str, company: &str) -> Self {
        Self {
            account: Field::new("account", "Account").filled(account),
            company: Field::new("company", "Company name")
                .hint("Legal entity name. Include the entity type, such as Inc., LLC, GmbH, etc.")
                .filled(company),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::filled("", "");
        Self { account: form.account.from(fields), company: form.company.from(fields) }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.account, &self.company])
    }

    pub fn company(&mut self) -> Option<String> {
        self.company.line("a company name", 64)
    }
}

/// The reason of a rejection.
pub fn reason() -> Field {
    Field::new("reason", "Reason").hint("The company that invited you reads it. Up to 200 characters.").optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn review_asks_for_both() {
        let mut blank = ReviewForm::typed(&fields(&[]));
        assert!(blank.parse().is_none());
        assert_eq!(blank.errors().len(), 2);
        assert_eq!(
            ReviewForm::typed(&fields(&[("email", " donnie@acreedllc.example "), ("accept", "yes")]))
                .parse()
                .as_deref(),
            Some("donnie@acreedllc.example")
        );
    }

    #[test]
    fn a_password_never_stays_in_the_form() {
        let mut form =
            UserForm::typed(&fields(&[("name", "A"), ("new-password", "short"), ("confirm-password", "short")]));
        assert!(form.parse(Policy::Classic, "a@b.example").is_none());
        assert_eq!((form.password.value.as_str(), form.again.value.as_str()), ("", ""));
    }

    #[test]
    fn both_passwords_must_be_the_same() {
        let typed =
            fields(&[("name", "Adonis"), ("new-password", "Tutorial-2026!"), ("confirm-password", "Tutorial-2027!")]);
        let mut form = UserForm::typed(&typed);
        assert!(form.parse(Policy::Classic, "a@b.example").is_none());
        assert_eq!(form.errors()[0].0, "confirm-password");
    }
}
