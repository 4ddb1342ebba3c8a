//! Whom the distributor and its resellers sell to, as they came over the year.

use super::{
    Year,
    firms::{ACREED, DONNIE, FAIRMOUNT, LAKESIDE, RESELLERS, THOMAS, person_of},
    found,
};
use crate::{
    demo::{Cast, customers::data},
    kit::problem::Result,
    modules::customers::{Manage, Type, actions::create, data::Data, store::New},
};

/// The distributor, as a seller.
pub const MICKS: &str = "Mighty Mick's LLC";

/// A place: city, state, postal code and the first digits of its telephone numbers.
type Place = (&'static str, &'static str, &'static str, &'static str);

const PLACES: [Place; 8] = [
    ("Philadelphia", "Pennsylvania", "19107", "+1215555"),
    ("Boston", "Massachusetts", "02110", "+1617555"),
    ("Hartford", "Connecticut", "06103", "+1860555"),
    ("Albany", "New York", "12207", "+1518555"),
    ("Providence", "Rhode Island", "02903", "+1401555"),
    ("Pittsburgh", "Pennsylvania", "15222", "+1412555"),
    ("Trenton", "New Jersey", "08608", "+1609555"),
    ("Portland", "Maine", "04101", "+1207555"),
];

/// Customers of the distributor, in the order in which they came: name, and who answers for them.
static OF_MICKS: [(&str, (&str, &str)); 26] = [
    ("Allegheny Steel Works", ("Martin", "Kessler")),
    ("Beacon Hill Dental", ("Susan", "Wright")),
    ("Charles River Law Group", ("David", "Stein")),
    ("Copper Kettle Bakery", ("Maria", "Santos")),
    ("Delaware Valley Freight", ("Robert", "Hughes")),
    ("Eastgate Veterinary Clinic", ("Emily", "Carter")),
    ("Franklin Print House", ("Joseph", "Meyer")),
    ("Garden State Insurance", ("Patricia", "Long")),
    ("Hudson Architects", ("Andrew", "Fisher")),
    ("Ironbridge Engineering", ("Claire", "Dawson")),
    ("Juniper Street Hotel", ("Kevin", "Murphy")),
    ("Kingsley Academy", ("Helen", "Park")),
    ("Lehigh Medical Supply", ("Steven", "Rossi")),
    ("Merrimack Textiles", ("Linda", "Nowak")),
    ("Narragansett Seafood", ("Paul", "Correia")),
    ("Oakmont Property Management", ("Diane", "Foster")),
    ("Penobscot Paper", ("George", "Bouchard")),
    ("Quincy Auto Parts", ("Frank", "Delaney")),
    ("Reading Museum of Industry", ("Nancy", "Weaver")),
    ("Schuylkill Rowing Club", ("Brian", "Keller")),
    ("Tidewater Credit Union", ("Angela", "Morris")),
    ("Union Square Pharmacy", ("Richard", "Chen")),
    ("Valley Forge Logistics", ("Laura", "Simmons")),
    ("Whitman Publishing", ("Edward", "Clarke")),
    ("Yardley Construction", ("Teresa", "Gallo")),
    ("Zimmer Family Farms", ("Daniel", "Zimmer")),
];

static OF_FAIRMOUNT: [(&str, (&str, &str)); 7] = [
    ("Bryn Mawr Pediatrics", ("Rachel", "Adler")),
    ("Chestnut Hill Books", ("Owen", "Price")),
    ("Drexel Hill Plumbing", ("Vincent", "Amato")),
    ("Germantown Day School", ("Joyce", "Bell")),
    ("Main Line Realty", ("Philip", "Grant")),
    ("Old City Coffee Roasters", ("Nina", "Varga")),
    ("Wissahickon Landscaping", ("Tom", "Brandt")),
];

static OF_LAKESIDE: [(&str, (&str, &str)); 7] = [
    ("Adirondack Outfitters", ("Scott", "Lavoie")),
    ("Catskill Dairy Cooperative", ("Marie", "Jensen")),
    ("Finger Lakes Winery", ("Charles", "Amberg")),
    ("Lake George Marina", ("Peggy", "Doyle")),
    ("Mohawk Valley Tool", ("Ray", "Kowalski")),
    ("Saratoga Physical Therapy", ("Denise", "Cole")),
    ("Troy Savings Bank", ("Harold", "Pruitt")),
];

