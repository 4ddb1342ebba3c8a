//! What the address of the list asks for.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::store::{Place, Wanted};
use crate::{
    kit::{actor::Permission, choice::Choice as _, environment::Environment, id::Id, time, typed, viewer::Viewer},
    modules::usage::{Status, UsageFile, store::part},
};

/// The state of the list, as its address says it. What is empty is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Part of a customer's name or of an ID of its subscription, or a whole ID of a record.
    pub search: String,
    /// Part of a file's name or ID.
    pub file: String,
    /// Part of a product's name or ID.
    pub product: String,
    /// A whole ID.
    pub item: String,
    pub subscription: String,
    pub customer: String,
    pub statuses: Vec<Status>,
    pub environments: Vec<Environment>,
    /// The days on which records begin, by UTC: the first and the last one.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// The first of the days on which something was used, whenever the record begins: with `to`, whatever touches a period.
    pub used: Option<NaiveDate>,
    /// Months, such as "2026-05", in which the periods of the files begin: the first and the last one.
    pub period_from: String,
    pub period_to: String,
    pub tier: Option<i16>,
    pub place: Option<Place>,
}

/// Environments that files can be in.
pub const ENVIRONMENTS: [Environment; 2] = [Environment::Production, Environment::Test];

/// A month as [`Asked::period_from`] has it; nothing where it is none.
fn month(text: &str) -> String {
    let first = time::day(&format!("{text}-01"));
    first.map(|day| day.format("%Y-%m").to_string()).filter(|month| month == text).unwrap_or_default()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl Asked {
    pub fn read<P: Permission>(viewer: &Viewer<P>) -> Self {
        Self::parse(&viewer.visit.query)
    }

    /// Reads a query string. What means nothing is not asked.
    pub fn parse(query: &str) -> Self {
        let mut asked = Self::default();
        let mut place = (None, None);
        for (name, value) in typed::parameters(query) {
            let value: String = typed::line(&value).chars().take(100).collect();
            let value = value.trim_end();
            match name.as_str() {
                "q" => asked.search = value.to_owned(),
                "file" => asked.file = value.to_owned(),
                "product" => asked.product = value.to_owned(),
                "item" => asked.item = value.to_owned(),
                "subscription" => asked.subscription = value.to_owned(),
                "customer" => asked.customer = value.to_owned(),
                "status" => asked.statuses.extend(Status::from_key(value).filter(|one| !asked.statuses.contains(one))),
                "environment" => {
                    let one = ENVIRONMENTS.into_iter().find(|one| one.key() == value);
                    asked.environments.extend(one.filter(|one| !asked.environments.contains(one)));
                }
                "from" => asked.from = time::day(value),
                "to" => asked.to = time::day(value),
                "used" => asked.used = time::day(value),
                "period_from" => asked.period_from = month(value),
                "period_to" => asked.period_to = month(value),
                "tier" => asked.tier = value.parse().ok().filter(|tier| (0..=2).contains(tier)),
                "after" => place = (Some(true), Some(value.to_owned())),
                "before" => place = (Some(false), Some(value.to_owned())),
                _ => {}
            }
        }
        if asked.from.zip(asked.to).is_some_and(|(from, to)| to < from) {
            (asked.from, asked.to) = (None, None);
        }
        asked.place = place.0.zip(place.1).and_then(|(forward, text)| {
            let (file, number) = text.split_once(' ')?;
            let file: Id<UsageFile> = file.parse().ok()?;
            Some(Place { forward, file: file.to_string(), number: number.parse().ok()? })
        });
        asked
    }

    /// The same list from its beginning, with what is changed.
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { place: None, ..self.clone() };
        change(&mut other);
        other
    }

    /// Whether anything narrows it.
    pub fn narrowed(&self) -> bool {
        Self { place: None, ..self.clone() } != Self::default()
    }

    /// What the store is asked, for a company that sees records in some of the statuses.
    pub fn wanted<P: Permission>(&self, viewer: &Viewer<P>) -> Wanted {
        let part = part(&viewer.identity.company);
        let chosen = |status: &Status| self.statuses.is_empty() || self.statuses.contains(status);
        let seen = Status::ALL.iter().copied().filter(|status| status.shows_records(part) && chosen(status));
        let environments = if self.environments.is_empty() { ENVIRONMENTS.to_vec() } else { self.environments.clone() };
        Wanted {
            statuses: seen.map(Status::key).collect(),
            environments: environments.into_iter().map(Environment::key).collect(),
            search: self.search.clone(),
            file: self.file.clone(),
            product: self.product.clone(),
            item: self.item.clone(),
            subscription: self.subscription.clone(),
            customer: self.customer.clone(),
            period_from: self.period_from.clone(),
            period_to: self.period_to.clone(),
            tier: self.tier,
            from: self.from.map(midnight),
            to: self.to.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
            used: self.used.map(midnight),
        }
    }

    /// The query string, with its question mark; nothing where nothing is asked.
    pub fn query(&self) -> String {
        let texts = [
            ("q", &self.search),
            ("file", &self.file),
            ("product", &self.product),
            ("item", &self.item),
            ("subscription", &self.subscription),
            ("customer", &self.customer),
            ("period_from", &self.period_from),
            ("period_to", &self.period_to),
        ];
        let mut pairs: Vec<(&str, String)> =
            texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.clone())).collect();
        pairs.extend(self.statuses.iter().map(|status| ("status", status.key().to_owned())));
        pairs.extend(self.environments.iter().map(|one| ("environment", one.key().to_owned())));
        pairs.extend(self.from.map(|day| ("from", day.to_string())));
        pairs.extend(self.to.map(|day| ("to", day.to_string())));
        pairs.extend(self.used.map(|day| ("used", day.to_string())));
        pairs.extend(self.tier.map(|tier| ("tier", tier.to_string())));
        pairs.extend(
            self.place.as_ref().map(|place| {
                (if place.forward { "after" } else { "before" }, format!("{} {}", place.file, place.number))
            }),
        );
        if pairs.is_empty() {
            return String::new();
        }
        format!("?{}", serde_html_form::to_string(&pairs).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_and_what_means_nothing_is_left_out() {
        let query = "?q=acme&file=May&item=PRD-276-377-545-0003&customer=TA-1&period_from=2026-05&period_to=2026-06&status=closed&status=accepted&environment=test&from=2026-05-01&to=2026-05-31\
            &used=2026-05-02&tier=0&after=UF-2026-05-9878-5865+17";
        let asked = Asked::parse(query.trim_start_matches('?'));
        assert_eq!(asked.query(), query);
        assert!(asked.narrowed());
        assert_eq!(asked.but(|asked| asked.search.clear()).query().matches("q=").count(), 0);
        for nothing in [
            "",
            "from=2026-05-02&to=2026-05-01",
            "status=x&status=&environment=preview&period_from=2026-5&period_to=2026-13&from=soon&used=x&tier=3&after=x&before=UF-1+2&page=9&q=",
        ] {
            let asked = Asked::parse(nothing);
            assert_eq!((asked.query().as_str(), asked.narrowed()), ("", false), "{nothing}");
        }
    }
}
