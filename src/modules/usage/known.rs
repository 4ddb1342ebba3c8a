//! What rows name: the items of a product and its subscriptions on one marketplace, by whatever a file calls them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{
    dynamic::Described,
    fault::{Code, Fault},
    read::{self, Heading, Layout, Line},
};
use crate::{
    kit::id::Id,
    modules::{
        ids::Subscription,
        products::items::{Item, Precision, Type, Unit},
    },
};

/// An item, as far as a row asks.
#[derive(Debug, Clone, QueryableByName)]
pub struct ItemFacts {
    #[diesel(sql_type = Text)]
    pub id: Id<Item>,
    #[diesel(sql_type = Text)]
    pub mpn: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
}

impl ItemFacts {
    /// Decimals that its quantities may have.
    pub fn decimals(&self) -> usize {
        self.precision.decimals()
    }
}

/// A subscription, as far as a row asks.
#[derive(Debug, Clone, QueryableByName)]
pub struct SubscriptionFacts {
    #[diesel(sql_type = Text)]
    pub id: Id<Subscription>,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub external_uid: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub activated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// What a subscription has in a parameter.
#[derive(Debug, Clone, QueryableByName)]
pub struct ValueFacts {
    #[diesel(sql_type = Text)]
    pub id: Id<Subscription>,
    #[diesel(sql_type = Text)]
    pub value: String,
}

/// An item that a subscription had and gave up.
#[derive(Debug, Clone, QueryableByName)]
pub struct GivenUp {
    #[diesel(sql_type = Text)]
    pub subscription: Id<Subscription>,
    #[diesel(sql_type = Text)]
    pub item: Id<Item>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// What an item was called in a version of its product.
#[derive(Debug, Clone, QueryableByName)]
pub struct EarlierFacts {
    #[diesel(sql_type = Text)]
    pub id: Id<Item>,
    #[diesel(sql_type = Text)]
    pub mpn: String,
}

/// What a subscription's parameter is looked up by: `parameter.account_id`.
pub const PARAMETER: &str = "parameter.";
const BY_MPN: &str = "item.mpn";
const BY_ITEM: &str = "item.global_id";
/// The id as programs of others write it: `PRD_276_377_545_0003`.
const BY_LOCAL: &str = "item.local_id";
const BY_ID: &str = "asset.id";
const BY_EXTERNAL_ID: &str = "asset.external_id";
const BY_EXTERNAL_UID: &str = "asset.external_uid";
/// Subscriptions that a message names.
const NAMED: usize = 3;

/// Places of subscriptions by a value.
type Places = HashMap<String, Vec<usize>>;

/// The things that rows name.
#[derive(Debug, Default)]
pub struct Known {
    items: Vec<ItemFacts>,
    /// Places of items by their part numbers, as the index of part numbers compares them, and by their ids.
    by_mpn: HashMap<String, usize>,
    by_item: HashMap<String, usize>,
    /// By part numbers of before, once a file asks for one: of several items that had the same none is meant.
    earlier: Option<HashMap<String, Option<usize>>>,
    /// Whether items that are ordered in quantities are reported, too.
    reservations: bool,
    subscriptions: Vec<SubscriptionFacts>,
    /// Since when a subscription has an item no more.
    given_up: HashMap<(Id<Subscription>, Id<Item>), DateTime<Utc>>,
    /// By criterion; those of parameters are added when a file asks for them.
    by: HashMap<String, Places>,
}

impl Known {
    pub fn new(items: Vec<ItemFacts>, subscriptions: Vec<SubscriptionFacts>) -> Self {
        let mut by: HashMap<String, Places> = HashMap::new();
        for (place, one) in subscriptions.iter().enumerate() {
            for (criterion, value) in [
                (BY_ID, one.id.as_str()),
                (BY_EXTERNAL_ID, one.external_id.as_str()),
                (BY_EXTERNAL_UID, one.external_uid.as_str()),
            ] {
                by.entry(criterion.to_owned()).or_default().entry(value.to_owned()).or_default().push(place);
            }
        }
        let (mut by_mpn, mut by_item) = (HashMap::new(), HashMap::new());
        for (place, item) in items.iter().enumerate() {
            by_mpn.entry(item.mpn.to_lowercase()).or_insert(place);
            by_item.insert(item.id.to_string(), place);
        }
        Self { items, by_mpn, by_item, earlier: None, reservations: false, subscriptions, given_up: HashMap::new(), by }
    }

