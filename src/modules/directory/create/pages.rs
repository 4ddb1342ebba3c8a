//! The steps of Create Partner that ask who comes in, and how.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{
    data::{Sort, Way, offered, sorts},
    store,
    wizard::{Answers, Step},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Role,
        db::Db,
        fields::Fields,
        input::Form,
        page,
        problem::{Problem, Result},
        viewer::Viewer,
        violation::{self, Violation, Why},
        wizard::{self, Answers as _, StepPage},
    },
    modules::contracts::Create,
    t,
};

pub(super) type OfWizard = web::Path<(String, Uuid)>;
pub(super) type Saved = wizard::Wizard<Answers>;

pub(super) fn url(actor: &Viewer<Create>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

/// The step behind `step` that is asked.
pub(super) fn next(saved: &Saved, step: Step) -> Step {
    let mut later = Answers::STEPS.iter().copied().skip_while(|other| *other != step).skip(1);
    later.find(|other| saved.answers.asks(*other)).unwrap_or(Step::Parameters)
}

/// The answer to Back on `step`, when that was pressed.
pub(super) fn back(actor: &Viewer<Create>, saved: &Saved, (sent, step): (&Fields, Step)) -> Option<HttpResponse> {
    let before = saved.answers.before(step).filter(|_| sent.has("back"))?;
    Some(page::see(url(actor, saved.id, before)))
}

pub(super) async fn find(actor: &Viewer<Create>, db: &Db, id: Uuid) -> Result<Saved> {
    db.read(actor, move |read| wizard::find::<Answers, _>(read, id)).await
}

fn type_step(actor: &Viewer<Create>, saved: Option<&Saved>, form: &Form<Sort>) -> StepPage {
    StepPage::new(actor, saved, Step::Type, "Who do you want to work with?")
        .asking(|page| form.onto_asking(page, |_| Some(sorts(actor.identity.rights))))
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let unfinished = db.read(&actor, wizard::unfinished::<Answers, _>).await?;
    let unfinished = wizard::offered(&actor, &unfinished, |answers: &Answers| {
        let named = answers.company().text("name").to_owned();
        if named.is_empty() { t!("New partner") } else { named.into() }
    });
    page::html(&actor.visit, &type_step(&actor, None, &Form::empty()).unfinished(unfinished))
}

/// The role that was chosen, when the company may invite such partners.
fn chosen(actor: &Viewer<Create>, form: &mut Form<Sort>) -> Result<Option<Role>> {
    let Some(Sort { role }) = form.read() else { return Ok(None) };
    let may = offered(role, actor.identity.rights);
    let why = || Violation::new("role", Why::new("right", "Choose a type that your company can invite"));
    form.told(if may { Ok(role) } else { Err(why().into()) })
}

/// The first answer, which begins a wizard.
pub async fn begin(post: Post<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::typed(&post.fields);
    let Some(role) = chosen(&actor, &mut form)? else {
        return page::invalid(&actor.visit, &type_step(&actor, None, &form));
    };
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |answers| answers.choose_role(role))?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, Step::How)))
}

/// The step Type of a wizard that has begun.
pub async fn type_(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Type).await?;
    let form = saved.answers.role.map_or_else(Form::empty, |role| Form::filled(&Sort { role }));
    page::html(&actor.visit, &type_step(&actor, Some(&saved), &form))
}

/// Its answer.
pub async fn choose_type(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let mut form = Form::typed(&post.fields);
    let Some(role) = chosen(&actor, &mut form)? else {
        let saved = find(&actor, &db, id).await?;
        return page::invalid(&actor.visit, &type_step(&actor, Some(&saved), &form));
    };
    Saved::answer(&actor, &db, id, move |answers| answers.choose_role(role)).await?;
    Ok(page::see(url(&actor, id, Step::How)))
}

fn how_step(actor: &Viewer<Create>, saved: &Saved, form: &Form<Way>) -> StepPage {
    StepPage::new(actor, Some(saved), Step::How, "How does your partner join?").asking(|page| form.onto(page))
}

