//! The outcome of a rule on the facts of a file. Nothing else decides: neither when a file is submitted, nor when a rule is tried on the last
//! files.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Mode, Rule};
use crate::{
    kit::{
        time::Zone,
        typed::apart,
        words::{Figure, Words},
    },
    modules::usage::pages::days_in,
    t,
};

/// A period, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// In whose days it is named: that of the file that is judged.
    #[serde(default = "utc", with = "by_name")]
    pub zone: Zone,
}

/// Of a period that was kept without a zone.
fn utc() -> Zone {
    Zone::UTC
}

/// A time zone as it is kept.
mod by_name {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::kit::time::Zone;

    pub fn serialize<S: Serializer>(zone: &Zone, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(zone.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
        Ok(Zone::named(&String::deserialize(deserializer)?))
    }
}

impl Period {
    fn words(self) -> Words {
        days_in(self.zone, self.from, self.to)
    }
}

/// Things of a sort, and what they come to where there are amounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub n: i64,
    pub amount: Option<String>,
}

impl Counted {
    fn count(&self) -> usize {
        usize::try_from(self.n).unwrap_or_default()
    }

    /// How many were reported before and are missing now.
    pub fn missing(&self, currency: Option<&str>) -> Words {
        match (&self.amount, currency) {
            (Some(amount), Some(currency)) => t!(
                "{n} subscription item that was reported before is missing ({amount} {currency})."
                    | "{n} subscription items that were reported before are missing ({amount} {currency}).",
                self.count(),
                amount = Figure::money(amount, currency),
                currency
            ),
            _ => t!(
                "{n} subscription item that was reported before is missing."
                    | "{n} subscription items that were reported before are missing.",
                self.count()
            ),
        }
    }
}

/// The item that rose most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steepest {
    pub item: String,
    /// None when nothing was reported for it before.
    pub percent: Option<String>,
}

/// What the comparison with the period before found, when the file was submitted. Numbers are texts, exact, as the page of it shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The period before; none when no such period was accepted.
    pub was: Option<Period>,
    pub currency: Option<String>,
    /// What the file's period comes to, with what was accepted of other files for it; none without amounts.
    pub amount: Option<String>,
    /// How much more a day comes to, in hundredths; none when nothing was billed before.
    pub percent: Option<String>,
    /// Of a file without amounts.
    pub steepest: Option<Steepest>,
    /// Whether the file has amounts.
    pub amounts: bool,
    /// Reported before and not now.
    pub missing: Counted,
    /// Reported of subscriptions that are not active.
    pub inactive: Counted,
    /// Far from what it usually is; nothing in facts from before that was looked at, as what follows.
    #[serde(default)]
    pub outliers: Counted,
    /// Whether there is a control total and the report matches it.
    #[serde(default)]
    pub controlled: bool,
}

/// A limit that a file does not meet, with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "limit", rename_all = "snake_case")]
pub enum Failed {
    /// There is nothing to compare it with.
    First,
    /// It could not be compared.
    Uncompared,
    Rise {
        percent: String,
        was: Period,
    },
    RiseOfItem {
        item: String,
        percent: String,
        was: Period,
    },
    NewItem {
        item: String,
        was: Period,
    },
    NothingBefore {
        was: Period,
    },
    Missing {
        of: Counted,
        currency: Option<String>,
    },
    Inactive {
        of: Counted,
        currency: Option<String>,
    },
    Unusual {
        of: Counted,
        currency: Option<String>,
    },
    /// Nobody gave a control total.
    Uncontrolled,
    Sum {
        amount: String,
        currency: Option<String>,
    },
    NoSum,
}

/// The outcome of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// People decide about every file.
    ByHand,
    Accept,
    Reject,
    /// People decide about this one: these limits are not met.
    Left(Vec<Failed>),
}

/// Whether a number is above a limit. A number with too many digits to calculate with counts as above it, unless it is below zero.
fn above(number: &str, limit: Decimal) -> bool {
    number.parse::<Decimal>().map_or(!number.starts_with('-'), |number| number > limit)
}

