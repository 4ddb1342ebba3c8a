//! The last weeks of the cast, scene by scene.

use std::cmp::Reverse;

use super::{
    Cast, SERVICE, id,
    orders::{Customers, Player},
    products, texts,
};
use crate::{
    accounts::Group,
    kit::{
        actor::{Account, User},
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        agreements::{Agreement, Type},
        contracts::{Contract, Manage, data::Recipient, delivery},
    },
};

/// Something that happens to the cast.
#[derive(Debug, Clone, Copy)]
enum Scene {
    /// A product is made and listed.
    Pulse,
    /// Another is to be listed.
    Ring,
    /// A third is a draft.
    Corner,
    Customers,
    /// An order is fulfilled.
    Fish,
    /// Another waits.
    Restaurant,
    /// A customer moves.
    Moves,
    UsageBilled,
    UsageWaiting,
    UsageWrong,
    /// The service agreement has a second version.
    NewerVersion,
    /// Somebody is invited.
    Invitation,
    /// A vendor enrolls and waits.
    Enrolment,
    /// Somebody works for two companies.
    Bianca,
    /// A colleague is invited.
    Adrian,
}

/// Each with how many days ago it begins, in the order in which the cast alone is loaded.
const SCENES: [(i64, Scene); 15] = [
    (30, Scene::Pulse),
    (6, Scene::Ring),
    (3, Scene::Corner),
    (20, Scene::Customers),
    (16, Scene::Fish),
    (1, Scene::Restaurant),
    (2, Scene::Moves),
    (9, Scene::UsageBilled),
    (2, Scene::UsageWaiting),
    (1, Scene::UsageWrong),
    (5, Scene::NewerVersion),
    (2, Scene::Invitation),
    (1, Scene::Enrolment),
    (31, Scene::Bianca),
    (1, Scene::Adrian),
];

/// A company and a person of it.
type Who = (Id<Account>, Id<User>);

/// Who plays.
pub struct Players {
    pub micks: Who,
    /// A group there.
    pub readers: Id<Group>,
    pub acreed: Who,
    pub champions: Who,
    pub front: Who,
    /// Where vendors enroll.
    pub distribution: Id<Agreement>,
}

fn player(who: &Who) -> Player<'_> {
    (&who.0, &who.1)
}

impl Cast<'_, '_> {
    /// All scenes. With a year around them they are played day by day, so that trails read in the order of their times.
    pub(super) fn scenes(&mut self, players: &Players) -> Result<()> {
        let mut scenes = SCENES;
        if self.year.is_some() {
            scenes.sort_by_key(|(day, _)| Reverse(*day));
        }
        let mut customers = None;
        for (day, scene) in scenes {
            self.until(day)?;
            self.in_hands_of(&players.micks.0, &players.micks.1);
            self.scene(scene, players, &mut customers)?;
        }
        Ok(())
    }

    fn scene(&mut self, scene: Scene, players: &Players, customers: &mut Option<Customers>) -> Result<()> {
        let (micks, champions) = (player(&players.micks), player(&players.champions));
        match scene {
            Scene::Pulse => self.of_champions(players, Self::pulse),
            Scene::Ring => self.of_champions(players, Self::ring),
            Scene::Corner => self.of_champions(players, Self::corner),
            Scene::Customers => {
                *customers = Some(self.customers(micks)?);
                Ok(())
            }
            Scene::Fish => self.fulfilled(micks, champions, &kept(customers)?.fish),
            Scene::Restaurant => self.waiting(micks, &kept(customers)?.restaurant),
            Scene::Moves => self.moves(micks, &kept(customers)?.fish),
            Scene::UsageBilled => self.usage_billed(champions, micks),
            Scene::UsageWaiting => self.usage_waiting(champions),
            Scene::UsageWrong => self.usage_wrong(champions),
            Scene::NewerVersion => {
                self.days_ago(5);
                let (service, file) = (id::<Agreement>(SERVICE)?, "tutorial-agreement-2.md");
                self.agreement_version(&service, 2, micks.1, file, texts::SERVICE_2)
            }
            Scene::Invitation => self.invitation(micks),
            Scene::Enrolment => {
                self.days_ago(1);
                let (company, person) = player(&players.front);
                let contract = id("CRD-58966-76817-84694")?;
                self.enrolled(contract, &players.distribution, company, ("Front Street Inc", person), None)
            }
            Scene::Bianca => self.bianca(player(&players.acreed), champions),
            Scene::Adrian => self.adrian(micks, &players.readers),
        }
    }

    /// What happens in the hands of a vendor.
    fn of_champions(
        &mut self,
        players: &Players,
        act: impl FnOnce(&mut Self, &products::Stage<'_>) -> Result<()>,
    ) -> Result<()> {
        let ((owner, michael), (vendor, apollo)) = (player(&players.micks), player(&players.champions));
        self.in_hands_of(vendor, apollo);
        let door = products::door(&id("CRD-40293-21272-66678")?, owner)?;
        act(self, &products::Stage { vendor, apollo, owner, michael, door })
    }

    /// A contract that waits for its partner.
    fn invitation(&mut self, (micks, michael): Player<'_>) -> Result<()> {
        self.days_ago(2);
        let (pending, service) = (id::<Contract>("CRS-15231-15992-11789")?, id::<Agreement>(SERVICE)?);
        let note = "This is a tutorial service contract.";
        self.contract(&pending, Type::Service, &service, 2, micks, michael, note, true)?;
        let recipient = Recipient {
            recipient_company: "Lang Sports Ltd".to_owned(),
            recipient_email: "orders@langsports.example".to_owned(),
        };
        self.play::<Manage, _>((micks, michael), |tx| delivery::actions::name_recipient(tx, &pending, 1, &recipient))
            .map(drop)
    }
}

fn kept(customers: &Option<Customers>) -> Result<&Customers> {
    customers.as_ref().ok_or_else(|| Problem::internal("the cast has customers"))
}
