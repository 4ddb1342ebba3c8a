//! Passwords: the policy that is shown and checked, and hashing on threads of its own.

use std::{fmt, str::FromStr, sync::LazyLock};

use super::hashing::{Hasher, in_turn};
use crate::{
    kit::{
        fields::Fields,
        form::{self, Field, FieldError},
        problem::Result,
        typed,
        violation::{self, Violation, Why},
        words::Words,
    },
    t,
};

/// Longer ones cost us time and nobody types them.
pub const LONGEST: usize = 1_024;
/// What anybody would guess here. A password may not contain these words, or words from the person's or the company's name.
const OUR_WORDS: [&str; 6] = ["entente", "distributor", "reseller", "vendor", "marketplace", "portal"];
/// How many earlier passwords may not come back.
pub const REMEMBERED: i64 = 10;

/// Which rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The rules of the published screens: eight characters of several sorts.
    Classic,
    /// Fifteen characters of any sort, as current standards ask.
    Modern,
}

impl FromStr for Policy {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "classic" => Ok(Self::Classic),
            "modern" => Ok(Self::Modern),
            _ => Err(()),
        }
    }
}

/// One line of the policy; `rule` and `n` let the page tick it as one types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub rule: &'static str,
    /// The rule's number: how many characters at least, or in a row at most.
    pub n: u8,
    pub text: &'static str,
}

const LENGTH: Rule = Rule { rule: "length", n: 8, text: "Must be at least 8 characters long" };
const LONG: Rule = Rule { rule: "length", n: 15, text: "Must be at least 15 characters long" };
const CASES: Rule = Rule { rule: "cases", n: 1, text: "Must contain upper-case and lower-case letters" };
const DIGIT: Rule = Rule { rule: "digit", n: 1, text: "Must contain a number" };
const SPECIAL: Rule = Rule { rule: "special", n: 1, text: "Must contain a special character" };
const REPEAT: Rule =
    Rule { rule: "repeat", n: 2, text: "Must not contain the same character more than twice in a row (111, aaa)" };

impl Policy {
    /// What the page shows, in order. That old passwords are refused is said beside it.
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::Classic => &[LENGTH, CASES, DIGIT, SPECIAL, REPEAT],
            Self::Modern => &[LONG],
        }
    }

    /// What is wrong with `password`; `words` are the person's and the company's own.
    pub fn complaint(self, password: &str, words: &[&str]) -> Option<Words> {
        if password.len() > LONGEST {
            return Some(t!("Password must be {n} bytes or fewer", n = LONGEST));
        }
        if let Some(rule) = self.rules().iter().find(|rule| !keeps(rule, password)) {
            return Some(t!("Password: {rule}", rule = Words::new(rule.text)));
        }
        let lower = password.to_lowercase();
        let personal = words
            .iter()
            .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
            .map(str::to_lowercase)
            .filter(|word| word.chars().count() >= 4)
            .find(|word| lower.contains(word.as_str()));
        if personal.is_some() {
            return Some(t!("Password must not contain your name, email or company name"));
        }
        if OUR_WORDS.iter().any(|word| lower.contains(word)) {
            return Some(t!("Choose a password that is harder to guess"));
        }
        // a guess or two a second finds what scores 0 or 1
        let strength = zxcvbn::zxcvbn(&password.chars().take(100).collect::<String>(), &[]);
        (u8::from(strength.score()) < 2).then(|| t!("Choose a password that is harder to guess"))
    }
}

fn keeps(rule: &Rule, password: &str) -> bool {
    let count = password.chars().count();
    match rule.rule {
        "length" => count >= usize::from(rule.n),
        "cases" => password.chars().any(char::is_lowercase) && password.chars().any(char::is_uppercase),
        "digit" => password.chars().any(|c| c.is_ascii_digit()),
        "special" => password.chars().any(|c| !c.is_alphanumeric() && !c.is_whitespace()),
        _ => {
            let symbols: Vec<char> = password.chars().collect();
            !symbols.windows(3).any(|run| run[0] == run[1] && run[1] == run[2])
        }
    }
}

/// Hashes at once; for the command line and for tests.
pub fn hash_now(password: &str) -> Result<String> {
    Hasher::default().hash(&typed::password(password))
}

pub async fn hash(password: Secret) -> Result<String> {
    in_turn(move |hasher| hasher.hash(&typed::password(&password.0))).await
}

/// Whether `password` is the one behind `hash`. Without a hash it takes as long and says no.
pub async fn matches(password: Secret, hash: Option<String>) -> Result<bool> {
    in_turn(move |hasher| Ok(fits(hasher, &password.0, hash.as_deref()))).await
}

/// Whether `password` is behind any of `hashes`.
pub async fn matches_any(password: Secret, hashes: Vec<String>) -> Result<bool> {
    in_turn(move |hasher| Ok(hashes.iter().any(|hash| fits(hasher, &password.0, Some(hash))))).await
}

/// A hash for `password`, which fits `hash`, when that was made before passwords were compared as they are now: of its signs as one
/// keyboard made them. Nothing when there is nothing to renew.
pub async fn renewed(password: Secret, hash: String) -> Result<Option<String>> {
    let meant = typed::password(&password.0);
    if meant == password.0 {
        return Ok(None);
    }
    in_turn(move |hasher| if hasher.fits(&meant, &hash) { Ok(None) } else { hasher.hash(&meant).map(Some) }).await
}

fn fits(hasher: &Hasher, password: &str, hash: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody's password").unwrap_or_default());
    let meant = typed::password(password);
    let kept = hash.unwrap_or(&NOBODY);
    // the second is for hashes that are older than the rule
    let fits = hasher.fits(&meant, kept) || (meant != password && hasher.fits(password, kept));
    fits && hash.is_some()
}

