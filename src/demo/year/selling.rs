//! What the year's vendors sell, as a table.

use super::firms::{ATLAS, BRIGHTLINE, CEDAR, HARBOR, KEYSTONE, NORTHGATE};
use crate::modules::products::{
    Category,
    items::{Period, Unit},
};

/// How far a product has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Listed,
    Deploying,
}

/// A product of the year.
pub struct Good {
    pub id: &'static str,
    pub vendor: &'static str,
    pub name: &'static str,
    pub category: Category,
    /// In one sentence.
    pub short: &'static str,
    /// What it does, each a line of its description.
    pub does: [&'static str; 3],
    /// The item that is ordered: its name, its part number, what it counts and how it is billed.
    pub item: (&'static str, &'static str, Unit, Period),
    /// The product group of the distributor that it belongs to.
    pub group: &'static str,
    /// How many days ago it was listed.
    pub listed: i64,
    pub stand: Stand,
    /// Usage of it is reported.
    pub metered: bool,
    /// Its vendor sets up each reseller before the first order.
    pub tiers: bool,
    pub colour: [u8; 3],
}

/// Product groups.
pub const SECURITY: &str = "Security and backup";
pub const OFFICE: &str = "Office and communication";
pub const PEOPLE: &str = "Finance and people";

/// Products, as others of the demo name them.
pub const VAULT: &str = "Atlas Vault";
pub const SYNC: &str = "Atlas Sync";
pub const SHIELD: &str = "Northgate Shield";
pub const DESK: &str = "Harbor Desk";
pub const PHONE: &str = "Keystone Phone";
pub const MAIL: &str = "Harbor Mail";
pub const MEETINGS: &str = "Keystone Meetings";
pub const PAYROLL: &str = "Cedar Payroll";
pub const CONTACT: &str = "Keystone Contact Center";

/// The part number of what is reported of [`VAULT`].
pub const VAULT_HOURS: &str = "ATLAS-VAULT-TBH";

/// What most products are.
const PLAIN: Good = Good {
    id: "",
    vendor: "",
    name: "",
    category: Category::Office,
    short: "",
    does: ["", "", ""],
    item: ("User", "", Unit::Users, Period::Monthly),
    group: OFFICE,
    listed: 0,
    stand: Stand::Listed,
    metered: false,
    tiers: false,
    colour: [0, 0, 0],
};

/// All of them, the first listed first.
pub static GOODS: [Good; 13] = [
    Good {
        id: "PRD-301-582-764",
        vendor: ATLAS,
        name: VAULT,
        category: Category::Backup,
        short: "Backups of servers and workplaces, kept in two places.",
        does: ["Backs up every hour", "Keeps a year of versions", "Restores single files or whole machines"],
        item: ("Server", "ATLAS-VAULT-SERVER", Unit::Servers, Period::Monthly),
        group: SECURITY,
        listed: 436,
        metered: true,
        colour: [0x1f, 0x5c, 0x73],
        ..PLAIN
    },
    Good {
        id: "PRD-312-690-418",
        vendor: ATLAS,
        name: SYNC,
        short: "Files of a team, the same on every device.",
        does: ["Shares folders with colleagues and guests", "Works without a connection", "Keeps earlier versions"],
        item: ("User", "ATLAS-SYNC-USER", Unit::Users, Period::Monthly),
        listed: 405,
        colour: [0x2b, 0x6f, 0x8f],
        ..PLAIN
    },
    Good {
        id: "PRD-345-118-902",
        vendor: NORTHGATE,
        name: SHIELD,
        category: Category::Security,
        short: "Protects computers against malware and stolen passwords.",
        does: ["Watches what programs do", "Locks a lost device from afar", "Tells an administrator what happened"],
        item: ("Computer", "NG-SHIELD-PC", Unit::Computers, Period::Monthly),
        group: SECURITY,
        listed: 398,
        colour: [0x5b, 0x2a, 0x4f],
        ..PLAIN
    },
    Good {
        id: "PRD-367-204-551",
        vendor: HARBOR,
        name: DESK,
        category: Category::Customers,
        short: "Questions of customers in one list, with answers at hand.",
        does: ["Collects emails, calls and forms", "Suggests answers given before", "Shows how long customers wait"],
        item: ("Agent", "HARBOR-DESK-AGENT", Unit::Users, Period::Monthly),
        listed: 372,
        colour: [0x2d, 0x6a, 0x4f],
        ..PLAIN
    },
    Good {
        id: "PRD-389-731-026",
        vendor: NORTHGATE,
        name: "Northgate Recovery",
        category: Category::Backup,
        short: "A second site that takes over within minutes.",
        does: [
            "Copies virtual machines as they change",
            "Is tested every month",
            "Comes back when the first site does",
        ],
        item: ("Host", "NG-RECOVERY-HOST", Unit::Hosts, Period::Yearly),
        group: SECURITY,
        listed: 350,
        colour: [0x71, 0x35, 0x4a],
        ..PLAIN
    },
    Good {
        id: "PRD-402-447-839",
        vendor: KEYSTONE,
        name: PHONE,
        category: Category::Communication,
        short: "A telephone system without a box in the cellar.",
        does: ["Takes the numbers along", "Rings on desks and mobiles", "Records what callers say after hours"],
        item: ("Extension", "KEY-PHONE-EXT", Unit::Connections, Period::Monthly),
        listed: 338,
        colour: [0x8a, 0x4b, 0x12],
        ..PLAIN
    },
    Good {
        id: "PRD-424-913-670",
        vendor: HARBOR,
        name: MAIL,
        short: "Mail and calendars for companies, on their own domain.",
        does: ["Sorts out junk", "Books rooms and equipment", "Keeps mail as long as the law asks"],
        item: ("Mailbox", "HARBOR-MAIL-BOX", Unit::Mailboxes, Period::Monthly),
        listed: 310,
        colour: [0x1e, 0x4d, 0x6b],
        ..PLAIN
    },
    Good {
        id: "PRD-446-025-187",
        vendor: BRIGHTLINE,
        name: "Brightline Forecast",
        category: Category::Ai,
        short: "Says what will be sold next month, and why.",
        does: ["Reads sales of the past years", "Counts in holidays and weather", "Explains each forecast in words"],
        item: ("Store", "BL-FORECAST-STORE", Unit::Stores, Period::Monthly),
        group: PEOPLE,
        listed: 296,
        colour: [0x4c, 0x3a, 0x8c],
        ..PLAIN
    },
    Good {
        id: "PRD-468-352-904",
        vendor: KEYSTONE,
        name: MEETINGS,
        category: Category::Communication,
        short: "Video calls that start with one click.",
        does: ["Needs no program on the guest's side", "Writes down what was said", "Holds up to 300 people"],
        item: ("Host licence", "KEY-MEETINGS-HOST", Unit::Licenses, Period::Monthly),
        listed: 262,
        colour: [0x94, 0x5a, 0x1d],
        ..PLAIN
    },
    Good {
        id: "PRD-481-776-213",
        vendor: CEDAR,
        name: PAYROLL,
        category: Category::HumanResources,
        short: "Wages, taxes and payslips, on time every month.",
        does: ["Follows the law of each state", "Pays on the day", "Gives employees their payslips online"],
        item: ("Employee", "CEDAR-PAYROLL-EMP", Unit::Employees, Period::Monthly),
        group: PEOPLE,
        listed: 228,
        colour: [0x3f, 0x5f, 0x2a],
        ..PLAIN
    },
    Good {
        id: "PRD-503-648-395",
        vendor: CEDAR,
        name: "Cedar Time",
        category: Category::HumanResources,
        short: "Working hours and absences, recorded where people work.",
        does: ["Clocks in by phone or card", "Plans shifts and holidays", "Hands hours to the payroll"],
        item: ("Employee", "CEDAR-TIME-EMP", Unit::Employees, Period::Monthly),
        group: PEOPLE,
        listed: 160,
        colour: [0x55, 0x70, 0x2f],
        ..PLAIN
    },
    Good {
        id: "PRD-525-190-846",
        vendor: KEYSTONE,
        name: CONTACT,
        category: Category::Communication,
        short: "Calls, chats and messages of customers, answered by a team.",
        does: ["Leads callers to whoever can help", "Shows who called before", "Measures each queue"],
        item: ("Agent", "KEY-CONTACT-AGENT", Unit::Users, Period::Monthly),
        listed: 60,
        tiers: true,
        colour: [0xa1, 0x62, 0x24],
        ..PLAIN
    },
    Good {
        id: "PRD-547-833-062",
        vendor: BRIGHTLINE,
        name: "Brightline Reports",
        category: Category::Finance,
        short: "The figures of a company on one page, every morning.",
        does: ["Reads what accounting already has", "Compares with the plan", "Goes to each inbox before eight"],
        item: ("User", "BL-REPORTS-USER", Unit::Users, Period::Yearly),
        group: PEOPLE,
        listed: 1,
        stand: Stand::Deploying,
        colour: [0x5c, 0x46, 0x9c],
        ..PLAIN
    },
];

/// A product by its name.
pub fn good(name: &str) -> Option<&'static Good> {
    GOODS.iter().find(|good| good.name == name)
}
