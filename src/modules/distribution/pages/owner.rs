//! For the owner of a marketplace: its distribution agreements, and who enrolls in them, or in syndication agreements.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{OfObject, agreement};
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        actor::Permission,
        confirm::Confirm,
        db::Db,
        done,
        effect::Effect,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown,
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::{self, Agreement, Manage, Type, documents, pages::show::Facts as AgreementFacts},
        contracts::{self, Contract, Status, data::Reason, lifecycle::Part, store::Detail},
        distribution::{
            Approve,
            actions::{self, NewDistribution},
            data::NewForm,
            store::{self, Child},
        },
        ids::Marketplace,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/agreements/{id}/distribution", || web::to(children)),
        get("/agreements/{id}/distribution/new", || web::to(create)),
        post("/agreements/{id}/distribution/new", || web::to(created)).with_file(),
        get("/agreements/{id}/auto-accept", || web::to(auto_accept)),
        post("/agreements/{id}/auto-accept", || web::to(auto_accepted)),
        get("/contracts/{id}/approve", || web::to(approve)),
        post("/contracts/{id}/approve", || web::to(approved)).binding(),
        get("/contracts/{id}/reject", || web::to(reject)),
        post("/contracts/{id}/reject", || web::to(rejected)),
    ]
}

#[derive(Template)]
#[template(path = "distribution/children.html")]
struct Children {
    page: Page,
    facts: AgreementFacts,
    children: Vec<(Child, String)>,
    create: Option<String>,
}

async fn children(actor: Viewer<agreements::View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let program = agreement(&path.1)?;
    let (facts, children) = db
        .read(&actor, move |read| {
            let found = agreements::pages::show::find(read, &program)?;
            Ok((found, store::children(read, &program)?))
        })
        .await?;
    let facts = AgreementFacts::new(&actor, facts, "distribution");
    if facts.agreement.type_ != Type::Program {
        return Err(Problem::NotFound);
    }
    let shown = Children {
        page: actor.page(("Distribution", &facts.agreement.name, "Agreements")),
        children: children
            .into_iter()
            .map(|child| {
                let href = actor.url(&format!("agreements/{}", child.id));
                (child, href)
            })
            .collect(),
        create: actor
            .may::<Manage>()
            .then(|| actor.url(&format!("agreements/{}/distribution/new", facts.agreement.id))),
        facts,
    };
    page::html(&actor.visit, &shown)
}

type Free = Vec<(Id<Marketplace>, String)>;

async fn program(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<(Id<Agreement>, String, Free)> {
    let program = agreement(text)?;
    db.read(actor, move |read| {
        let (row, _) = agreements::store::find(read, &program)?;
        if row.type_ != Type::Program {
            return Err(Problem::NotFound);
        }
        Ok((row.id, row.name, store::free(read, &program)?))
    })
    .await
}

const CREATE: &str = "Create distribution agreement";

/// `once` names this form, so that it makes one agreement however often it is sent.
fn create_page(actor: &Viewer<Manage>, found: &(Id<Agreement>, String, Free), form: &NewForm, once: Uuid) -> FormPage {
    let (program, name, free) = found;
    let page = actor.page((CREATE, name, "Agreements"));
    let back = (actor.url(&format!("agreements/{program}/distribution")), "Distribution");
    let page = FormPage::new(page, CREATE, back, "Create").hiding("form", once);
    form.onto(page, free, actor.may::<agreements::Activate>())
}

/// The page while there is no marketplace to choose.
fn no_place(actor: &Viewer<Manage>, (program, name, _): &(Id<Agreement>, String, Free)) -> Confirm {
    const WHY: &str = "A distribution agreement is for one marketplace. Either all your marketplaces already have one \
                       in this program, or you don't have a marketplace yet. Create a marketplace first.";
    let page = actor.page((CREATE, name, "Agreements"));
    let back = (actor.url(&format!("agreements/{program}/distribution")), "Back to program");
    let why = Effect::from(WHY).at(actor.url("marketplaces/new"));
    Confirm::new(page, CREATE, back, Vec::<Effect>::new()).refused("There is no marketplace left for it", Some(why))
}

async fn create(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = program(&actor, &db, &path.1).await?;
    if found.2.is_empty() {
        return page::html(&actor.visit, &no_place(&actor, &found));
    }
    page::html(&actor.visit, &create_page(&actor, &found, &NewForm::empty(), Uuid::new_v4()))
}

async fn created(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, once) = (post.actor, post.fields.form());
    let found = program(&actor, &db, &path.1).await?;
    if found.2.is_empty() {
        // the page has no form then
        return Err(Problem::Elsewhere(actor.url(&format!("agreements/{}/distribution/new", found.0))));
    }
    let mut form = NewForm::typed(&post.fields);
    let Some((words, place, named, opening)) = form.read() else {
        return page::invalid(&actor.visit, &create_page(&actor, &found, &form, once));
    };
    let Some(document) = form.document.told(named.read(&post.fields, &actor.visit.house).await)? else {
        return page::invalid(&actor.visit, &create_page(&actor, &found, &form, once));
    };
    let (program, new) = (found.0.clone(), NewDistribution { place, words, document, opening });
    let made = db.attempt(&actor, move |tx| done::once(tx, once, |tx| actions::create(tx, &program, &new))).await;
    match form.place.told(made)? {
        Some(made) => {
            let href = actor.url(&format!("agreements/{}", made.value()));
            Ok(page::see_with(&actor.visit, href, &Flash::success("Distribution agreement created")))
        }
        None => page::invalid(&actor.visit, &create_page(&actor, &found, &form, once)),
    }
}