/// A typed password: never printed.
#[derive(Clone)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A new password, typed twice. Passwords are no input: nothing keeps them, and no form is filled with one.
pub struct NewPassword {
    pub password: Field,
    pub again: Field,
}

impl NewPassword {
    pub fn empty() -> Self {
        Self {
            password: Field::new("new-password", "New password"),
            again: Field::new("confirm-password", "Confirm password"),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let Self { password, again } = Self::empty();
        Self { password: password.from(fields), again: again.from(fields) }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.password, &self.again])
    }

    /// The password, which leaves the form whatever comes of it.
    pub fn read(&mut self, policy: Policy, words: &[&str]) -> Option<Secret> {
        let Self { password, again } = self;
        let [typed, repeated] =
            [&mut *password, &mut *again].map(|field| typed::password(&std::mem::take(&mut field.value)));
        if typed.is_empty() {
            password.fail("Enter a new password");
        } else if let Some(complaint) = policy.complaint(&typed, words) {
            password.fail(complaint);
        } else if typed != repeated {
            again.fail("Enter the same password again");
        } else {
            return Some(Secret(typed));
        }
        None
    }

    /// What setting it came to; none when it was refused, which its field then says.
    ///
    /// # Errors
    /// Whatever else stops the act.
    pub fn told<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match violation::told(outcome)? {
            Ok(done) => Ok(Some(done)),
            Err(wrong) => {
                let (own, left): (Vec<_>, _) = wrong.into_iter().partition(|one| one.at == self.password.name);
                own.into_iter().for_each(|one| self.password.fail(one.why.words));
                violation::none_left(left).map(|()| None)
            }
        }
    }
}

/// One of the last passwords, which may not come back.
pub fn remembered() -> Violation {
    let words = t!("Choose a password that isn't one of your last {n}", n = REMEMBERED);
    Violation::new("new-password", Why::new("remembered", words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &[&str] = &["Adonis Creed", "donnie@acreedllc.example", "ACreed LLC"];

    #[test]
    fn each_rule_of_the_classic_policy_refuses_in_turn() {
        for (password, part) in [
            ("aB3$", "8 characters"),
            ("tutorial-2026!", "upper-case and lower-case"),
            ("Tutorial-Best!", "a number"),
            ("Tutorial2026x", "a special character"),
            ("Tutorial-2000!", "twice in a row"),
            ("Adonis-2026!x", "your name"),
            ("Acreedllc-26!", "your name"),
        ] {
            let complaint = Policy::Classic.complaint(password, WORDS).unwrap_or_default().to_string();
            assert!(complaint.contains(part), "{password}: {complaint}");
        }
        assert_eq!(Policy::Classic.complaint("Tutorial-2026!", WORDS), None);
    }

    #[test]
    fn well_known_passwords_are_refused_by_both_policies() {
        assert!(Policy::Classic.complaint("P@ssw0rd1", &[]).is_some());
        assert!(Policy::Modern.complaint("passwordpassword", &[]).is_some());
        assert_eq!(Policy::Modern.complaint("correct horse battery staple", &[]), None);
    }

    #[test]
    fn words_of_this_place_are_refused_by_both_policies() {
        for word in OUR_WORDS {
            assert!(Policy::Classic.complaint(&format!("Qx7!{word}-Vk29z"), &[]).is_some(), "{word}");
            assert!(Policy::Modern.complaint(&format!("qx7 {} vk29zlm", word.to_uppercase()), &[]).is_some(), "{word}");
        }
        assert_eq!(Policy::Classic.complaint("Qx7!lanterns-Vk29z", &[]), None);
    }

    #[test]
    fn the_modern_policy_asks_for_fifteen_signs_of_any_sort_and_takes_a_thousand() {
        assert!(Policy::Modern.complaint("qzjxkvwypt4186", &[]).is_some(), "fourteen");
        for password in
            ["qzjxkvwyptbmgfd", "QZJXKVWYPTBMGFD", "418602957318640", "!?%&=+*#<>|;:._", "ключ от ворот сада"]
        {
            assert_eq!(Policy::Modern.complaint(password, &[]), None, "{password}");
        }
        let long: String = ('a'..='z').cycle().step_by(7).take(LONGEST).collect();
        assert_eq!(Policy::Modern.complaint(&long, &[]), None);
        assert_eq!(Policy::Classic.complaint(&format!("{}A7!", &long[..64]), &[]), None);
    }

    #[test]
    fn a_hash_opens_only_for_its_password() {
        let hash = hash_now("Tutorial-2026!").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(fits(&Hasher::default(), "Tutorial-2026!", Some(&hash)));
        assert!(!fits(&Hasher::default(), "Tutorial-2026?", Some(&hash)));
        assert!(!fits(&Hasher::default(), "nobody's password", None));
    }

    #[actix_web::test]
    async fn a_password_fits_on_another_keyboard_and_an_old_hash_is_renewed() {
        let (typed, meant) = ("Cafe\u{301}\u{a0}am\u{3000}Eck-26", "Café am Eck-26");
        let hash = hash_now(meant).unwrap();
        assert!(fits(&Hasher::default(), typed, Some(&hash)) && fits(&Hasher::default(), meant, Some(&hash)));
        assert_eq!(renewed(Secret(typed.into()), hash).await.unwrap(), None);
        let old = Hasher::default().hash(typed).unwrap();
        assert!(fits(&Hasher::default(), typed, Some(&old)) && !fits(&Hasher::default(), meant, Some(&old)));
        let new = renewed(Secret(typed.into()), old).await.unwrap().expect("it is renewed");
        assert!(fits(&Hasher::default(), meant, Some(&new)) && fits(&Hasher::default(), typed, Some(&new)));
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret("x".into())), "Secret(…)");
    }
}
