//! The forms of subscriptions.

use rand::RngExt as _;
use uuid::Uuid;

use crate::{
    input,
    kit::{
        choice::Choice as _,
        environment::Environment,
        fields::Fields,
        form::Pick,
        form_page::FormPage,
        id::Id,
        input::{
            Question, Questions,
            kinds::{Key, Text, Tick, Uid},
        },
        time::Zone,
        violation::Violations,
        words::Words,
    },
    modules::{
        orders::{
            ordering::actions::ITEMS,
            subscriptions::{
                orderable::{Orderable, committed},
                quantity::{Quantity, QuantityOf},
                store::Offer,
            },
        },
        products::{
            Status as ProductStatus,
            items::{Item, Period, Type},
            versions::Line,
        },
    },
    t,
};

/// The environments in which a company may order what it is offered.
pub fn environments(vendor: bool, offers: &[Offer]) -> Vec<Environment> {
    if vendor {
        return vec![Environment::Preview];
    }
    // whatever a test contract carries is ordered as a test
    let production = offers.is_empty()
        || offers.iter().any(|offer| offer.environment(Environment::Production) == Environment::Production);
    production.then_some(Environment::Production).into_iter().chain([Environment::Test]).collect()
}

/// The same to choose from.
pub fn picks(environments: &[Environment]) -> Vec<Pick> {
    environments.iter().map(|one| Pick::new(one.key(), one.label(), meaning(*one))).collect()
}

fn meaning(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "For a customer who uses and pays for it",
        Environment::Test => "The same steps, without a paying customer",
        Environment::Preview => "Only for your own company: distributors don't see it",
    }
}

/// How much of each item.
pub struct ItemsForm(Questions<Line, Quantity>);

impl ItemsForm {
    /// Items at End of Sale may still be ordered; they say so. What is not offered any more says that it may stay.
    pub fn new(
        items: &[Orderable],
        standing: &[(Id<Item>, ProductStatus)],
        chosen: &[(Id<Item>, Quantity)],
        zone: Zone,
    ) -> Self {
        let of = |one: &Orderable| {
            let item = &one.line;
            let quantity = chosen.iter().find(|(id, _)| *id == item.id).map_or(Quantity::NONE, |(_, one)| *one);
            let ended = standing.iter().any(|(id, status)| *id == item.id && *status == ProductStatus::EndOfSale);
            let billing = match (item.type_, item.period) {
                (Type::Ppu, _) => t!("Pay as you go, reported monthly"),
                (Type::Reservation, Period::Once) => t!("{unit}, one-time", unit = item.unit),
                (Type::Reservation, period) => {
                    t!("{unit}, {period}", unit = item.unit, period = Words::within(period))
                }
            };
            let hint = [
                Some(billing),
                committed(zone, item.commitment, one.committed_until),
                ended.then(|| t!("End of Sale")),
                (!one.offered).then(|| t!("No longer offered: you can keep or reduce it")),
            ];
            let part_number = Words::data(item.mpn.clone());
            let hint = hint.into_iter().flatten().fold(part_number, |first, then| t!("{first}. {then}", first, then));
            let question = Question::new(item.id.to_string(), item.name.clone(), QuantityOf(item.type_))
                .at(format!("{ITEMS}.{}", item.id))
                .hint(hint)
                .holding(&quantity);
            (item.clone(), question)
        };
        Self(items.iter().map(of).collect())
    }

    /// What is reserved already is removed by a 0 only: an emptied field may be a slip.
    pub fn reserved(self) -> Self {
        let of = |(item, question): (Line, Question<Quantity>)| {
            let in_use = item.type_ == Type::Reservation && !question.field().value.is_empty();
            let question =
                if in_use { question.missing("Enter a quantity, or 0 to remove the item") } else { question };
            (item, question)
        };
        Self(self.0.into_iter().map(of).collect())
    }

    pub fn typed(self, sent: &Fields) -> Self {
        Self(self.0.typed(sent))
    }

    /// What was typed; of the items that are not ordered nothing.
    pub fn read(&mut self) -> Option<Vec<(Id<Item>, Quantity)>> {
        let all = self.0.read()?.into_iter().filter(|(_, quantity)| !quantity.is_none());
        Some(all.map(|(item, quantity)| (item.id.clone(), quantity)).collect())
    }

    /// Says what is wrong at its item, or at the first where it is of all of them; gives back the rest.
    #[must_use = "what belongs to no field must be said elsewhere"]
    pub fn fail(&mut self, wrong: Violations) -> Violations {
        let (whole, each): (Violations, Violations) = wrong.into_iter().partition(|one| one.at == ITEMS);
        whole.into_iter().for_each(|one| self.0.fail_first(one.why.words));
        self.0.fail(each)
    }

    pub fn onto(&self, mut page: FormPage) -> FormPage {
        for type_ in [Type::Reservation, Type::Ppu] {
            let mut lines = self.0.iter().filter(|(item, _)| item.type_ == type_).peekable();
            if lines.peek().is_some() {
                page = page.group(type_.label());
            }
            page = lines.fold(page, |page, (_, question)| question.onto(page));
        }
        page
    }
}

input! {
    /// How the buyer's own system knows a subscription, and what the buyer says with the order.
    pub struct Keys, DraftKeys {
        "Your own IDs" {
            external_id: String = Key(128), "External ID", at "external_id", missing "Enter an external ID",
                hint "The ID in your own system. We generated this one, but you can enter your own.";
            external_uid: Option<Uuid> = Uid, "External UID", at "external_uid",
                hint "The key your own system uses to identify it. Generated if you leave it empty.";
            note: String = Text(2_000, 3), "Note to the vendor", at "note", hint "Up to 2,000 characters.";
        }
    }
}

impl Keys {
    /// With an id that was drawn: ten letters and digits.
    pub fn drawn() -> Self {
        const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut random = rand::rng();
        let external_id = (0..10).map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())])).collect();
        Self { external_id, external_uid: Some(Uuid::new_v4()), note: String::new() }
    }
}

input! {
    /// Says once more that less is wanted before a commitment is over.
    pub struct Early, DraftEarly {
        "Before the commitment ends" {
            early: bool = Tick, "I'm reducing it before the commitment ends", at "early",
                hint "The request isn't refused automatically. The vendor sees this and decides.";
        }
    }
}

input! {
    /// What a vendor says with an adjustment, and whether it approves it itself.
    pub struct Adjusting, DraftAdjusting {
        "" {
            note: String = Text(2_000, 3), "Note", at "note", hint "Up to 2,000 characters.";
            at_once: bool = Tick, "Approve immediately", at "at_once";
        }
    }
}
