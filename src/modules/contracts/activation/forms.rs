//! What an invitee says, a table for each step.

use crate::{
    access::password::{NewPassword, Policy, Secret},
    input,
    kit::{
        fields::Fields,
        form::FieldError,
        form_page::Ask,
        input::{
            Form, Kind,
            kinds::{Email, Key, Line, Text, Tick},
        },
        typed,
        violation::{Why, Words},
    },
};

/// What ticking the box says; recorded word by word with the signature.
pub const CONSENT: &str = "I have read and accepted the agreement. By ticking this box I agree, on behalf of the company for which I create or use an account, to be bound by the agreement, and I declare that I have the authority to bind it.";

input! {
    /// Who accepts the agreement.
    pub struct Reviewed, DraftReviewed {
        "" {
            email: String = Email, "Your email", at "email", missing "Enter an email address", hint "You'll use it to sign in later.";
            accept: bool = Tick, "I have read and accepted the agreement", at "accept",
                missing "Confirm that you have read and accepted the agreement";
        }
    }
}

input! {
    /// What was mailed to the invitee.
    pub struct Code, DraftCode {
        "" {
            code: String = Digits, "Code", at "code", missing "Enter the code from the email",
                hint "Six digits, valid for ten minutes.";
        }
    }
}

/// A code as people copy it: without what stands between its digits.
struct Digits;

impl Kind for Digits {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::code(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        Ok(text)
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::Whole
    }
}

input! {
    /// A new user.
    pub struct User, DraftUser {
        "" { name: String = Line(128), "Your full name", at "name", missing "Enter your full name"; }
    }
}

input! {
    /// The company that signs: a new one, or one the person already belongs to.
    pub struct Company, DraftCompany {
        "" {
            account: String = Key(32), "Account", at "account";
            company: String = Line(64), "Company name", at "company",
                hint "Legal entity name. Include the entity type, such as Inc., LLC, GmbH, etc.";
        }
    }
}

/// The account of a new company.
pub const NEW: &str = "new";

/// The form of [`Company`]: its name is asked for a new one.
pub fn company(form: Form<Company>) -> Form<Company> {
    form.demanding("account").demanding("company")
}

input! {
    /// Why a contract is rejected.
    pub struct Rejection, DraftRejection {
        "" {
            reason: String = Line(200), "Reason", at "reason",
                hint "Shown to the company that invited you. Up to 200 characters.";
        }
    }
}

input! {
    /// To whom a link is handed over, and by whom.
    pub struct HandingOver, DraftHandingOver {
        "" {
            giver: String = Line(128), "Your full name", at "giver", missing "Enter your full name",
                hint "Your colleague and the company that invited you see it.";
            colleague: String = Line(128), "Colleague's name", at "colleague", missing "Enter your colleague's name";
            colleague_email: String = Email, "Colleague's email", at "colleague_email", missing "Enter an email address";
            message: String = Text(500, 3), "Message", at "message",
                hint "Shown to your colleague above the link. Up to 500 characters.";
        }
    }
}

/// A new user with a new password.
pub struct UserForm {
    pub user: Form<User>,
    pub new: NewPassword,
}

impl UserForm {
    pub fn filled(name: &str) -> Self {
        Self { user: Form::empty().with("name", name), new: NewPassword::empty() }
    }

    pub fn typed(fields: &Fields) -> Self {
        Self { user: Form::typed(fields), new: NewPassword::typed(fields) }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        self.user.errors().into_iter().chain(self.new.errors()).collect()
    }

    /// The name and the password, which leaves the form whatever comes of it.
    pub fn read(&mut self, policy: Policy, email: &str) -> Option<(User, Secret)> {
        let typed = self.user.text("name").trim().to_owned();
        let (user, password) = (self.user.read(), self.new.read(policy, &[&typed, email]));
        Some((user?, password?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn review_asks_for_both() {
        let mut blank = Form::<Reviewed>::typed(&fields(&[]));
        assert!(blank.read().is_none());
        assert_eq!(blank.errors().len(), 2);
        let mut typed = Form::<Reviewed>::typed(&fields(&[("email", " donnie@acreedllc.example "), ("accept", "yes")]));
        assert_eq!(typed.read().map(|said| said.email).as_deref(), Some("donnie@acreedllc.example"));
    }

    #[test]
    fn a_password_never_stays_in_the_form() {
        let mut form =
            UserForm::typed(&fields(&[("name", "A"), ("new-password", "short"), ("confirm-password", "short")]));
        assert!(form.read(Policy::Classic, "a@b.example").is_none());
        assert_eq!((form.new.password.value.as_str(), form.new.again.value.as_str()), ("", ""));
    }

    #[test]
    fn both_passwords_must_be_the_same() {
        let typed =
            fields(&[("name", "Adonis"), ("new-password", "Tutorial-2026!"), ("confirm-password", "Tutorial-2027!")]);
        let mut form = UserForm::typed(&typed);
        assert!(form.read(Policy::Classic, "a@b.example").is_none());
        assert_eq!(form.errors()[0].0, "confirm-password");
    }
}