/// The step How.
pub async fn how(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::How).await?;
    let form = saved.answers.how.map_or_else(Form::empty, |how| Form::filled(&Way { how }));
    page::html(&actor.visit, &how_step(&actor, &saved, &form))
}

/// Its answer.
pub async fn choose_how(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::How).await?;
    if let Some(earlier) = back(&actor, &saved, (&post.fields, Step::How)) {
        return Ok(earlier);
    }
    let mut form = Form::<Way>::typed(&post.fields);
    let Some(Way { how }) = form.read() else {
        return page::invalid(&actor.visit, &how_step(&actor, &saved, &form));
    };
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.how = Some(how)).await?;
    Ok(page::see(url(&actor, id, next(&saved, Step::How))))
}

fn company_step(actor: &Viewer<Create>, saved: &Saved, form: &Form<super::data::Company>) -> StepPage {
    // whoever acts for a company that is created now is asked for by itself
    let invited = !saved.answers.asks(Step::Representative);
    StepPage::new(actor, Some(saved), Step::Company, "Your partner's company").asking(|page| {
        form.onto_asking(page, |entry| (invited || entry.name != "recipient_email").then(|| entry.asked()))
    })
}

/// The step Company.
pub async fn company(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Company).await?;
    page::html(&actor.visit, &company_step(&actor, &saved, &saved.answers.company()))
}

/// Its answer.
pub async fn name_company(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    Saved::open(&actor, &db, id, Step::Company).await?;
    let sent = post.fields.clone();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.keep_company(&sent)).await?;
    if let Some(earlier) = back(&actor, &saved, (&post.fields, Step::Company)) {
        return Ok(earlier);
    }
    let mut form = saved.answers.company();
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &company_step(&actor, &saved, &form));
    };
    let taken = db
        .read(&actor, move |read| {
            let me = read.actor.account().clone();
            store::has_number(read, &me, &said.external_id)
        })
        .await?;
    if taken {
        let why = Why::new("taken", "Another partner of yours has this external ID");
        violation::none_left(form.fail(vec![Violation::new("external_id", why)]))?;
        return page::invalid(&actor.visit, &company_step(&actor, &saved, &form));
    }
    Ok(page::see(url(&actor, id, next(&saved, Step::Company))))
}

type Naming = Form<super::data::Representative>;

fn representative_step(actor: &Viewer<Create>, saved: &Saved, form: &Naming) -> StepPage {
    let about =
        "It can be you, a colleague or somebody at your partner. The contract stays pending until they sign it.";
    StepPage::new(actor, Some(saved), Step::Representative, "Who acts for the company?")
        .about(about)
        .asking(|page| form.onto(page))
}

/// The step Representative, which only an account that is created now has.
pub async fn representative(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = asked(&actor, &db, (path.1, Step::Representative)).await?;
    page::html(&actor.visit, &representative_step(&actor, &saved, &saved.answers.representative()))
}

/// The wizard for a step that other answers may make needless; it then leads on.
pub(super) async fn asked(actor: &Viewer<Create>, db: &Db, (id, step): (Uuid, Step)) -> Result<Saved> {
    let saved = Saved::open(actor, db, id, step).await?;
    if saved.answers.asks(step) { Ok(saved) } else { Err(Problem::Elsewhere(url(actor, id, next(&saved, step)))) }
}

/// Its answer.
pub async fn name_representative(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    asked(&actor, &db, (id, Step::Representative)).await?;
    let sent = post.fields.clone();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.keep_representative(&sent)).await?;
    if let Some(earlier) = back(&actor, &saved, (&post.fields, Step::Representative)) {
        return Ok(earlier);
    }
    let mut form = saved.answers.representative();
    if form.read().is_none() {
        return page::invalid(&actor.visit, &representative_step(&actor, &saved, &form));
    }
    Ok(page::see(url(&actor, id, next(&saved, Step::Representative))))
}

/// Throws the answers away.
pub async fn cancel(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("directory")))
}