static OF_ACREED: [(&str, (&str, &str)); 7] = [
    ("Bella Vista Boxing Gym", ("Anthony", "Russo")),
    ("Fishtown Fitness", ("Kate", "Mulligan")),
    ("Kensington Youth Center", ("Samuel", "Brooks")),
    ("Northern Liberties Yoga", ("Maya", "Singh")),
    ("Passyunk Sports Medicine", ("Alan", "Hirsch")),
    ("Port Richmond Swim Club", ("Irene", "Sokol")),
    ("South Street Cycling", ("Jason", "Reed")),
];

/// Who sells to customers of its own: its name, since when, how many days lie between two of them, and who they are.
struct Seller {
    name: &'static str,
    since: i64,
    every: i64,
    customers: &'static [(&'static str, (&'static str, &'static str))],
}

static SELLERS: [Seller; 4] = [
    Seller { name: MICKS, since: 440, every: 15, customers: &OF_MICKS },
    Seller { name: FAIRMOUNT, since: 434, every: 25, customers: &OF_FAIRMOUNT },
    Seller { name: LAKESIDE, since: 385, every: 22, customers: &OF_LAKESIDE },
    Seller { name: ACREED, since: 54, every: 4, customers: &OF_ACREED },
];

/// Resellers that stand between the distributor and its customers.
const BETWEEN: usize = 6;

/// Who sells for a company.
pub fn salesperson(company: &str) -> &'static str {
    match company {
        MICKS => THOMAS,
        ACREED => DONNIE,
        other => person_of(other),
    }
}

/// How many customers of a seller there are before this day.
pub fn there(seller: &str, day: i64) -> usize {
    let Some(seller) = SELLERS.iter().find(|one| one.name == seller) else { return 0 };
    (0_i64..).zip(seller.customers).filter(|(n, _)| seller.since - n * seller.every > day).count()
}

/// The reseller above a customer of the distributor that came on this day: those that were there take turns.
fn between(number: usize, day: i64) -> &'static str {
    let there = RESELLERS.iter().take(BETWEEN).filter(|one| one.joined > day).count().max(1);
    RESELLERS[number % there].name
}

/// Who comes when.
pub fn plan(year: &mut Year) {
    for (number, reseller) in RESELLERS.iter().take(BETWEEN).enumerate() {
        let contact = reseller.person.split_once(' ').unwrap_or((reseller.person, ""));
        year.at(reseller.joined - 1, move |cast| cast.tier_is_kept((MICKS, reseller.name), 900 + number, contact));
    }
    for seller in &SELLERS {
        let name = seller.name;
        if name != MICKS {
            let contact = salesperson(name).split_once(' ').unwrap_or((name, ""));
            year.at(seller.since + 1, move |cast| cast.tier_is_kept((name, name), 950, contact));
        }
        for (number, (customer, contact)) in seller.customers.iter().enumerate() {
            let day = seller.since - seller.every * number as i64;
            let above = if name == MICKS { between(number, day) } else { name };
            year.at(day, move |cast| cast.customer_is_kept((name, above), number, customer, *contact));
        }
    }
}

/// What is kept of a company that is a seller's customer number so and so.
fn kept(name: &str, number: usize, contact: (&str, &str)) -> Data {
    let (city, state, postal_code, phone) = PLACES[number % PLACES.len()];
    let mailbox = contact.0.to_lowercase();
    let domain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let street = format!("{} Market Street", 100 + 12 * (number % 60));
    Data {
        state: state.into(),
        postal_code: postal_code.into(),
        phone: format!("{phone}{:04}", 100 + number % 900).into(),
        ..data(name, &format!("C-{}", 2_000 + number), city, &street, contact, &format!("{mailbox}@{domain}.example"))
    }
}

impl Cast<'_, '_> {
    /// A reseller at the top of a seller's tree.
    fn tier_is_kept(
        &mut self,
        (seller, name): (&'static str, &'static str),
        number: usize,
        contact: (&'static str, &'static str),
    ) -> Result<()> {
        let new = New { type_: Type::Reseller, parent: None, data: kept(name, number, contact) };
        let made = self.by::<Manage, _>(salesperson(seller), |tx| create(tx, new))?;
        self.year()?.tiers.insert((seller, name), made);
        Ok(())
    }

    /// A customer below one of them.
    fn customer_is_kept(
        &mut self,
        (seller, above): (&'static str, &'static str),
        number: usize,
        name: &'static str,
        contact: (&'static str, &'static str),
    ) -> Result<()> {
        let parent = found(self.year()?.tiers.get(&(seller, above)), above)?;
        let new = New { type_: Type::Customer, parent: Some(parent), data: kept(name, number, contact) };
        let made = self.by::<Manage, _>(salesperson(seller), |tx| create(tx, new))?;
        self.year()?.customers.entry(seller).or_default().push(made);
        Ok(())
    }
}
