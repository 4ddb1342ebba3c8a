//! What every page of a usage file says about it, and what can be done with it.

use super::{Way, comes_to, period, sum, url};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        lifecycle::allowed,
        page::Tab,
        time::When,
        typed::apart,
        viewer::Viewer,
        words::{Figure, Words},
    },
    modules::{
        contracts,
        usage::{
            Report, Review, Status, View,
            lifecycle::{Action, EDITABLE, Part, RULES},
            store::{Aside, Detail, FileRow, part},
        },
    },
    t,
};

/// The tabs; what is about records is there when they are.
const TABS: [(&str, &str); 5] =
    [("General", ""), ("Comparison", "compare"), ("Records", "records"), ("Billing", "chunks"), ("History", "history")];

/// What every tab shows.
pub struct Facts {
    pub detail: Detail,
    pub(super) part: Part,
    /// Whether this person does what comes next: reports usage, or decides about it.
    pub(super) acting: bool,
    pub records: bool,
    /// Whether its records are closed, or can be.
    pub billable: bool,
    pub period: Words,
    pub created: When,
    pub submitted: Option<When>,
    pub contract: Option<String>,
    /// The rule of the owner for the product, for the owner.
    pub rule: Option<String>,
    pub acts: Acts,
    pub tabs: Vec<Tab>,
    /// The list, as it was left.
    pub files: String,
    pub here: String,
    pub(super) way: Way,
    /// What can be done stands in a bar below instead of in the heading.
    pub below: bool,
}

impl Facts {
    pub fn new(actor: &Viewer<View>, detail: Detail, (tab, way): (&str, Way)) -> Self {
        let file = &detail.row;
        let part = part(&actor.identity.company);
        let here = url(actor, &file.id);
        let may = |part| match part {
            Part::Vendor => actor.may::<Report>(),
            Part::Owner => actor.may::<Review>(),
            Part::System => false,
        };
        let primary = |action| match action {
            Action::Upload => file.status != Status::Ready,
            _ => action != Action::Reject,
        };
        let acting = may(part);
        let mut acts = Acts::of((RULES, file.status), &[part], &here, |part, _| may(part), primary);
        if part == Part::Vendor && acting {
            if EDITABLE.contains(&file.status) {
                acts.button("Dry run", format!("{here}/dry-run"), false);
                acts.button("Edit", format!("{here}/edit"), false);
            }
            if file.status == Status::Invalid {
                acts.button("Check again", format!("{here}/check"), false);
            }
            if file.can_go() {
                acts.ending("Delete", format!("{here}/delete"));
            }
        }
        if part == Part::Owner && file.status == Status::Closed && acting && !file.billing_reference.is_empty() {
            acts.button("Edit billing", format!("{here}/billing"), false);
        }
        let zone = actor.zone();
        let records = file.status.shows_records(part);
        let billable = matches!(file.status, Status::Accepted | Status::Closed);
        let there = |key: &str| match key {
            "compare" | "records" => records,
            // which hub a subscription is of is its owner's affair
            "chunks" => billable && part == Part::Owner,
            _ => true,
        };
        let tabs: Vec<_> = TABS.iter().copied().filter(|(_, key)| there(key)).collect();
        let mut tabs = Tab::list(&here, &tabs, tab);
        for tab in &mut tabs {
            match tab.href.ends_with("/records") {
                true => tab.href = way.records(&here, &[]),
                false => tab.href.push_str(&way.query),
            }
        }
        Self {
            part,
            acting,
            records,
            billable,
            period: period(file),
            created: zone.when(file.created_at),
            submitted: file.submitted_at.map(|at| zone.when(at)),
            contract: actor.leads::<contracts::View>(&format!("contracts/{}", file.contract_id)),
            rule: (part == Part::Owner).then(|| actor.url(&format!("usage-rules/{}", file.product_id))),
            acts: acts.keyed(&format!("{here}/reject"), "i").within(&way.query),
            tabs,
            files: format!("{}{}", actor.url("usage-files"), way.query),
            here,
            way,
            below: false,
            detail,
        }
    }

    /// The records of an item or a subscription.
    pub fn records_of(&self, key: &str, id: &str) -> String {
        self.way.records(&self.here, &[(key, id)])
    }

    /// The records that these pairs ask for.
    pub fn records_by(&self, pairs: &[(&str, &str)]) -> String {
        self.way.records(&self.here, pairs)
    }

    pub fn file(&self) -> &FileRow {
        &self.detail.row
    }

    /// Whether this person closes records of the file now.
    pub fn closing(&self) -> bool {
        self.acting && allowed(RULES, self.file().status, self.part).contains(&Action::Close)
    }

    /// Whether this person may say how records were billed.
    pub fn billing(&self) -> bool {
        self.acting && self.part == Part::Owner && self.billable
    }

    /// How many of its records are closed, while it is not.
    pub fn closed(&self) -> Option<Words> {
        let file = self.file();
        (file.status == Status::Accepted).then(|| t!("{closed} of {n}", closed = file.closed, n = file.records))
    }

    pub fn vendor(&self) -> bool {
        self.part == Part::Vendor
    }

    pub fn sum(&self) -> Words {
        sum(self.file())
    }

    /// What is told apart of the sum, each with its records.
    pub fn apart(&self) -> Vec<(&'static str, Words, String)> {
        let Some(apart) = &self.detail.apart else { return Vec::new() };
        let told = |aside: &Aside| {
            let (records, amount) = apart.of(*aside);
            let words = comes_to(records, amount, self.file());
            (records > 0).then(|| (aside.label(), words, self.records_of("aside", aside.key())))
        };
        Aside::ALL.iter().filter_map(told).collect()
    }

    /// What the report should come to, and how much more it comes to.
    pub fn control_total(&self) -> Option<Words> {
        let (total, difference) = self.detail.control.as_ref()?.total()?;
        Some(t!("{total}, difference {difference}", total = Figure::of(total), difference = Figure::of(difference)))
    }

    /// How many rows it should have, and how many more it has.
    pub fn control_rows(&self) -> Option<Words> {
        let (rows, difference) = self.detail.control.as_ref()?.rows()?;
        Some(t!("{rows}, difference {difference}", rows, difference))
    }

    /// What comes next; what is to be done is told who may do it.
    pub fn next(&self) -> Option<Words> {
        let owner = apart(&self.detail.owner).into_owned();
        let words = match (self.part, self.file().status) {
            (Part::Vendor, Status::Draft | Status::Invalid | Status::Ready | Status::Rejected)
            | (Part::Owner, Status::Pending | Status::Accepted)
                if !self.acting =>
            {
                return None;
            }
            (Part::Vendor, Status::Draft) => t!("Upload a report. The template includes your active subscriptions."),
            (Part::Vendor, Status::Invalid) => {
                t!("Correct the report and upload it again. None of its records count until then.")
            }
            (Part::Vendor, Status::Ready) => t!("No errors found. Submit the file to {owner}.", owner),
            (Part::Vendor, Status::Pending) => t!("{owner} is reviewing the file.", owner),
            (Part::Vendor, Status::Rejected) => {
                t!("{owner} rejected the file. Correct the report and upload it again.", owner)
            }
            (Part::Owner, Status::Pending) => t!("Accept the file, or reject it with a reason."),
            (Part::Owner, Status::Rejected) => t!("The vendor can correct the report and submit it again."),
            (Part::Owner, Status::Accepted) => t!("Close the file once it is billed."),
            _ => return None,
        };
        Some(words)
    }
}
