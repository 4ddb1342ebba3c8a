//! What is done with a request of a tier configuration besides what every queue has: approving; and the words before one fails.

use super::request::show_page;
use crate::{
    kit::{
        actor::{Company, Permission},
        confirm::Confirm,
        db::{Db, Read, Tx},
        effect::Effect,
        id::Id,
        input::Form,
        problem::{Problem, Result},
        shown::Shown,
        typed::apart,
        viewer::Viewer,
        violation::Violation,
        words::Words,
    },
    modules::{
        conversation,
        orders::{
            asking::{
                approval::{Approval, Approves},
                pages::AskPages,
            },
            message::{Message, for_tier},
            party::Part,
            questions::{of_tier, scope},
            tier_config::{
                Manage, Process, Request, Type, View, actions,
                lifecycle::Action,
                queue::Tiers,
                shown,
                store::{self, Detail, RequestRow},
            },
        },
        products::parameters::store::ParameterRow,
        queue::pages::{Decides, Pages, TalkPages, confirm},
    },
    t,
};

/// A request, its configuration, and the parameters of its tier.
pub struct Open {
    pub row: RequestRow,
    pub detail: Detail,
    pub assignee: Option<String>,
    pub rows: Vec<ParameterRow>,
    /// What an approval may show to the reseller, while one is possible.
    pub messages: Vec<Message>,
}

impl Pages for Tiers {
    type Detail = Open;

    fn find<P: Permission>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<Open> {
        let (row, detail, assignee, frozen) = store::find_request(read, id)?;
        let rows = of_tier(read, &detail.row.product_id, detail.row.level)?;
        let messages = frozen.map(|frozen| for_tier(frozen, scope(detail.row.level))).unwrap_or_default();
        Ok(Open { row, detail, assignee, rows, messages })
    }

    fn row(open: &Open) -> &RequestRow {
        &open.row
    }

    fn parts_in(open: &Open, company: &Company) -> Vec<Part> {
        open.detail.row.parts(&company.id)
    }

    fn about(open: &Open) -> Words {
        let (config, product) = (&open.detail.row, apart(&open.detail.product));
        let account = apart(&config.account_name);
        t!("{account}, tier {level}, for {product}.", account, level = config.level, product)
    }
}

impl TalkPages for Tiers {
    async fn show<P: Permission>(
        actor: &Viewer<P>,
        db: &Db,
        id: Id<Request>,
        form: &Form<conversation::Message>,
    ) -> Result<impl askama::Template> {
        show_page(actor, db, id, form, None).await
    }
}

impl AskPages for Tiers {
    const ASKED: &'static str = "The reseller gets an email with the question";

    fn rows(open: &Open) -> &[ParameterRow] {
        &open.rows
    }

    fn question(row: &RequestRow) -> &str {
        &row.question
    }
}

impl Approves for Tiers {
    const APPROVE: Action = Action::Approve;
    const DATED: bool = false;

    fn called(open: &Open) -> &str {
        &open.detail.row.account_name
    }

    fn filled(open: &Open) -> Vec<ParameterRow> {
        actions::filled(&open.rows, open.row.type_)
    }

    fn offered(open: &Open) -> &[Message] {
        &open.messages
    }

    fn shown(open: &Open) -> Result<Shown> {
        shown::request(&open.row, &open.detail.row, &open.rows)
    }

    fn ends(_: &Viewer<Process>, _: &Open) -> Vec<Effect> {
        Vec::new()
    }

    fn elsewhere(wrong: &Violation) -> Words {
        match wrong.why.code {
            "missing" => t!("The reseller still needs to provide a value. Use Inquire to ask for it"),
            _ => wrong.why.words.clone(),
        }
    }

    async fn again(
        actor: &Viewer<Process>,
        db: &Db,
        id: Id<Request>,
        approval: Approval,
    ) -> Result<impl askama::Template> {
        show_page(actor, db, id, &Form::empty(), Some(approval)).await
    }
}

impl Decides<Manage> for Tiers {
    async fn asked(actor: &Viewer<Manage>, db: &Db, open: &Open, _: Action) -> Result<Confirm> {
        let (row, config) = (open.row.clone(), open.detail.row.clone());
        let failing = db.read(actor, move |read| actions::failing(read, &row, &config)).await?;
        let first = t!(
            "The setup requested for {account} and {product} will fail. This cannot be undone.",
            account = apart(&open.detail.row.account_name),
            product = apart(&open.detail.product)
        );
        let mut effects = vec![Effect::of_one("tier_config_request.failed", first)];
        if open.row.type_ != Type::Setup {
            effects.push(Effect::of_one("tier_config.activated", "The configuration stays active without changes."));
        }
        let waiting =
            actor.leads::<View>(&format!("fulfillment?status=tiers_setup&product={}", open.detail.row.product_id));
        effects.extend(failing.effects().into_iter().map(|effect| match effect.event {
            Some("fulfillment_request.failed") => effect.at_if(waiting.clone()),
            _ => effect,
        }));
        effects.push(t!("The company that ordered gets an email with the reason.").into());
        Ok(confirm::<Tiers, _, _>(actor, &open.row.id, t!("Fail request"), effects).danger())
    }

    fn why(_: Action) -> Option<&'static str> {
        Some("Shown to the other party. Up to 500 characters.")
    }

    fn decide(tx: &mut Tx<'_, Manage>, id: &Id<Request>, action: Action, reason: &str, _: &str) -> Result<()> {
        match action {
            Action::Fail => actions::fail(tx, id, reason),
            _ => Err(Problem::NotFound),
        }
    }

    fn told(_: Action) -> &'static str {
        "Request marked as failed"
    }
}
