//! What ends with a contract: found by one function, counted on the page that asks first, carried out by the act.
//!
//! A program contract takes its distribution contracts along, a distribution contract what is listed and ordered under it, a service
//! contract the rights that it gave, and with the Program right what its partner's own marketplaces list and have ordered.

use super::{
    Contract, Status, Type,
    extension::{self, store::ExtensionRow},
    lifecycle::{Action, Part},
    renewal::estate,
    rights,
    store::{self, ContractRow},
};
use crate::kit::{
    actor::{Account, Rights},
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
    /// Distribution contracts that end with their program contract.
    under: Vec<ContractRow>,
    /// Offers of a later end that nobody can accept any more.
    extensions: Vec<ExtensionRow>,
    /// What the partner may not do any more.
    lost: Rights,
    /// Contracts that the partner has offered and that nobody can accept while it lacks the right.
    void: usize,
    /// The renewal that is offered, which stays so.
    offered: Option<Id<Contract>>,
    /// What ends in other modules, for a page.
    elsewhere: Vec<Foretold>,
}

/// A contract has ended, or would: what hangs on it in other modules ends with it.
#[derive(Debug, Clone)]
pub struct Ended {
    pub contract: Id<Contract>,
    /// The contracts under which things are listed and ordered that end.
    pub carrying: Vec<Id<Contract>>,
    /// The partner that may no longer run marketplaces and order.
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
        under: Vec::new(),
        extensions: Vec::new(),
        lost: Rights::default(),
        void: 0,
        offered: None,
        elsewhere: Vec::new(),
    };
    let Some(signee) = &contract.signee_id else { return Ok(scope) };
    scope.offered = estate::successor(look, &contract.id)?.map(|(id, _)| id);
    match contract.type_ {
        Type::Program => scope.under = store::running(look.conn(), &contract.agreement_id, signee)?,
        Type::Distribution => {}
        Type::Service => {
            let (before, after) = (rights::find(look, signee)?, rights::without(look, signee, &contract.id)?);
            scope.lost = Rights {
                program: before.program && !after.program,
                service: before.service && !after.service,
                delegate: before.delegate && !after.delegate,
            };
            let offered = store::offered_by(look, signee)?;
            scope.void = offered.iter().filter(|one| one.lack(before).is_none() && one.lack(after).is_some()).count();
        }
    }
    let ending: Vec<_> = std::iter::once(&contract.id).chain(scope.under.iter().map(|one| &one.id)).collect();
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
    if let (Type::Program, Some(vendor)) = (contract.type_, &contract.signee_id) {
        store::hold_running(tx, &contract.agreement_id, vendor)?;
    }
    if let Some(partner) = &contract.signee_id {
        rights::hold(tx, partner)?;
    }
    scope(tx, contract)
}

/// Where the distribution contracts under a program contract are shown: the one, or the vendor's that run.
pub fn under_at<'a>(
    home: &str,
    mut under: impl Iterator<Item = &'a Id<Contract>>,
    vendor: Option<&Id<Account>>,
) -> String {
    match (under.next(), under.next(), vendor) {
        (Some(one), None, _) => format!("{home}/contracts/{one}"),
        (_, _, Some(vendor)) => {
            format!("{home}/contracts?type=distribution&status=enrolling&status=pending&status=active&signee={vendor}")
        }
        _ => format!("{home}/contracts?type=distribution"),
    }
}

impl Ending {
    /// What a confirm page says; `partner` is the signee's name, `home` the URL of the issuer's portal.
    pub fn effects(&self, partner: &Words, home: &str) -> Vec<Effect> {
        let mut effects = lost(self.lost, partner);
        effects.extend(
            Effect::counted(
                "contract.ended_with_program",
                self.under.len(),
                "{n} distribution contract under it will also end",
                "{n} distribution contracts under it will also end",
            )
            .map(|effect| {
                effect.at(under_at(home, self.under.iter().map(|one| &one.id), self.contract.signee_id.as_ref()))
            }),
        );
        effects.extend(extension::actions::lapsing(&self.extensions));
        effects.extend(self.offered.as_ref().map(|id| {
            Effect::from(t!("The renewal {id} stays open. Delete it if it is no longer needed.", id))
                .at(format!("{home}/contracts/{id}"))
        }));
        effects.extend(Effect::touched(
            self.void,
            "{n} contract it has offered cannot be activated without this permission",
            "{n} contracts it has offered cannot be activated without this permission",
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
            carrying: match self.contract.type_ {
                Type::Program => self.under.iter().map(|one| one.id.clone()).collect(),
                Type::Distribution => vec![self.contract.id.clone()],
                Type::Service => Vec::new(),
            },
            barred: self.contract.signee_id.clone().filter(|_| self.lost.program),
            cause: match self.contract.type_ {
                Type::Program => "program contract ended",
                Type::Distribution => "distribution contract ended",
                Type::Service => "service contract ended",
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
        for contract in &self.under {
            tx.as_system("program contract ended", |tx| {
                let action = if contract.status == Status::Active { Action::Terminate } else { Action::Lapse };
                let planned = plan(contract.rules(), contract.status, action, Part::System, tx.at)
                    .map_err(|_| Problem::internal("a running contract can end"))?;
                store::advance(tx, &contract.id, &planned, &why)?;
                let event = Event::new("contract.ended_with_program", &contract.id);
                tx.record(event.moved(planned.from(), planned.to()).note(&why))
            })?;
        }
        tx.follow(ended.cause, &ended)
    }
}

/// What `partner` may not do any more.
fn lost(lost: Rights, partner: &Words) -> Vec<Effect> {
    let each = [
        (
            lost.program,
            t!("{partner} can no longer create program agreements, run marketplaces or place orders.", partner),
        ),
        (lost.service, t!("{partner} can no longer create service agreements or invite resellers.", partner)),
        (lost.delegate, t!("{partner} can no longer pass on the Service permission.", partner)),
    ];
    each.into_iter().filter_map(|(lost, words)| lost.then(|| words.into())).collect()
}
