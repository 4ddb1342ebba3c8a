//! What ends with a contract: found by one function, counted on the page that asks first, carried out by the act.
//!
//! A program contract takes its distribution contracts along, a distribution contract what is listed and ordered under it, a service
//! contract the syndication contracts under it and the rights that it gave, and with the Program right what its partner's own
//! marketplaces list and have ordered. A syndication contract takes what is ordered under it, and the contracts by which its signee lets
//! others sell the same product on.

use super::{
    Contract, Status, Type,
    extension::{self, store::ExtensionRow},
    lifecycle::{Action, Part},
    renewal::estate,
    rights,
    store::{self, ContractRow, Standing},
};
use crate::kit::{
    actor::{Account, Rights},
    choice::Choice as _,
    consequence::Foretold,
    db::{Looks, Read, Tx},
    effect::{self, Effect},
    event::Event,
    id::Id,
    lifecycle::plan,
    problem::{Problem, Result},
    words::Words,
};
use crate::t;

/// What ends, and what is touched. Made by [`look`] for a page, by [`find`] for the deed.
#[derive(Debug, Clone)]
pub struct Ending {
    contract: ContractRow,
    /// Contracts that end with the contract above them, or with the one they go through.
    standing: Standing,
    /// Offers of a later expiry date that nobody can accept any longer.
    extensions: Vec<ExtensionRow>,
    /// What the partner may not do any more.
    lost: Rights,
    /// The partner may sell nothing at all any more.
    barred: bool,
    /// Distribution contracts that the partner has issued and may no longer list and order under.
    dropped: Vec<Id<Contract>>,
    /// Contracts that the partner has offered and that nobody can accept while it lacks the right.
    void: usize,
    /// The renewal that is offered, which stays so.
    offered: Option<Id<Contract>>,
    /// What ends in other modules, for a page.
    elsewhere: Vec<Foretold>,
}

/// A contract has ended, or would end, and everything in other modules that depends on it.
#[derive(Debug, Clone)]
pub struct Ended {
    pub contract: Id<Contract>,
    /// The contracts under which things are listed and ordered that end.
    pub carrying: Vec<Id<Contract>>,
    /// The partner that may no longer list anything on its marketplaces.
    pub closed: Option<Id<Account>>,
    /// The partner that may no longer order anything at all.
    pub barred: Option<Id<Account>>,
    pub cause: &'static str,
}

impl Ended {
    /// What everybody who is told reads.
    pub fn why(&self) -> String {
        format!("{} has ended", self.contract)
    }
}

fn scope(look: &mut impl Looks, contract: &ContractRow) -> Result<Ending> {
    let mut scope = Ending {
        contract: contract.clone(),
        standing: store::standing(look, contract)?,
        extensions: Vec::new(),
        lost: Rights::default(),
        barred: false,
        dropped: Vec::new(),
        void: 0,
        offered: None,
        elsewhere: Vec::new(),
    };
    let Some(signee) = &contract.signee_id else { return Ok(scope) };
    scope.offered = estate::successor(look, &contract.id)?.map(|(id, _)| id);
    if contract.type_ == Type::Service {
        let (before, after) = (rights::find(look, signee)?, rights::without(look, signee, &contract.id)?);
        scope.lost = before.lost(after);
        scope.barred = before.sells() && !after.sells();
        if scope.lost.program {
            scope.dropped = store::carrying(look, signee)?;
        }
        let offered = store::offered_by(look, signee)?;
        scope.void = offered.iter().filter(|one| one.lack(before).is_none() && one.lack(after).is_some()).count();
    }
    let ending: Vec<_> = std::iter::once(&contract.id).chain(scope.standing.all().map(|one| &one.id)).collect();
    scope.extensions = extension::store::open_on(look.conn(), &ending)?;
    Ok(scope)
}

/// What would end with a contract whose sight was checked.
pub fn look<P>(read: &mut Read<'_, P>, contract: &ContractRow) -> Result<Ending> {
    let mut ending = scope(read, contract)?;
    ending.elsewhere = read.consequences()?.foresee(read.conn, &ending.ended())?;
    Ok(ending)
}

/// The same for a contract that is locked and still Active, with the contracts locked that [`Ending::carry_out`] moves.
pub fn find<P>(tx: &mut Tx<'_, P>, contract: &ContractRow) -> Result<Ending> {
    store::hold_standing(tx, contract)?;
    // only a service contract takes rights along; who ended another would wait for the contract above it, whose end waits for this one
    if let Some(partner) = contract.signee_id.as_ref().filter(|_| contract.type_ == Type::Service) {
        rights::hold(tx, partner)?;
    }
    scope(tx, contract)
}

/// Where the contracts under one of type `above` are shown: the one, or the partner's that run.
pub fn under_at<'a>(
    home: &str,
    above: Type,
    mut under: impl Iterator<Item = &'a Id<Contract>>,
    partner: Option<&Id<Account>>,
) -> String {
    let type_ = if above == Type::Program { Type::Distribution } else { Type::Syndication }.key();
    match (under.next(), under.next(), partner) {
        (Some(one), None, _) => format!("{home}/contracts/{one}"),
        (_, _, Some(partner)) => {
            format!("{home}/contracts?type={type_}&status=enrolling&status=pending&status=active&signee={partner}")
        }
        _ => format!("{home}/contracts?type={type_}"),
    }
}