async fn auto_accept(actor: Viewer<Approve>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = agreement(&path.1)?;
    let home = actor.identity.company.home();
    let (name, place, at_once, active) = db
        .read(&actor, move |read| {
            let (row, active) = agreements::store::find(read, &id)?;
            let place = agreements::store::place(read.conn, &id)?.ok_or(Problem::NotFound)?;
            // without an active version nobody gets a contract yet
            let at_once = match active {
                Some(_) if !place.auto_accept => {
                    let table = read.consequences()?;
                    let found =
                        actions::effects_of_switching_on(read.conn, &table, &row.owner_id, &place.program, &id)?;
                    found.into_iter().map(|effect| effect.within(Some(&home))).collect()
                }
                _ => Vec::new(),
            };
            Ok((row.name, place, at_once, store::active(read, &id)?))
        })
        .await?;
    let (heading, effects) = if place.auto_accept {
        let kept = Effect::touched(
            active,
            "{n} active contract under it stays as it is.",
            "{n} active contracts under it stay as they are.",
        );
        let list =
            actor.leads::<contracts::View>(&format!("contracts?type=distribution&status=active&agreement={}", path.1));
        let effects = [
            Some(Effect::from("Vendors will have to enroll, and you'll approve each of them.")),
            kept.map(|effect| effect.at_if(list)),
        ];
        (t!("Turn off Auto Accept"), effects.into_iter().flatten().collect::<Vec<_>>())
    } else {
        (
            t!("Turn on Auto Accept"),
            [Effect::from(t!("It is for {marketplace}.", marketplace = apart(&place.marketplace_name)))]
                .into_iter()
                .chain(at_once)
                .chain([Effect::from("Vendors that join the program later also get one. We'll email the vendors.")])
                .collect(),
        )
    };
    let page = actor.page((&heading, name, "Agreements"));
    let back = (actor.url(&format!("agreements/{}", path.1)), "Back to agreement");
    let confirm = Confirm::new(page, heading, back, effects).hiding("on", if place.auto_accept { "" } else { "yes" });
    page::html(&actor.visit, &if place.auto_accept { confirm.danger() } else { confirm })
}

async fn auto_accepted(post: Post<Approve>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = agreement(&path.1)?;
    let on = !post.fields.text("on").is_empty();
    let back = post.actor.url(&format!("agreements/{id}"));
    db.attempt(&post.actor, move |tx| actions::set_auto_accept(tx, &id, on)).await?;
    let flash = Flash::success(if on { "Auto Accept turned on" } else { "Auto Accept turned off" });
    Ok(page::see_with(&post.actor.visit, back, &flash))
}

/// The contract that somebody enrolled in, when the actor's company issued it.
async fn issued<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Detail> {
    let id: Id<Contract> = text.parse().map_err(|_| Problem::NotFound)?;
    let detail = db.read(actor, move |read| contracts::store::find(read, &id)).await?;
    // a successor that we offer is the other side's to decide
    let ours = detail.part == Part::Issuer && detail.contract.type_.hangs() && !detail.contract.renews();
    if ours { Ok(detail) } else { Err(Problem::NotFound) }
}