fn is_zero(number: &str) -> bool {
    !number.bytes().any(|sign| (b'1'..=b'9').contains(&sign))
}

/// The outcome of `rule` on these facts.
pub fn judge(rule: &Rule, facts: &Facts) -> Verdict {
    match rule.mode {
        Mode::Manual => Verdict::ByHand,
        Mode::Reject => Verdict::Reject,
        Mode::Accept => {
            let failed = failed(rule, facts);
            if failed.is_empty() { Verdict::Accept } else { Verdict::Left(failed) }
        }
    }
}

fn failed(rule: &Rule, facts: &Facts) -> Vec<Failed> {
    let rise = match facts.was {
        None => Some(Failed::First),
        // the schema keeps an automatic rule from having no limit; without one nothing is allowed
        Some(was) => risen(rule.most_percent.unwrap_or_default(), facts, was),
    };
    let currency = || facts.currency.clone();
    let missing = (rule.complete && facts.missing.n > 0)
        .then(|| Failed::Missing { of: facts.missing.clone(), currency: currency() });
    let inactive = (rule.active_only && facts.inactive.n > 0)
        .then(|| Failed::Inactive { of: facts.inactive.clone(), currency: currency() });
    let unusual = (rule.usual && facts.outliers.n > 0)
        .then(|| Failed::Unusual { of: facts.outliers.clone(), currency: currency() });
    let uncontrolled = (rule.controlled && !facts.controlled).then_some(Failed::Uncontrolled);
    let sum = rule.most_sum.and_then(|most| match &facts.amount {
        None => Some(Failed::NoSum),
        Some(amount) => above(amount, most).then(|| Failed::Sum { amount: amount.clone(), currency: currency() }),
    });
    [rise, missing, inactive, unusual, uncontrolled, sum].into_iter().flatten().collect()
}

/// Of amounts the whole counts, of quantities, which have no sum, each item.
fn risen(most: Decimal, facts: &Facts, was: Period) -> Option<Failed> {
    if facts.amounts {
        return match &facts.percent {
            Some(percent) => above(percent, most).then(|| Failed::Rise { percent: percent.clone(), was }),
            None => {
                facts.amount.as_deref().is_some_and(|amount| !is_zero(amount)).then_some(Failed::NothingBefore { was })
            }
        };
    }
    let Steepest { item, percent } = facts.steepest.clone()?;
    match percent {
        Some(percent) => above(&percent, most).then_some(Failed::RiseOfItem { item, percent, was }),
        None => Some(Failed::NewItem { item, was }),
    }
}