impl Ending {
    /// What a confirm page says; `partner` is the signee's name, `home` the URL of the issuer's portal.
    pub fn effects(&self, partner: &Words, home: &str) -> Vec<Effect> {
        let mut effects = lost(self.lost, self.barred, partner);
        let Standing { under, through } = &self.standing;
        let ended = match self.contract.type_ {
            Type::Program => Effect::counted(
                ended_with(self.contract.type_),
                under.len(),
                "{n} distribution contract under it will also end.",
                "{n} distribution contracts under it will also end.",
            ),
            _ => Effect::counted(
                ended_with(self.contract.type_),
                under.len(),
                "{n} syndication contract under it will also end.",
                "{n} syndication contracts under it will also end.",
            ),
        };
        effects.extend(ended.map(|effect| {
            let ids = under.iter().map(|one| &one.id);
            effect.at(under_at(home, self.contract.type_, ids, self.contract.signee_id.as_ref()))
        }));
        effects.extend(Effect::counted(
            THROUGH,
            through.len(),
            "{n} syndication contract by which the partner's own resellers sell the same will also end.",
            "{n} syndication contracts by which the partner's own resellers sell the same will also end.",
        ));
        effects.extend(extension::actions::lapsing(&self.extensions));
        effects.extend(self.offered.as_ref().map(|id| {
            Effect::from(t!("The renewal {id} stays open. Delete it if it is no longer needed.", id))
                .at(format!("{home}/contracts/{id}"))
        }));
        effects.extend(Effect::touched(
            self.void,
            "{n} contract it has offered cannot be activated without this permission.",
            "{n} contracts it has offered cannot be activated without this permission.",
        ));
        // a service contract's partner works on marketplaces of its own, whose lists the issuer does not see
        let own = (self.contract.type_ != Type::Service).then_some(home);
        effects.extend(effect::all(self.elsewhere.iter().cloned(), own));
        effects
    }

    /// What other modules learn.
    fn ended(&self) -> Ended {
        Ended {
            contract: self.contract.id.clone(),
            carrying: std::iter::once(&self.contract)
                .chain(self.standing.all())
                .filter(|one| one.type_.hangs())
                .map(|one| one.id.clone())
                .chain(self.dropped.iter().cloned())
                .collect(),
            closed: self.contract.signee_id.clone().filter(|_| self.lost.program),
            barred: self.contract.signee_id.clone().filter(|_| self.barred),
            cause: match self.contract.type_ {
                Type::Program | Type::Referral => "program contract ended",
                Type::Distribution => "distribution contract ended",
                Type::Service => "service contract ended",
                Type::Syndication => "syndication contract ended",
            },
        }
    }

    /// Ends what [`find`] found, once the contract itself has ended.
    pub fn carry_out<P>(&self, tx: &mut Tx<'_, P>) -> Result<()> {
        for open in &self.extensions {
            extension::actions::lapse(tx, open)?;
        }
        let ended = self.ended();
        let why = ended.why();
        let along = self.standing.under.iter().map(|one| (one, ended_with(self.contract.type_)));
        for (contract, event) in along.chain(self.standing.through.iter().map(|one| (one, THROUGH))) {
            tx.as_system(ended.cause, |tx| {
                let action = if contract.status == Status::Active { Action::Terminate } else { Action::Lapse };
                let planned = plan(contract.rules(), contract.status, action, Part::System, tx.at)
                    .map_err(|_| Problem::internal("a running contract can end"))?;
                store::advance(tx, &contract.id, &planned, &why)?;
                tx.record(Event::new(event, &contract.id).moved(planned.from(), planned.to()).note(&why))
            })?;
        }
        tx.follow(ended.cause, &ended)
    }
}

/// What is recorded of a syndication contract whose way to the product ended.
const THROUGH: &str = "contract.ended_with_source";

/// What is recorded of each contract under one of type `above`.
fn ended_with(above: Type) -> &'static str {
    if above == Type::Program { "contract.ended_with_program" } else { "contract.ended_with_service" }
}

/// What `partner` may no longer do. `barred`: it may sell nothing.
fn lost(lost: Rights, barred: bool, partner: &Words) -> Vec<Effect> {
    let each = [
        (
            lost.program && barred,
            t!("{partner} can no longer create program agreements, run marketplaces or place orders.", partner),
        ),
        (
            lost.program && !barred,
            t!(
                "{partner} can no longer create program agreements or list vendors' products on its marketplaces.",
                partner
            ),
        ),
        (
            lost.resale && barred && !lost.program,
            t!("{partner} can no longer run marketplaces or place orders.", partner),
        ),
        (lost.resale && !barred, t!("{partner} can no longer sell what distributors' catalogs offer.", partner)),
        (lost.service, t!("{partner} can no longer create service agreements or invite resellers.", partner)),
        (lost.delegate, t!("{partner} can no longer pass on the Service permission.", partner)),
    ];
    each.into_iter().filter_map(|(lost, words)| lost.then(|| words.into())).collect()
}
