//! Who does business with Mighty Mick's over the year, and who works there.

/// A company that becomes a partner, with the person who signs.
pub struct Firm {
    pub id: &'static str,
    pub name: &'static str,
    pub person: &'static str,
    pub email: &'static str,
    /// How many days ago it signed.
    pub joined: i64,
}

/// A firm of a table.
const fn firm(id: &'static str, name: &'static str, person: &'static str, email: &'static str, joined: i64) -> Firm {
    Firm { id, name, person, email, joined }
}

/// Vendors, as others of the demo name them.
pub const ATLAS: &str = "Atlas Storage Inc";
pub const NORTHGATE: &str = "Northgate Security Inc";
pub const HARBOR: &str = "Harbor Software Inc";
pub const KEYSTONE: &str = "Keystone Voice Inc";
pub const BRIGHTLINE: &str = "Brightline Analytics LLC";
pub const CEDAR: &str = "Cedar Payroll LLC";

/// The vendors, the first that signed first.
pub static VENDORS: [Firm; 6] = [
    firm("VA-318-540", ATLAS, "Marcus Lindgren", "marcus@atlasstorage.example", 450),
    firm("VA-402-913", NORTHGATE, "Samuel Ortiz", "samuel@northgate.example", 420),
    firm("VA-517-286", HARBOR, "Elena Marsh", "elena@harborsoftware.example", 395),
    firm("VA-633-071", KEYSTONE, "Walter Novak", "walter@keystonevoice.example", 365),
    firm("VA-749-350", BRIGHTLINE, "Priya Raman", "priya@brightline.example", 325),
    firm("VA-864-127", CEDAR, "Hannah Boyd", "hannah@cedarpayroll.example", 255),
];

/// Resellers, as others of the demo name them.
pub const FAIRMOUNT: &str = "Fairmount IT Services LLC";
pub const LAKESIDE: &str = "Lakeside Computing Inc";
pub const REDWOOD: &str = "Redwood Managed IT LLC";
pub const SUMMIT: &str = "Summit Office Supply Inc";
pub const GRANITE: &str = "Granite Business Systems";
/// The reseller of the cast.
pub const ACREED: &str = "ACreed LLC";
/// Who acts for it.
pub const DONNIE: &str = "Adonis Creed";

/// The resellers, the first that signed first.
pub static RESELLERS: [Firm; 7] = [
    firm("PA-204-318", FAIRMOUNT, "Karen Doyle", "karen@fairmountit.example", 444),
    firm("PA-231-906", LAKESIDE, "Peter Hallam", "peter@lakeside.example", 396),
    firm("PA-257-444", REDWOOD, "Sofia Delgado", "sofia@redwoodit.example", 340),
    firm("PA-289-063", SUMMIT, "George Tanaka", "george@summitoffice.example", 300),
    firm("PA-315-720", "Bluewater Consulting LLC", "Alice Fournier", "alice@bluewater.example", 240),
    firm("PA-348-591", "Prairie Networks Inc", "Ben Olsen", "ben@prairienet.example", 200),
    firm("PA-372-185", GRANITE, "Ruth Abrams", "ruth@granitesystems.example", 150),
];

/// Who acts for a company, by the company's name.
pub fn person_of(company: &str) -> &'static str {
    let firm = VENDORS.iter().chain(&RESELLERS).find(|firm| firm.name == company);
    firm.map_or(DONNIE, |firm| firm.person)
}

/// A colleague at Mighty Mick's, with a group of their own.
pub struct Colleague {
    pub name: &'static str,
    pub email: &'static str,
    pub group: (&'static str, &'static str),
    pub permissions: &'static [&'static str],
}

/// Who made the company.
pub const MICHAEL: &str = "Michael Goldmill";
/// Looks after partners.
pub const LAURA: &str = "Laura Benedict";
/// Looks after marketplaces and what is listed there.
pub const DANIEL: &str = "Daniel Whitfield";
/// Sells.
pub const THOMAS: &str = "Thomas Reyes";
/// Bills.
pub const GRACE: &str = "Grace Okafor";

/// Who works at Mighty Mick's besides the cast.
pub static COLLEAGUES: [Colleague; 4] = [
    Colleague {
        name: LAURA,
        email: "laura@mightymicks.example",
        group: ("Partner management", "Brings partners in and looks after their contracts."),
        permissions: &[
            "agreements.view",
            "contracts.view",
            "contracts.manage",
            "contracts.sign",
            "directory.view",
            "directory.manage",
        ],
    },
    Colleague {
        name: DANIEL,
        email: "daniel@mightymicks.example",
        group: ("Marketplaces", "Reviews what vendors list, and puts product groups together."),
        permissions: &[
            "catalog.view",
            "catalog.manage",
            "listings.view",
            "listings.manage",
            "marketplaces.view",
            "products.view",
        ],
    },
    Colleague {
        name: THOMAS,
        email: "thomas@mightymicks.example",
        group: ("Sales desk", "Keeps customers and orders for them."),
        permissions: &[
            "customers.view",
            "customers.manage",
            "marketplaces.view",
            "products.view",
            "subscriptions.view",
            "subscriptions.manage",
        ],
    },
    Colleague {
        name: GRACE,
        email: "grace@mightymicks.example",
        group: ("Billing", "Accepts and bills what vendors report."),
        permissions: &["products.view", "subscriptions.view", "usage.view", "usage.manage"],
    },
];
