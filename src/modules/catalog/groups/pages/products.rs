//! Add products and Remove products: a few of them are shown, words find the others, and what was ticked stays ticked.

use actix_web::{HttpResponse, web};

use super::{OfGroup, id, url};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        done::Done,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        input::Form,
        page,
        problem::Result,
        typed::{self, apart},
        viewer::Viewer,
        words::Words,
    },
    modules::catalog::groups::{
        Manage, ProductGroup, actions,
        data::Chosen,
        store::{self, GroupRow, ProductRow, Sought},
    },
    t,
};

/// Products to tick on one page.
const SHOWN: i64 = 50;
/// The field of the words, the button that only looks for them, and the words that the page was made with.
const WORDS: &str = "words";
const LOOK: &str = "look";
const BEFORE: &str = "before";

/// Which way products go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// A group, and products that can be ticked.
struct Choosing {
    way: Way,
    group: GroupRow,
    words: String,
    found: Vec<ProductRow>,
    form: Form<Chosen>,
}

async fn choosing(
    (actor, db): (&Viewer<Manage>, &Db),
    way: Way,
    group: Id<ProductGroup>,
    words: String,
    form: Form<Chosen>,
) -> Result<Choosing> {
    let chosen = form.field("products").values().filter_map(|one| one.parse().ok()).collect();
    let sought = Sought { words: words.clone(), chosen, most: SHOWN };
    let (group, found) = db
        .read(actor, move |read| {
            let found = match way {
                Way::In => store::sold(read, &group, &sought)?,
                Way::Out => store::held(read, &group, &sought)?,
            };
            Ok((store::find(read, &group)?, found))
        })
        .await?;
    Ok(Choosing { way, group, words, found, form })
}

fn choose_page(actor: &Viewer<Manage>, choosing: &Choosing) -> FormPage {
    let Choosing { way, group, words, found, form } = choosing;
    let name = apart(&group.data.name);
    let hint = match (way, found.is_empty(), words.is_empty()) {
        (_, true, false) => t!("No products match. Search for something else."),
        (Way::In, true, true) => {
            t!(
                "There is nothing to add. You can add products once they are listed on one of your marketplaces or you sell them by syndication."
            )
        }
        (Way::Out, true, true) => t!("There are no products in this group."),
        _ if found.len() as i64 == SHOWN => t!("These are the first {n}. Search to find others.", n = SHOWN),
        (Way::Out, ..) => {
            t!("Partners no longer see these products in your catalog. Contracts about them stay as they are.")
        }
        _ => t!("Partners see these products in your catalog while they are listed."),
    };
    let picks = found.iter().map(|row| Pick::new(row.id.as_str(), Words::data(&row.name), Words::data(&row.vendor)));
    let picks: Vec<Pick> = picks.collect();
    let search = Field::new(WORDS, "Search by product or ID").optional().filled(words.as_str());
    let back = (url(actor, &group.id), "Back to product group");
    let page = match way {
        Way::In => {
            let page = actor.page(("Add products", &group.data.name, "Product groups"));
            FormPage::new(page, t!("Add products to {name}", name), back, "Add products")
        }
        Way::Out => {
            let page = actor.page(("Remove products", &group.data.name, "Product groups"));
            FormPage::new(page, t!("Remove products from {name}", name), back, "Remove products")
        }
    };
    let page = page.hiding(BEFORE, words).also(LOOK, "Search").ask(&search, Ask::Line);
    form.clone().saying("products", "Products", hint).onto_asking(page, |_| Some(Ask::Checks(picks.clone())))
}

/// The words that are looked for, as people write them.
fn sought(fields: &Fields) -> String {
    typed::line(fields.text(WORDS)).chars().take(100).collect()
}

async fn asked(actor: &Viewer<Manage>, db: &Db, text: &str, way: Way) -> Result<HttpResponse> {
    let choosing = choosing((actor, db), way, id(text)?, String::new(), Form::empty()).await?;
    page::html(&actor.visit, &choose_page(actor, &choosing))
}

async fn answered(post: Post<Manage>, text: &str, db: &Db, way: Way) -> Result<HttpResponse> {
    let (actor, group) = (post.actor, id(text)?);
    let (mut form, words) = (Form::<Chosen>::typed(&post.fields), sought(&post.fields));
    // whoever presses Enter behind the words means to look for them
    let looks = post.fields.has(LOOK) || (form.text("products").is_empty() && words != post.fields.text(BEFORE));
    if looks {
        let choosing = choosing((&actor, db), way, group, words, form).await?;
        return page::html(&actor.visit, &choose_page(&actor, &choosing));
    }
    let (here, of) = (url(&actor, &group), group.clone());
    let act = |chosen: Chosen| {
        db.attempt(&actor, move |tx| match way {
            Way::In => actions::add(tx, &of, &chosen.products),
            Way::Out => actions::remove(tx, &of, &chosen.products),
        })
    };
    let done: Option<Done> = form.sent(act).await?;
    match done {
        Some(done) => {
            let flash = match way {
                Way::In => done.said("Products added"),
                Way::Out => done.said("Products removed"),
            };
            Ok(page::see_with(&actor.visit, here, &flash))
        }
        None => {
            let choosing = choosing((&actor, db), way, group, words, form).await?;
            page::invalid(&actor.visit, &choose_page(&actor, &choosing))
        }
    }
}

/// Asks which products to add.
pub async fn add(actor: Viewer<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(&actor, &db, &path.1, Way::In).await
}

/// Adds them, or searches for others.
pub async fn added(post: Post<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    answered(post, &path.1, &db, Way::In).await
}

/// Asks which products to remove.
pub async fn remove(actor: Viewer<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(&actor, &db, &path.1, Way::Out).await
}

/// Removes them, or searches for others.
pub async fn removed(post: Post<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    answered(post, &path.1, &db, Way::Out).await
}
