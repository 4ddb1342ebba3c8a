//! What binds two companies, in the words that agreements and contracts share.

use crate::{
    choice,
    kit::actor::{Identity, Permission, Rights},
};

choice! {
    /// What an agreement, and every contract made from it, is for.
    Type { Program = "program" / "Program", Distribution = "distribution" / "Distribution", Service = "service" / "Service", Syndication = "syndication" / "Syndication", Referral = "referral" / "Referral" }
}

impl Type {
    /// The types by which partners are invited; agreements of the others hang on these and are enrolled in.
    pub const INVITING: [Self; 2] = [Self::Program, Self::Service];

    /// Whether agreements of this type hang on another: what is made from them is enrolled in, and its issuer decides.
    pub fn hangs(self) -> bool {
        match self {
            Self::Program | Self::Service => false,
            Self::Distribution | Self::Syndication | Self::Referral => true,
        }
    }

    /// Whether a company with these rights may write agreements of this type and invite by them.
    pub fn written_with(self, rights: Rights) -> bool {
        match self {
            Self::Program | Self::Distribution => rights.program,
            Self::Service | Self::Syndication | Self::Referral => rights.service,
        }
    }
}

choice! {
    /// Where a contract stands.
    Status { Enrolling = "enrolling" / "Enrolling", Pending = "pending" / "Pending", Active = "active" / "Active", Rejected = "rejected" / "Rejected", Terminated = "terminated" / "Terminated" }
}

impl Status {
    /// The sign beside the word.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Enrolling => "half",
            Self::Pending => "ring",
            Self::Active => "dot",
            Self::Rejected | Self::Terminated => "square",
        }
    }
}

choice! {
    /// Whether a contract is meant.
    Purpose { Test = "test" / "Test", Production = "production" / "Production" }
}

impl Purpose {
    /// Whether all that hangs under such a contract is in the test environment.
    pub fn is_test(self) -> bool {
        self == Self::Test
    }
}

/// The permission that binds the company: create a contract, activate a version, sign, reject.
pub const SIGN: &str = "contracts.sign";

/// See the company's contracts.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view contracts";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("contracts.view")
    }
}

/// Approve and reject enrolments, and switch Auto Accept: binds the issuer. Each verb asks for the right to its type besides.
pub struct Approve;
impl Permission for Approve {
    const WORDS: &'static str = "approve contracts";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("contracts.manage") && identity.holds(SIGN)
    }
}