fn contract_url<P: Permission>(actor: &Viewer<P>, detail: &Detail) -> String {
    actor.url(&format!("contracts/{}", detail.contract.id))
}

fn decision<E: Into<Effect>>(
    actor: &Viewer<Approve>,
    detail: &Detail,
    heading: Words,
    effects: Vec<E>,
) -> Result<Confirm> {
    let back = (contract_url(actor, detail), "Back to contract");
    if detail.contract.status != Status::Pending {
        return Err(actions::decided(&detail.contract).leading_to(back.0, back.1));
    }
    let page = actor.page((&heading, &detail.contract.id, "Contracts"));
    Ok(Confirm::new(page, heading, back, effects))
}

async fn approve(actor: Viewer<Approve>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = issued(&actor, &db, &path.1).await?;
    let vendor = detail.partner();
    let opens = match &detail.source {
        Some(source) => t!(
            "{partner} can sell {product} on its marketplace {marketplace} and order it from you.",
            partner = vendor,
            product = apart(&source.product),
            marketplace = apart(&source.target),
        ),
        None => {
            let marketplace =
                detail.marketplace.as_ref().map_or_else(String::new, |(_, name)| apart(name).into_owned());
            t!("{vendor} can list products on {marketplace}.", vendor, marketplace)
        }
    };
    let mut effects: Vec<Effect> = vec![
        opens.into(),
        t!(
            "Version {version} of {agreement} will be signed in your name, on behalf of your company.",
            version = detail.contract.version,
            agreement = apart(&detail.agreement),
        )
        .into(),
        t!("We'll email {vendor}.", vendor).into(),
    ];
    let (agreement, version) = (detail.contract.agreement_id.clone(), detail.contract.version);
    let contract = detail.contract.clone();
    let (document, estate) = db
        .read(&actor, move |read| {
            let table = read.consequences()?;
            let document = documents::find(read.conn, &agreement, version)?;
            Ok((document, actions::inherited(read, &table, &contract)?))
        })
        .await?;
    if detail.contract.kind.is_test() {
        effects.insert(0, t!("This is a Test contract: anything listed or ordered under it is also a test.").into());
    }
    if let Some(estate) = &estate {
        effects.push(estate.succeeds());
        effects.extend(estate.effects(&actor.identity.company.home()));
    }
    let parts = (estate.as_ref(), detail.source.as_ref());
    let shown = actions::approval(&detail.contract, &detail.agreement, &document, parts);
    let page = decision(&actor, &detail, t!("Approve contract"), effects)?.binding(&shown);
    page::html(&actor.visit, &page)
}

async fn approved(post: Proved<Approve>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = issued(&post.actor, &db, &path.1).await?;
    let (id, here) = (detail.contract.id.clone(), contract_url(&post.actor, &detail));
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.write(&post.actor, move |tx| actions::approve(tx, &id, &sent))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to contract"))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Contract approved")))
}

fn reason(form: Form<Reason>) -> Form<Reason> {
    form.saying("reason", "Reason", "Shown to the partner. Up to 200 characters.")
}

fn reject_page(actor: &Viewer<Approve>, detail: &Detail, form: &Form<Reason>) -> Result<Confirm> {
    let effects = vec![
        match detail.contract.type_ {
            Type::Syndication => t!("This contract ends here. The partner can enroll again with a new one."),
            _ => t!("This contract ends here. The vendor can enroll again with a new one."),
        },
        t!("We'll email {vendor}.", vendor = detail.partner()),
    ];
    Ok(decision(actor, detail, t!("Reject contract"), effects)?.danger().asking(form))
}

async fn reject(actor: Viewer<Approve>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = issued(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &reject_page(&actor, &detail, &reason(Form::empty()))?)
}

async fn rejected(post: Post<Approve>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = issued(&actor, &db, &path.1).await?;
    let mut form = reason(Form::typed(&post.fields));
    let Some(words) = form.read() else {
        return page::invalid(&actor.visit, &reject_page(&actor, &detail, &form)?);
    };
    let (id, here) = (detail.contract.id.clone(), contract_url(&actor, &detail));
    db.write(&actor, move |tx| actions::reject(tx, &id, &words))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to contract"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Contract rejected")))
}
