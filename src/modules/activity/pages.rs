//! The screen of a company's activity.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    View,
    grid::{Activity, Column, EventCells},
    kinds,
};
use crate::{
    kit::{
        actor::Identity,
        db::Db,
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::views::{
        self,
        list::{Listed, list as listed},
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Activity>();
    screens.push(get("/activity", || web::to(list)));
    screens
}

#[derive(Template)]
#[template(path = "activity/list.html")]
struct List {
    page: Page,
    list: Listed<Activity>,
    zone: Zone,
    identity: Arc<Identity>,
}

impl List {
    /// The list with nothing but what this filter leaves.
    fn narrowed(&self, filter: &'static str, value: impl ToString) -> String {
        let query = serde_html_form::to_string([(filter, value.to_string())]).unwrap_or_default();
        format!("{}?{query}", self.list.base)
    }

    /// Where the row leads: to its object where the person may open that, and else to all that has to do with it.
    fn href(&self, row: &EventCells) -> String {
        let address = kinds::address(&row.object, |view| self.identity.holds(view));
        match (address, &row.user_id) {
            (Some(address), _) => format!("{}/{address}", self.identity.company.home()),
            (None, Some(user)) if row.object.is_empty() => self.narrowed("person", user),
            (None, None) if row.object.is_empty() => self.narrowed("event", &row.name),
            (None, _) => self.narrowed("object", &row.object),
        }
    }
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Activity", "Account")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        identity: actor.identity.clone(),
    };
    page::html(&actor.visit, &shown)
}
