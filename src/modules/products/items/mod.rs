//! Items: the lines that orders and invoices are made of.

pub mod actions;
pub mod data;
pub mod dynamic;
pub mod pages;
pub mod store;

use crate::{
    choice,
    kit::words::{Words, figure::Places},
    t,
};

pub use crate::modules::ids::Item;

choice! {
    /// Whether a quantity is ordered beforehand or reported afterwards.
    Type { Reservation = "reservation" / "Reservation", Ppu = "ppu" / "Pay as you go" }
}

choice! {
    /// How finely consumption is counted; what is ordered is counted in whole numbers.
    Precision {
        Integer = "integer" / "Whole numbers",
        Decimal1 = "decimal_1" / "1 decimal",
        Decimal2 = "decimal_2" / "2 decimals",
        Decimal4 = "decimal_4" / "4 decimals",
        Decimal8 = "decimal_8" / "8 decimals",
    }
}

impl Precision {
    /// Decimals that a quantity may have.
    pub fn decimals(self) -> usize {
        match self {
            Self::Integer => 0,
            Self::Decimal1 => 1,
            Self::Decimal2 => 2,
            Self::Decimal4 => 4,
            Self::Decimal8 => 8,
        }
    }
}

/// Quantities are shown with the decimals that they are counted with.
impl Places for Precision {
    fn places(&self) -> usize {
        self.decimals()
    }
}

choice! {
    /// How often a reservation is billed.
    Period {
        Monthly = "monthly" / "Monthly",
        Yearly = "yearly" / "Yearly",
        Years2 = "years_2" / "Every 2 years",
        Years3 = "years_3" / "Every 3 years",
        Years4 = "years_4" / "Every 4 years",
        Years5 = "years_5" / "Every 5 years",
        Years6 = "years_6" / "Every 6 years",
        Once = "onetime" / "One-time",
        MonthTrial = "monthly_trial" / "Trial, 1 month",
        Days7Trial = "days_7_trial" / "Trial, 7 days",
        Days14Trial = "days_14_trial" / "Trial, 14 days",
        Days30Trial = "days_30_trial" / "Trial, 30 days",
    }
}

impl Period {
    /// The commitments that go with it, in years; 0 is none. The published table.
    pub fn commitments(self) -> &'static [i32] {
        match self {
            Self::Monthly | Self::Yearly => &[0, 1, 2, 3, 4, 5, 6],
            Self::Years2 => &[0, 4, 6],
            Self::Years3 => &[0, 6],
            _ => &[0],
        }
    }
}

/// "3 years", "None".
pub fn commitment(years: i32) -> Words {
    match usize::try_from(years) {
        Ok(0) | Err(_) => "None".into(),
        Ok(years) => t!("{n} year" | "{n} years", years),
    }
}

choice! {
    /// What a quantity counts; the published list.
    Unit {
        MegabyteHour = "mbh" / "Megabyte-hour",
        MegahertzHour = "mhzh" / "Megahertz-hour",
        UnitHour = "unith" / "Unit-hour",
        Boolean = "boolean" / "Yes or no",
        Boxes = "boxes" / "Boxes",
        Calls = "calls" / "Calls",
        Computers = "computers" / "Computers",
        Connections = "connections" / "Connections",
        Contacts = "contacts" / "Contacts",
        Credits = "credits" / "Credits",
        Devices = "devices" / "Devices",
        Documents = "documents" / "Documents",
        Emails = "emails" / "Emails",
        Employees = "employees" / "Employees",
        Gigabytes = "gb" / "Gigabytes",
        Hosts = "hosts" / "Hosts",
        Hours = "hours" / "Hours",
        Images = "images" / "Images",
        Invoices = "invoices" / "Invoices",
        Ips = "ips" / "IP addresses",
        Items = "items" / "Items",
        Kilobytes = "kb" / "Kilobytes",
        Kbps = "kbps" / "Kilobits per second",
        Licenses = "licenses" / "Licenses",
        Mailboxes = "mailboxes" / "Mailboxes",
        Messages = "messages" / "Messages",
        Megahertz = "mhz" / "Megahertz",
        Minutes = "minutes" / "Minutes",
        MobileDevices = "mobile_devices" / "Mobile devices",
        Pages = "pages" / "Pages",
        Reports = "reports" / "Reports",
        Servers = "servers" / "Servers",
        Stores = "stores" / "Stores",
        Units = "unit" / "Units",
        Users = "users" / "Users",
        Websites = "websites" / "Websites",
    }
}

impl Unit {
    /// Which items it counts.
    pub fn type_(self) -> Type {
        match self {
            Self::MegabyteHour | Self::MegahertzHour | Self::UnitHour => Type::Ppu,
            _ => Type::Reservation,
        }
    }
}