    /// With the items that subscriptions gave up.
    pub fn without(self, given_up: Vec<GivenUp>) -> Self {
        Self { given_up: given_up.into_iter().map(|one| ((one.subscription, one.item), one.at)).collect(), ..self }
    }

    /// With items that are ordered in quantities, or without them.
    pub fn reporting(self, reservations: bool) -> Self {
        Self { reservations, ..self }
    }

    /// Why nothing can have been used of an item from then on: its subscription gave it up.
    pub fn lost(&self, subscription: &SubscriptionFacts, item: &ItemFacts, start: DateTime<Utc>) -> Option<Fault> {
        let at = self.given_up.get(&(subscription.id.clone(), item.id.clone()))?;
        (start >= *at).then(|| {
            Fault::at(Heading::ItemValue, Code::Lifetime, item.mpn.as_str()).naming(format!("item:{}", subscription.id))
        })
    }

    pub fn items(&self) -> &[ItemFacts] {
        &self.items
    }

    /// Takes up an item that a file makes.
    pub fn add(&mut self, new: &Described, id: Id<Item>) {
        self.by_mpn.insert(new.mpn.to_lowercase(), self.items.len());
        let Described { mpn, name, unit, precision } = new.clone();
        self.items.push(ItemFacts { id, mpn, name, type_: Type::Ppu, precision, unit });
    }

    /// The part number by which a row names an item that there is none of.
    pub fn lacking(&self, layout: &Layout, line: &Line) -> Option<String> {
        let text = |heading| read::text(heading, layout.at(heading).and_then(|at| line.cell(at))).ok();
        let (criterion, mpn) = (text(Heading::ItemCriteria)?, text(Heading::ItemValue)?);
        let lacks = criterion == BY_MPN && !mpn.is_empty() && self.by_mpn(&mpn).is_none();
        lacks.then_some(mpn)
    }

    /// The place of the item with this part number, or else of the one that had it before.
    fn by_mpn(&self, mpn: &str) -> Option<usize> {
        let word = mpn.to_lowercase();
        let before = || self.earlier.as_ref()?.get(&word).copied().flatten();
        self.by_mpn.get(&word).copied().or_else(before)
    }

    /// Whether a row names an item that may have been called so before, which is still to be looked up.
    pub fn asks_for_earlier(&self, layout: &Layout, line: &Line) -> bool {
        self.earlier.is_none() && self.lacking(layout, line).is_some()
    }

    /// What items were called in the versions of their product.
    pub fn learn_earlier(&mut self, names: Vec<EarlierFacts>) {
        let mut earlier: HashMap<String, Option<usize>> = HashMap::new();
        for EarlierFacts { id, mpn } in names {
            let Some(place) = self.by_item.get(id.as_str()).copied() else { continue };
            let one = earlier.entry(mpn.to_lowercase()).or_insert(Some(place));
            if *one != Some(place) {
                *one = None;
            }
        }
        self.earlier = Some(earlier);
    }

    /// Whether the values of a parameter are still to be looked up, by its criterion.
    pub fn lacks(&self, criterion: &str) -> bool {
        criterion.starts_with(PARAMETER) && !self.by.contains_key(criterion)
    }

    /// The values of a parameter: subscriptions, and what each has. `None` when the product has no such parameter.
    pub fn learn(&mut self, criterion: &str, values: Vec<ValueFacts>) {
        let places: HashMap<&str, usize> =
            self.subscriptions.iter().enumerate().map(|(place, one)| (one.id.as_str(), place)).collect();
        let mut found = Places::new();
        for ValueFacts { id, value } in values {
            if let Some(place) = places.get(id.as_str()) {
                found.entry(value).or_default().push(*place);
            }
        }
        self.by.insert(criterion.to_owned(), found);
    }

