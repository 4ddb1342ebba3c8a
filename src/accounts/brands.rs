//! Brands as they are kept: read whole for the process ([`crate::kit::brand`]), and one for a mail.

use std::{collections::HashMap, sync::Arc};

use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Binary, Bool, Nullable, Text},
};

use crate::kit::{
    actor::Account,
    brand::{Brand, Host, Table, colour::Colour, sheet_url},
    db::{self, Db},
    id::Id,
    page,
    problem::Result,
    statement::statement,
    visit::House,
};

#[derive(QueryableByName)]
struct BrandRow {
    #[diesel(sql_type = Text)]
    account_id: Id<Account>,
    #[diesel(sql_type = Text)]
    portal_name: String,
    #[diesel(sql_type = Text)]
    colour: String,
    #[diesel(sql_type = Nullable<Text>)]
    logo: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    logo_dark: Option<String>,
    #[diesel(sql_type = Bool)]
    clear: bool,
    #[diesel(sql_type = Nullable<Text>)]
    icon: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    icon_large: Option<String>,
    #[diesel(sql_type = Text)]
    footer: String,
    #[diesel(sql_type = Text)]
    privacy_url: String,
    #[diesel(sql_type = Text)]
    terms_url: String,
    #[diesel(sql_type = Text)]
    sign_up_url: String,
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl BrandRow {
    fn brand(self) -> Brand {
        let picture = |hash: Option<String>| hash.as_deref().map(page::picture);
        Brand {
            sheet: Colour::read(&self.colour).map(sheet_url),
            plate: self.clear && self.logo_dark.is_none(),
            logo: picture(self.logo),
            logo_dark: picture(self.logo_dark),
            icon: picture(self.icon),
            icon_large: picture(self.icon_large),
            name: filled(self.portal_name).unwrap_or_else(|| Brand::product().name.clone()),
            footer: self.footer,
            privacy: filled(self.privacy_url),
            terms: filled(self.terms_url),
            sign_up: filled(self.sign_up_url),
        }
    }
}

#[derive(QueryableByName)]
struct HostRow {
    #[diesel(sql_type = Text)]
    host: String,
    #[diesel(sql_type = Text)]
    account_id: Id<Account>,
    #[diesel(sql_type = Bool)]
    leads_here: bool,
}

/// All brands and proven host names.
pub fn load(conn: &mut PgConnection) -> Result<Table> {
    let brands: Vec<BrandRow> = statement(
        "SELECT account_id, portal_name, colour, logo, logo_dark, clear, icon, icon_large, footer, privacy_url, terms_url, \
         sign_up_url FROM brands",
    )
    .load(conn)?;
    let hosts: Vec<HostRow> = statement(
        "SELECT host, account_id, leads_here FROM brand_hosts WHERE verified_at IS NOT NULL ORDER BY verified_at, host",
    )
    .load(conn)?;
    let brands: HashMap<_, _> = brands.into_iter().map(|row| (row.account_id.clone(), Arc::new(row.brand()))).collect();
    let hosts = hosts
        .into_iter()
        .map(|HostRow { host, account_id, leads_here }| Arc::new(Host { name: host, of: account_id, leads_here }));
    Ok(Table { brands, hosts: hosts.collect() })
}

/// Makes the process go by what is kept now.
///
/// # Errors
/// When the database cannot be asked; then the process goes on with what it knew.
pub async fn refresh(db: &Db, house: &House) -> Result<()> {
    house.brands.put(db.open(load).await?);
    Ok(())
}

/// The brand of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfMail {
    pub name: String,
    /// Who it says it is from.
    pub sender: Option<String>,
    pub footer: String,
    /// A PNG.
    pub logo: Option<Vec<u8>>,
    /// The name under which its links lead here, when not the program's own.
    pub host: Option<Host>,
}

impl Default for OfMail {
    fn default() -> Self {
        Self { name: Brand::product().name.clone(), sender: None, footer: String::new(), logo: None, host: None }
    }
}

#[derive(QueryableByName)]
struct MailRow {
    #[diesel(sql_type = Text)]
    id: Id<Account>,
    #[diesel(sql_type = Nullable<Text>)]
    portal_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    sender_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    mail_footer: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    logo: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    host: Option<String>,
}

/// The brand of a mail that is for this company or from it; the program's own where there is none.
pub fn of_mail(conn: &mut PgConnection, company: Option<&Id<Account>>) -> Result<OfMail> {
    let Some(company) = company else { return Ok(OfMail::default()) };
    let row: Option<MailRow> = statement(
        "SELECT w.id, b.portal_name, b.sender_name, b.mail_footer, l.bytes AS logo, \
         (SELECT h.host FROM brand_hosts h WHERE h.account_id = w.id AND h.verified_at IS NOT NULL AND h.leads_here \
          ORDER BY h.verified_at, h.host LIMIT 1) AS host \
         FROM (SELECT brand AS id FROM accounts WHERE id = $1) w \
         LEFT JOIN brands b ON b.account_id = w.id LEFT JOIN blobs l ON l.sha256 = b.logo_mail",
    )
    .bind::<Text, _>(company.as_str())
    .get_result(conn)
    .optional()?;
    let Some(row) = row else { return Ok(OfMail::default()) };
    db::carried(row.logo.as_ref().map_or(0, Vec::len));
    let (plain, name) = (OfMail::default(), row.portal_name.and_then(filled));
    Ok(OfMail {
        sender: row.sender_name.and_then(filled).or_else(|| name.clone()),
        name: name.unwrap_or(plain.name),
        footer: row.mail_footer.unwrap_or_default(),
        logo: row.logo,
        host: row.host.map(|name| Host { name, of: row.id, leads_here: true }),
    })
}

/// The name of a company, and whose brand it has.
pub fn named(conn: &mut PgConnection, company: &Id<Account>) -> Result<(String, Id<Account>)> {
    use crate::schema::accounts;
    Ok(accounts::table.find(company).select((accounts::name, accounts::brand)).first(conn)?)
}