impl Failed {
    /// Why people decide, in a sentence. `rule` is the one that it failed.
    pub fn words(&self, rule: &Rule) -> Words {
        let limit = rule.most_percent.unwrap_or_default().normalize();
        match self {
            Self::First => {
                t!("No earlier period of this length has been accepted, so there is nothing to compare with.")
            }
            Self::Uncompared => t!("The file could not be compared with the period before."),
            Self::Rise { percent, was } => {
                t!(
                    "{percent}% more per day than {period}. The rule allows {limit}%.",
                    percent = Figure::of(percent),
                    period = was.words(),
                    limit
                )
            }
            Self::RiseOfItem { item, percent, was } => t!(
                "{item}: {percent}% more per day than {period}. The rule allows {limit}%.",
                item = apart(item),
                percent = Figure::of(percent),
                period = was.words(),
                limit
            ),
            Self::NewItem { item, was } => {
                t!("{item} was not reported for {period}.", item = apart(item), period = was.words())
            }
            Self::NothingBefore { was } => {
                t!("Nothing was billed for {period}, so the increase cannot be measured.", period = was.words())
            }
            Self::Missing { of, currency } => of.missing(currency.as_deref()),
            Self::Inactive { of, currency } => match (&of.amount, currency) {
                (Some(amount), Some(currency)) => t!(
                    "{n} subscription item is reported although its subscription is not active ({amount} {currency})."
                        | "{n} subscription items are reported although their subscriptions are not active ({amount} {currency}).",
                    of.count(),
                    amount = Figure::money(amount, currency),
                    currency
                ),
                _ => t!(
                    "{n} subscription item is reported although its subscription is not active."
                        | "{n} subscription items are reported although their subscriptions are not active.",
                    of.count()
                ),
            },
            Self::Unusual { of, currency } => match (&of.amount, currency) {
                (Some(amount), Some(currency)) => t!(
                    "{n} subscription item differs a lot from its last periods ({amount} {currency})."
                        | "{n} subscription items differ a lot from their last periods ({amount} {currency}).",
                    of.count(),
                    amount = Figure::money(amount, currency),
                    currency
                ),
                _ => t!(
                    "{n} subscription item differs a lot from its last periods."
                        | "{n} subscription items differ a lot from their last periods.",
                    of.count()
                ),
            },
            Self::Uncontrolled => t!("The vendor gave no control total."),
            Self::Sum { amount, currency } => t!(
                "The period's total is {amount} {currency}. The rule allows {limit} {currency}.",
                amount = Figure::money(amount, currency),
                currency = currency.as_deref().unwrap_or_default(),
                limit = Figure::money(rule.most_sum.unwrap_or_default().normalize(), currency)
            ),
            Self::NoSum => t!("The file has no amounts, so its sum cannot be checked."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn period() -> Period {
        let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
        Period { from: at("2026-05-01"), to: at("2026-06-01"), zone: Zone::UTC }
    }

    /// Of 110 USD after 100 for as many days.
    fn facts() -> Facts {
        Facts {
            was: Some(period()),
            currency: Some("USD".into()),
            amount: Some("110".into()),
            percent: Some("10.0".into()),
            steepest: None,
            amounts: true,
            missing: Counted { n: 2, amount: Some("1204".into()) },
            inactive: Counted { n: 1, amount: Some("5".into()) },
            outliers: Counted { n: 1, amount: Some("70".into()) },
            controlled: false,
        }
    }

    fn rule(percent: i64) -> Rule {
        Rule { mode: Mode::Accept, most_percent: Some(percent.into()), ..Rule::by_hand() }
    }

    fn said(rule: &Rule, facts: &Facts) -> Vec<String> {
        match judge(rule, facts) {
            Verdict::Left(failed) => failed.iter().map(|one| one.words(rule).to_string()).collect(),
            Verdict::Accept => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_at_a_limit_is_within_it() {
        assert_eq!(judge(&rule(10), &facts()), Verdict::Accept);
        assert_eq!(said(&rule(9), &facts()), ["10.0% more per day than May 2026. The rule allows 9%."]);
        let less = Facts { percent: Some("-60.0".into()), ..facts() };
        assert_eq!(judge(&rule(0), &less), Verdict::Accept, "only a rise is held back");
        let sum = |most: &str| Rule { most_sum: Some(most.parse().unwrap()), ..rule(10) };
        assert_eq!(judge(&sum("110.00"), &facts()), Verdict::Accept);
        assert_eq!(said(&sum("109.99"), &facts()), ["The period's total is 110.00 USD. The rule allows 109.99 USD."]);
    }

    #[test]
    fn every_limit_that_is_not_met_is_told() {
        let sum = Some(1.into());
        let strict =
            Rule { complete: true, active_only: true, usual: true, controlled: true, most_sum: sum, ..rule(1) };
        assert_eq!(
            said(&strict, &facts()),
            [
                "10.0% more per day than May 2026. The rule allows 1%.",
                "2 subscription items that were reported before are missing (1,204.00 USD).",
                "1 subscription item is reported although its subscription is not active (5.00 USD).",
                "1 subscription item differs a lot from its last periods (70.00 USD).",
                "The vendor gave no control total.",
                "The period's total is 110.00 USD. The rule allows 1.00 USD.",
            ]
        );
    }

    #[test]
    fn a_control_total_that_agrees_and_nothing_unusual_is_within_limits() {
        let rule = Rule { usual: true, controlled: true, ..rule(10) };
        let good = Facts { outliers: Counted::default(), controlled: true, ..facts() };
        assert_eq!(judge(&rule, &good), Verdict::Accept);
        // facts of before say neither
        let mut before = serde_json::to_value(&good).unwrap();
        before.as_object_mut().unwrap().retain(|name, _| name != "outliers" && name != "controlled");
        let before: Facts = serde_json::from_value(before).unwrap();
        assert_eq!(judge(&rule, &before), Verdict::Left(vec![Failed::Uncontrolled]));
    }

    #[test]
    fn the_first_file_waits_for_people_however_wide_the_limits() {
        let first = Facts { was: None, percent: None, missing: Counted::default(), ..facts() };
        assert_eq!(judge(&rule(9_999), &first), Verdict::Left(vec![Failed::First]));
    }

    #[test]
    fn a_rise_from_nothing_is_no_percentage() {
        let from_nothing = Facts { percent: None, ..facts() };
        assert_eq!(judge(&rule(9_999), &from_nothing), Verdict::Left(vec![Failed::NothingBefore { was: period() }]));
        let still_nothing = Facts { percent: None, amount: Some("0.00".into()), ..facts() };
        assert_eq!(judge(&rule(0), &still_nothing), Verdict::Accept);
    }

    #[test]
    fn quantities_are_held_to_it_item_by_item() {
        let of = |percent: Option<&str>| Facts {
            amounts: false,
            amount: None,
            percent: None,
            currency: None,
            steepest: Some(Steepest { item: "Hours".into(), percent: percent.map(str::to_owned) }),
            missing: Counted { n: 1, amount: None },
            ..facts()
        };
        assert_eq!(judge(&rule(10), &of(Some("10.0"))), Verdict::Accept);
        assert_eq!(said(&rule(10), &of(Some("10.1"))).len(), 1);
        assert_eq!(
            judge(&rule(10), &of(None)),
            Verdict::Left(vec![Failed::NewItem { item: "Hours".into(), was: period() }])
        );
        let sum = Rule { most_sum: Some(1.into()), complete: true, ..rule(10) };
        assert_eq!(
            said(&sum, &of(Some("1.0"))),
            [
                "1 subscription item that was reported before is missing.",
                "The file has no amounts, so its sum cannot be checked."
            ]
        );
        assert_eq!(judge(&rule(0), &Facts { steepest: None, ..of(None) }), Verdict::Accept, "nothing was used");
    }

    #[test]
    fn other_modes_look_at_nothing() {
        let of = |mode| judge(&Rule { mode, ..rule(0) }, &facts());
        assert_eq!((of(Mode::Manual), of(Mode::Reject)), (Verdict::ByHand, Verdict::Reject));
    }

    proptest! {
        #[test]
        fn a_wider_rule_never_leaves_what_a_narrower_one_accepts(
            percent in -1_000i64..100_000, one in 0i64..9_999, other in 0i64..9_999,
        ) {
            let facts = Facts { percent: Some(format!("{}.{}", percent / 10, (percent % 10).abs())), ..facts() };
            let (narrow, wide) = (one.min(other), one.max(other));
            if judge(&rule(narrow), &facts) == Verdict::Accept {
                prop_assert_eq!(judge(&rule(wide), &facts), Verdict::Accept);
            }
        }

        #[test]
        fn whatever_number_is_found_is_compared(number in "-?[0-9]{1,40}(\\.[0-9]{1,10})?") {
            let facts = Facts { percent: Some(number.clone()), amount: Some(number), ..facts() };
            let _ = judge(&Rule { most_sum: Some(5.into()), ..rule(5) }, &facts);
        }
    }
}