    /// The item that a row means: of this product, and pay as you go unless reservations are reported.
    pub fn item(&self, criterion: &str, value: &str) -> Result<&ItemFacts, Fault> {
        let place = match criterion {
            BY_MPN => self.by_mpn(value),
            BY_ITEM => self.by_item.get(value).copied(),
            BY_LOCAL => self.by_item.get(&value.replace('_', "-")).copied(),
            _ => {
                let fault = Fault::at(Heading::ItemCriteria, Code::Criteria, criterion);
                return Err(fault.naming(format!("{BY_MPN}, {BY_ITEM}, {BY_LOCAL}")));
            }
        };
        match place.and_then(|place| self.items.get(place)) {
            None => Err(Fault::at(Heading::ItemValue, Code::Item, value)),
            Some(item) if item.type_ != Type::Ppu && !self.reservations => {
                Err(Fault::at(Heading::ItemValue, Code::Ordered, value))
            }
            Some(item) => Ok(item),
        }
    }

    /// The subscription that a row means, for what was used in a time: of several with one value the one that lived then.
    pub fn subscription(
        &self,
        criterion: &str,
        value: &str,
        time: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<&SubscriptionFacts, Fault> {
        let Some(by) = self.by.get(criterion) else {
            let fault = Fault::at(Heading::AssetCriteria, Code::Criteria, criterion);
            return Err(fault.naming(format!("{BY_ID}, {BY_EXTERNAL_ID}, {BY_EXTERNAL_UID}, {PARAMETER}…")));
        };
        let all: Vec<&SubscriptionFacts> =
            by.get(value).into_iter().flatten().filter_map(|place| self.subscriptions.get(*place)).collect();
        let fit: Vec<&SubscriptionFacts> =
            all.iter().copied().filter(|one| time.is_none_or(|time| one.against(time).is_none())).collect();
        match (fit.as_slice(), all.as_slice()) {
            ([one], _) => Ok(one),
            ([], []) => {
                let fault = Fault::at(Heading::AssetValue, Code::Unknown, value);
                Err(fault.naming(padded(by, value).unwrap_or_default()))
            }
            ([], [one, ..]) => {
                let why = time.and_then(|time| one.against(time)).unwrap_or_default();
                Err(Fault::at(Heading::AssetValue, Code::Lifetime, one.id.as_str()).naming(why))
            }
            (several, _) => {
                let named: Vec<&str> = several.iter().take(NAMED).map(|one| one.id.as_str()).collect();
                Err(Fault::at(Heading::AssetValue, Code::Ambiguous, value).naming(named.join(", ")))
            }
        }
    }
}

/// Zeros that a spreadsheet program takes from the front of an id, at most.
const ZEROS: usize = 8;

/// The value that somebody has of which these digits are the rest, when a spreadsheet program has taken the zeros before them: to be
/// proposed, never to be taken.
fn padded(by: &Places, value: &str) -> Option<String> {
    let digits = !value.is_empty() && value.bytes().all(|sign| sign.is_ascii_digit());
    let longer = |more| format!("{}{value}", "0".repeat(more));
    if digits { (1..=ZEROS).map(longer).find(|value| by.contains_key(value)) } else { None }
}

impl SubscriptionFacts {
    /// Why nothing can have been used of it in this time.
    fn against(&self, (start, end): (DateTime<Utc>, DateTime<Utc>)) -> Option<&'static str> {
        match (self.activated_at, self.ended_at) {
            (None, _) => Some("never"),
            (Some(activated), _) if end <= activated => Some("before"),
            (_, Some(ended)) if start >= ended => Some("after"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn lived(id: &str, external_id: &str, from: Option<&str>, to: Option<&str>) -> SubscriptionFacts {
        SubscriptionFacts {
            id: id.parse().unwrap(),
            external_id: external_id.into(),
            external_uid: String::new(),
            activated_at: from.map(at),
            ended_at: to.map(at),
        }
    }

    fn known() -> Known {
        Known::new(
            Vec::new(),
            vec![
                lived("AS-0000-0000-0001", "SO-1", Some("2026-01-01T00:00:00Z"), Some("2026-05-15T00:00:00Z")),
                lived("AS-0000-0000-0002", "SO-1", Some("2026-05-15T00:00:00Z"), None),
                lived("AS-0000-0000-0003", "SO-3", None, None),
            ],
        )
    }

    fn found(value: &str, from: &str, to: &str) -> Result<String, (Code, String)> {
        known()
            .subscription("asset.external_id", value, Some((at(from), at(to))))
            .map(|one| one.id.to_string())
            .map_err(|fault| (fault.code, fault.detail))
    }

    #[test]
    fn of_two_lives_under_one_external_id_each_finds_its_own() {
        let (may, june) = ("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
        assert_eq!(found("SO-1", may, "2026-05-15T00:00:00Z"), Ok("AS-0000-0000-0001".into()));
        assert_eq!(found("SO-1", "2026-05-15T00:00:00Z", june), Ok("AS-0000-0000-0002".into()));
        assert_eq!(found("SO-1", may, june).unwrap_err().1, "AS-0000-0000-0001, AS-0000-0000-0002");
        assert_eq!(
            found("SO-1", "2025-05-01T00:00:00Z", "2025-06-01T00:00:00Z").unwrap_err(),
            (Code::Lifetime, "before".into())
        );
        assert_eq!(found("SO-3", may, june).unwrap_err(), (Code::Lifetime, "never".into()));
        assert_eq!(found("SO-9", may, june).unwrap_err().0, Code::Unknown);
    }

    #[test]
    fn what_was_used_until_the_end_is_reported_and_nothing_behind_it() {
        let life = |from, to| vec![lived("AS-0000-0000-0001", "SO-1", Some(from), to)];
        let known = Known::new(Vec::new(), life("2026-05-02T00:00:00Z", Some("2026-05-10T15:00:00Z")));
        let why = |from: &str, to: &str| {
            known
                .subscription("asset.id", "AS-0000-0000-0001", Some((at(from), at(to))))
                .err()
                .map(|fault| fault.detail)
        };
        assert_eq!(why("2026-05-10T00:00:00Z", "2026-05-11T00:00:00Z"), None);
        assert_eq!(why("2026-05-11T00:00:00Z", "2026-05-12T00:00:00Z").as_deref(), Some("after"));
        assert_eq!(why("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z").as_deref(), Some("before"));
    }

    #[test]
    fn a_value_that_two_subscriptions_have_means_the_one_that_lived_then() {
        let mut known = known();
        let value = |id: &str| ValueFacts { id: id.parse().unwrap(), value: "1ED00000000".into() };
        known.learn("parameter.account", ["AS-0000-0000-0001", "AS-0000-0000-0002"].map(value).into());
        let found = |from: &str, to: &str| {
            let found = known.subscription("parameter.account", "1ED00000000", Some((at(from), at(to))));
            found.map(|one| one.id.to_string()).map_err(|fault| fault.code)
        };
        assert_eq!(found("2026-05-01T00:00:00Z", "2026-05-15T00:00:00Z"), Ok("AS-0000-0000-0001".into()));
        assert_eq!(found("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"), Ok("AS-0000-0000-0002".into()));
        assert_eq!(found("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"), Err(Code::Ambiguous));
    }

    #[test]
    fn items_are_found_by_their_part_numbers_as_the_product_compares_them() {
        let item = |id: &str, mpn: &str, type_| ItemFacts {
            id: id.parse().unwrap(),
            mpn: mpn.into(),
            name: mpn.into(),
            type_,
            precision: Precision::Decimal2,
            unit: Unit::UnitHour,
        };
        let items = vec![
            item("PRD-000-000-001-0001", "Hours", Type::Ppu),
            item("PRD-000-000-001-0002", "SEAT", Type::Reservation),
        ];
        let known = Known::new(items, Vec::new());
        let found = |criterion: &str, value: &str| {
            known.item(criterion, value).map(|item| item.mpn.clone()).map_err(|fault| fault.code)
        };
        assert_eq!(found("item.mpn", "hOURS"), Ok("Hours".into()));
        assert_eq!(found("item.global_id", "PRD-000-000-001-0001"), Ok("Hours".into()));
        assert_eq!(found("item.local_id", "PRD_000_000_001_0001"), Ok("Hours".into()));
        assert_eq!(found("item.mpn", "seat"), Err(Code::Ordered));
        assert_eq!(found("item.mpn", "PRD-000-000-001-0001"), Err(Code::Item));
        assert_eq!(found("item.name", "Hours"), Err(Code::Criteria));
        let known = known.reporting(true);
        assert_eq!(known.item("item.mpn", "seat").map(|item| item.mpn.as_str()).ok(), Some("SEAT"));
    }

    #[test]
    fn an_item_is_found_by_what_it_was_called_before_unless_several_were_called_so() {
        let item = |id: &str, mpn: &str| ItemFacts {
            id: id.parse().unwrap(),
            mpn: mpn.into(),
            name: mpn.into(),
            type_: Type::Ppu,
            precision: Precision::Decimal2,
            unit: Unit::UnitHour,
        };
        let (one, other) = ("PRD-000-000-001-0001", "PRD-000-000-001-0002");
        let mut known = Known::new(vec![item(one, "Hours"), item(other, "Days")], Vec::new());
        let earlier = |id: &str, mpn: &str| EarlierFacts { id: id.parse().unwrap(), mpn: mpn.into() };
        known.learn_earlier(vec![
            earlier(one, "OLD"),
            earlier(one, "Days"),
            earlier(one, "BOTH"),
            earlier(other, "BOTH"),
            earlier("PRD-000-000-001-0009", "GONE"),
        ]);
        let found = |mpn: &str| known.item("item.mpn", mpn).map(|item| item.mpn.clone()).map_err(|fault| fault.code);
        assert_eq!(found("old"), Ok("Hours".into()));
        assert_eq!(found("days"), Ok("Days".into()), "what it is called now comes first");
        assert_eq!(found("both"), Err(Code::Item));
        assert_eq!(found("gone"), Err(Code::Item));
    }

    #[test]
    fn an_item_is_used_until_its_subscription_gives_it_up() {
        let item = ItemFacts {
            id: "PRD-000-000-001-0001".parse().unwrap(),
            mpn: "Hours".into(),
            name: "Hours".into(),
            type_: Type::Ppu,
            precision: Precision::Decimal2,
            unit: Unit::UnitHour,
        };
        let subscription = lived("AS-0000-0000-0001", "SO-1", Some("2026-01-01T00:00:00Z"), None);
        let given_up =
            GivenUp { subscription: subscription.id.clone(), item: item.id.clone(), at: at("2026-05-20T00:00:00Z") };
        let known = Known::new(vec![item.clone()], vec![subscription.clone()]).without(vec![given_up]);
        let lost = |start: &str| known.lost(&subscription, &item, at(start)).map(|fault| fault.detail);
        assert_eq!(lost("2026-05-18T00:00:00Z"), None);
        assert_eq!(lost("2026-05-25T00:00:00Z").as_deref(), Some("item:AS-0000-0000-0001"));
    }

    #[test]
    fn a_parameter_is_looked_up_once_a_file_asks_for_it() {
        let mut known = known();
        assert!(known.lacks("parameter.account") && !known.lacks("asset.id"));
        let value = ValueFacts { id: "AS-0000-0000-0002".parse().unwrap(), value: "012345678901".into() };
        known.learn("parameter.account", vec![value]);
        assert!(!known.lacks("parameter.account"));
        assert!(known.subscription("parameter.account", "012345678901", None).is_ok());
        let shortened = known.subscription("parameter.account", "12345678901", None).unwrap_err();
        assert_eq!((shortened.code, shortened.detail.as_str()), (Code::Unknown, "012345678901"));
        let other = known.subscription("parameter.account", "2345678901", None).unwrap_err();
        assert_eq!((other.code, other.detail.as_str()), (Code::Unknown, ""));
        assert_eq!(known.subscription("asset.name", "x", None).unwrap_err().code, Code::Criteria);
    }
}
