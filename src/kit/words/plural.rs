//! `Plural-Forms` of a PO file: the C expression that chooses a form by a number, as gettext defines it.

/// A rule that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule(Node);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    N,
    Number(u64),
    Not(Box<Node>),
    Two(&'static str, Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
}

/// Operators by how tightly they bind, loosest first; longer ones first where one begins another.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

/// Deeper ones are no rule of any language.
const DEEPEST: usize = 64;

impl Rule {
    /// `n != 1`, as English has it.
    pub fn not_one() -> Self {
        Self(Node::Two("!=", Box::new(Node::N), Box::new(Node::Number(1))))
    }

    /// # Errors
    /// Where the expression cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reading = Reading { rest: text.trim(), deep: 0 };
        let rule = reading.choice()?;
        if reading.rest.trim().is_empty() {
            Ok(Self(rule))
        } else {
            Err(format!("a plural rule ends in {:?}", reading.rest))
        }
    }

    /// Which form `n` takes.
    pub fn of(&self, n: u64) -> usize {
        usize::try_from(self.0.value(n)).unwrap_or_default()
    }
}

impl Node {
    fn value(&self, n: u64) -> u64 {
        match self {
            Self::N => n,
            Self::Number(number) => *number,
            Self::Not(node) => u64::from(node.value(n) == 0),
            Self::If(test, yes, no) => {
                if test.value(n) == 0 {
                    no.value(n)
                } else {
                    yes.value(n)
                }
            }
            Self::Two(operator, left, right) => {
                let (left, right) = (left.value(n), right.value(n));
                match *operator {
                    "||" => u64::from(left != 0 || right != 0),
                    "&&" => u64::from(left != 0 && right != 0),
                    "==" => u64::from(left == right),
                    "!=" => u64::from(left != right),
                    "<=" => u64::from(left <= right),
                    ">=" => u64::from(left >= right),
                    "<" => u64::from(left < right),
                    ">" => u64::from(left > right),
                    "+" => left.wrapping_add(right),
                    "-" => left.wrapping_sub(right),
                    "*" => left.wrapping_mul(right),
                    "/" => left.checked_div(right).unwrap_or(0),
                    _ => left.checked_rem(right).unwrap_or(0),
                }
            }
        }
    }
}

struct Reading<'a> {
    rest: &'a str,
    deep: usize,
}

impl Reading<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn choice(&mut self) -> Result<Node, String> {
        self.deep += 1;
        if self.deep > DEEPEST {
            return Err("a plural rule is too deep".to_owned());
        }
        let test = self.level(0)?;
        let node = if self.takes("?") {
            let yes = self.choice()?;
            if !self.takes(":") {
                return Err(format!("a plural rule lacks \":\" before {:?}", self.rest));
            }
            Node::If(Box::new(test), Box::new(yes), Box::new(self.choice()?))
        } else {
            test
        };
        self.deep -= 1;
        Ok(node)
    }

    fn level(&mut self, at: usize) -> Result<Node, String> {
        let Some(operators) = LEVELS.get(at) else { return self.one() };
        let mut left = self.level(at + 1)?;
        while let Some(operator) = operators.iter().copied().find(|operator| self.takes(operator)) {
            left = Node::Two(operator, Box::new(left), Box::new(self.level(at + 1)?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Node, String> {
        if self.takes("!") {
            self.deep += 1;
            if self.deep > DEEPEST {
                return Err("a plural rule is too deep".to_owned());
            }
            return Ok(Node::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inside = self.choice()?;
            return if self.takes(")") {
                Ok(inside)
            } else {
                Err(format!("a plural rule lacks \")\" before {:?}", self.rest))
            };
        }
        if self.takes("n") {
            return Ok(Node::N);
        }
        let rest = self.rest.trim_start();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = rest[..digits].parse().map_err(|_| format!("a plural rule has {rest:?}"))?;
        self.rest = &rest[digits..];
        Ok(Node::Number(number))
    }
}

#[cfg(test)]
mod tests {
    use icu_plurals::{PluralCategory, PluralRules};

    use super::*;

    #[test]
    fn rules_of_languages_choose_as_unicode_does() {
        use PluralCategory::{Few, Many, One, Other, Two, Zero};
        for (tag, rule, forms) in [
            ("en", "n != 1", &[One, Other][..]),
            ("de", "(n != 1)", &[One, Other]),
            ("ja", "0", &[Other]),
            ("pl", "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2", &[One, Few, Many]),
            (
                "ru",
                "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2",
                &[One, Few, Many],
            ),
            ("cs", "(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2", &[One, Few, Other]),
            (
                "ar",
                "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5",
                &[Zero, One, Two, Few, Many, Other],
            ),
        ] {
            let ours = Rule::parse(rule).unwrap();
            let locale: icu_locale_core::Locale = tag.parse().unwrap();
            let theirs = PluralRules::try_new_cardinal(locale.into()).unwrap();
            for n in (0..=1_000).chain([1_000_000, 1_000_001, 999_999_999_999]) {
                // a million is a form of its own in some languages, which no rule of a PO file knows
                assert_eq!(forms[ours.of(n)], theirs.category_for(n), "{tag} {n}");
            }
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for bad in ["", "n ==", "n ? 1", "(n", "n n", "x", "n & 1", "99999999999999999999999"] {
            assert!(Rule::parse(bad).is_err(), "{bad}");
        }
        assert!(Rule::parse(&"(".repeat(10_000)).is_err() && Rule::parse(&"!".repeat(10_000)).is_err());
        assert_eq!(Rule::parse("n / 0 + n % 0").unwrap().of(7), 0);
    }
}
