//! What a rule says.

use diesel::prelude::*;
use rust_decimal::Decimal;

use crate::{
    choice, input,
    kit::{
        input::{
            Kind,
            kinds::{Maybe, One, Sentences, Tick},
        },
        typed,
        violation::{Violation, Violations, Why, Words},
    },
    schema::usage_rules,
    t,
};

choice! {
    /// What becomes of a file when it is submitted.
    Mode { Manual = "manual" / "By hand", Accept = "accept" / "Accept automatically", Reject = "reject" / "Reject automatically" }
}

impl Mode {
    fn about(self) -> &'static str {
        match self {
            Self::Manual => "You accept or reject each file",
            Self::Accept => "Files within the limits below are accepted at once. All others wait for you",
            Self::Reject => "Every file is rejected at once, with the reason below",
        }
    }
}

/// A number of at least zero, in digits and a decimal point, with a limit on the digits before and after the point.
struct UpTo(usize, usize);

impl Kind for UpTo {
    type Value = Decimal;

    fn tidy(&self, text: &str) -> String {
        typed::number(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Decimal, Why> {
        const WORDS: &str = "Enter a number with digits and a decimal point, such as 1234.56";
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.bytes().all(|sign| sign.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(Why::new("number", WORDS));
        }
        if whole.trim_start_matches('0').len() > self.0 {
            let words =
                Words::new("Enter a number with up to {most} digits before the decimal point").with("most", self.0);
            return Err(Why::new("range", words));
        }
        if fraction.len() > self.1 {
            let words = t!("Enter up to {n} decimal" | "Enter up to {n} decimals", self.1);
            return Err(Why::new("decimals", words));
        }
        Decimal::from_str_exact(&text).map_err(|_| Why::new("number", WORDS))
    }

    fn text(&self, value: &Decimal) -> String {
        value.normalize().to_string()
    }
}

input! {
    /// What becomes of files, and within which limits they are accepted. What the chosen mode does not use is kept for later.
    #[derive(Queryable, Selectable, AsChangeset)]
    #[diesel(table_name = usage_rules, treat_none_as_null = true)]
    pub struct Rule, RuleDraft settled by settle {
        "" {
            mode: Mode = One::cards("Choose what happens").about(Mode::about), "When a file is submitted", at "mode",
                missing "Choose what happens";
        }
        "Limits for accepting automatically" {
            /// Per day, over the period before, in hundredths.
            most_percent: Option<Decimal> = Maybe(UpTo(4, 1)), "Maximum increase in percent", at "limits.percent",
                hint "Per day, over the last accepted period of this length. Without one, the file waits for you.";
            complete: bool = Tick, "Nothing is missing", at "limits.complete",
                hint "Every active subscription that was reported in the period before is reported again.";
            active_only: bool = Tick, "Only active subscriptions", at "limits.active_only",
                hint "Nothing is reported for subscriptions that are suspended or have ended.";
            /// None in rules that were kept before, as what follows.
            #[serde(default)]
            usual: bool = Tick, "Nothing unusual", at "limits.usual",
                hint "Each subscription item is close to its last 12 periods.";
            #[serde(default)]
            controlled: bool = Tick, "Control total", at "limits.controlled",
                hint "The vendor gave a control total, and the report adds up to it.";
            most_sum: Option<Decimal> = Maybe(UpTo(16, 8)), "Maximum amount", at "limits.amount",
                hint "Of the whole period, in the currency of the file. Leave it empty for no limit.";
        }
        "Rejecting automatically" {
            reason: String = Sentences(200, 2), "Reason", at "rejection_note", hint "Shown to the vendor. Up to 200 characters.";
        }
    }
}

fn settle(draft: &mut RuleDraft, wrong: &mut Violations) {
    if draft.mode == Some(Mode::Accept) && draft.most_percent == Some(None) {
        wrong.push(Violation::new("most_percent", Why::missing("Enter how much more is allowed, such as 10")));
    }
    if draft.mode == Some(Mode::Reject) && draft.reason.as_deref() == Some("") {
        wrong.push(Violation::new("reason", Why::missing("Enter a reason")));
    }
}

impl Rule {
    /// As long as nobody has said otherwise.
    pub fn by_hand() -> Self {
        Self {
            mode: Mode::Manual,
            most_percent: None,
            complete: false,
            active_only: false,
            usual: false,
            controlled: false,
            most_sum: None,
            reason: String::new(),
        }
    }

    /// What it does, a sentence for each limit.
    pub fn said(&self) -> Vec<Words> {
        match self.mode {
            Mode::Manual => vec![t!("You accept or reject each file.")],
            Mode::Reject => {
                vec![t!("Every file is rejected: “{reason}”", reason = typed::apart(&self.reason))]
            }
            Mode::Accept => {
                let percent = self.most_percent.map(|percent| {
                    t!(
                        "Files with up to {percent}% more per day than the period before are accepted.",
                        percent = percent.normalize()
                    )
                });
                let complete = self.complete.then(|| t!("Nothing may be missing since the period before."));
                let active =
                    self.active_only.then(|| t!("Nothing may be reported for subscriptions that are not active."));
                let usual = self.usual.then(|| t!("Nothing may differ much from its last 12 periods."));
                let controlled = self.controlled.then(|| t!("The vendor must give a control total."));
                let sum = self.most_sum.map(|sum| {
                    t!("The period's total may be {sum} at most, in the currency of the file.", sum = sum.normalize())
                });
                [percent, complete, active, usual, controlled, sum].into_iter().flatten().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::input::Input as _;

    fn read(mode: &str, percent: &str, sum: &str, reason: &str) -> Result<Rule, String> {
        let texts = [mode, percent, "yes", "", "yes", "", sum, reason].map(str::to_owned);
        Rule::read(&texts).map_err(|wrong| format!("{}: {}", wrong[0].at, wrong[0].why.words))
    }

    #[test]
    fn what_decides_by_itself_says_how() {
        assert_eq!(read("accept", "", "", "").unwrap_err(), "most_percent: Enter how much more is allowed, such as 10");
        assert_eq!(read("reject", "", "", " ").unwrap_err(), "reason: Enter a reason");
        assert!(read("manual", "", "", "").is_ok());
        let rule = read("accept", "12.5", "1000.00", "Later").unwrap();
        assert_eq!((rule.complete, rule.active_only, rule.reason.as_str()), (true, false, "Later"));
        assert_eq!((rule.usual, rule.controlled), (true, false));
        assert_eq!(Rule::read(&rule.texts()), Ok(rule.clone()));
        let kept = serde_json::to_value(&rule).unwrap();
        assert_eq!(serde_json::from_value::<Rule>(kept.clone()).unwrap(), rule);
        // what was kept before says nothing of it
        let mut before = kept;
        before.as_object_mut().unwrap().retain(|name, _| name != "usual" && name != "controlled");
        assert!(!serde_json::from_value::<Rule>(before).unwrap().usual);
    }

    #[test]
    fn a_limit_is_a_number_that_fits() {
        let number = "most_percent: Enter a number with digits and a decimal point, such as 1234.56";
        for (typed, told) in [
            ("0", None),
            ("0010", None),
            ("9999.9", None),
            ("-1", Some(number)),
            ("1,5", Some(number)),
            ("1e3", Some(number)),
            (".5", Some(number)),
            ("10000", Some("most_percent: Enter a number with up to 4 digits before the decimal point")),
            ("0.25", Some("most_percent: Enter up to 1 decimal")),
        ] {
            assert_eq!(read("accept", typed, "", "").err().as_deref(), told, "{typed}");
        }
    }
}
