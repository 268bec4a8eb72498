//! The customers, and the people who work for them.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::companies::{LANGUAGES, Language};
use crate::faces::{Face, Seat, object_id};
use crate::rng::Rng;
use crate::texts::{GIVEN, JAPANESE_PEOPLE, SURNAMES};

/// One customer. What a log shows of it is its id and name.
#[derive(Serialize)]
pub(crate) struct Tenant {
    /// The identifier.
    pub(crate) id: String,
    /// The name.
    pub(crate) name: String,
    /// The name before it was renamed.
    #[serde(skip)]
    pub(crate) former: Option<&'static str>,
    /// Mail domains, the first one in use for everybody.
    #[serde(skip)]
    pub(crate) domains: Vec<String>,
    #[serde(skip)]
    pub(crate) locale: &'static str,
    #[serde(skip)]
    zone: &'static str,
    /// Counted from 0 in the directory; beyond its end for a tenant that is missing from it.
    #[serde(skip)]
    pub(crate) number: usize,
    /// Whether the directory has it.
    #[serde(skip)]
    pub(crate) known: bool,
}

/// The former name of the renamed customer.
const FORMER: &str = "Quillhaven Instruments Ltd";

/// The names that test a report: markup, an apostrophe, an ampersand, umlauts, kanji. Number, name,
/// domain, locale, zone.
const SPECIAL: [(usize, &str, &str, &str, &str); 5] = [
    (
        10,
        "O'Brannoch & Daughters Ltd",
        "obrannoch-daughters",
        "en-IE",
        "Europe/Dublin",
    ),
    (
        22,
        "Cloudwren <script>alert(1)</script> Ltd",
        "cloudwren-script",
        "en-GB",
        "Europe/London",
    ),
    (
        41,
        "Bäckerei Süßmühl & Söhne KG",
        "suessmuehl-soehne",
        "de-DE",
        "Europe/Berlin",
    ),
    (56, "株式会社霧ヶ丘灯台", "kirigaoka-todai", "ja-JP", "Asia/Tokyo"),
    (
        142,
        "Quernmere, Vetch \"Old Mill\" Foods Inc.",
        "quernmere-old-mill",
        "en-US",
        "America/Chicago",
    ),
];

/// A directory of `count` customers.
pub(crate) fn directory(count: usize) -> Vec<Tenant> {
    let width = count.to_string().len().max(4);
    let mut rng = Rng::for_purpose("tenants");
    let mut used = [0; LANGUAGES.len()];
    (0..count)
        .map(|number| {
            let id = format!("t-{:0width$}", number + 1);
            let language = choose(rng.below(100));
            let place = rng.pick(LANGUAGES[language].places);
            let (name, domain) = LANGUAGES[language].name(used[language]);
            used[language] += 1;
            let (locale, zone, shape) = *place;
            let tenant = Tenant {
                id,
                name: shape.replace("{}", &name),
                former: None,
                domains: domains(&mut rng, &domain),
                locale,
                zone,
                number,
                known: true,
            };
            special(tenant)
        })
        .collect()
}

/// Two customers that the directory lost: the logs know them, the list does not.
pub(crate) fn strays() -> [Tenant; 2] {
    let stray = |number: usize, name: &str, domain: &str| Tenant {
        id: format!("t-{number:04}"),
        name: name.to_owned(),
        former: None,
        domains: vec![format!("{domain}.example")],
        locale: "en-GB",
        zone: "Europe/London",
        number,
        known: false,
    };
    [
        stray(917, "Oystergate Pilot (trial)", "oystergate-pilot"),
        stray(923, "Harrowbeck Foundation", "harrowbeck"),
    ]
}

fn choose(percent: usize) -> usize {
    let mut left = percent;
    LANGUAGES
        .iter()
        .position(|Language { share, .. }| {
            let found = left < *share;
            left = left.saturating_sub(*share);
            found
        })
        .expect("the shares add up to a hundred")
}

fn domains(rng: &mut Rng, label: &str) -> Vec<String> {
    let mut domains = vec![format!("{label}.example")];
    if rng.per_mille(180) {
        domains.push(format!("{label}-group.example"));
    }
    domains
}

fn special(tenant: Tenant) -> Tenant {
    match SPECIAL.iter().find(|(number, ..)| *number == tenant.number) {
        None => tenant,
        Some((_, name, domain, locale, zone)) => Tenant {
            name: (*name).to_owned(),
            domains: vec![format!("{domain}.example")],
            locale,
            zone,
            ..tenant
        },
    }
}

/// The numbers of the special customers; the story visits them all.
pub(crate) fn special_numbers() -> impl Iterator<Item = usize> {
    SPECIAL.iter().map(|(number, ..)| *number)
}

impl Tenant {
    /// Gives it a former name, which the directory has beside the present one. Returns the tenant
    /// under its former name.
    pub(crate) fn rename(&mut self) -> Self {
        self.former = Some(FORMER);
        Self {
            name: FORMER.to_owned(),
            domains: self.domains.clone(),
            id: self.id.clone(),
            ..*self
        }
    }

    /// The id of the `n`th user, the same whenever asked.
    pub(crate) fn user_id(&self, n: usize) -> String {
        object_id(&mut self.person(n), "00u")
    }

    /// The address of the `n`th user.
    pub(crate) fn user_email(&self, n: usize) -> String {
        let mut rng = self.person(n);
        format!(
            "{}.{}@{}",
            rng.pick(&GIVEN).to_lowercase(),
            rng.pick(&SURNAMES).to_lowercase(),
            self.domains[0]
        )
    }

    /// Returns the `n`th user as an actor: an administrator, or the user in an impersonation.
    pub(crate) fn user(&self, n: usize) -> Face {
        let mut rng = self.person(n);
        let name = format!("{} {}", rng.pick(&GIVEN), rng.pick(&SURNAMES));
        let name = if self.locale == "ja-JP" {
            (*rng.pick(&JAPANESE_PEOPLE)).to_owned()
        } else {
            name
        };
        Face {
            id: self.user_id(n),
            email: Some(self.user_email(n)),
            name,
            employer: self.name.clone(),
            agent: None,
            seat: Seat::Customer(self.number),
        }
    }

    fn person(&self, n: usize) -> Rng {
        Rng::for_key(0x05E2, self.number, n)
    }
}

/// Writes the directory that the case points at.
pub(crate) fn write(tenants: &[Tenant], path: &Path) -> io::Result<()> {
    let mut csv = csv::Writer::from_path(path)?;
    csv.write_record(["id", "name", "domains", "contact", "locale", "time_zone", "aliases"])?;
    for tenant in tenants {
        let contact = format!("security@{}", tenant.domains[0]);
        csv.write_record([
            &tenant.id,
            &tenant.name,
            &tenant.domains.join(" "),
            &contact,
            tenant.locale,
            tenant.zone,
            tenant.former.unwrap_or_default(),
        ])?;
    }
    csv.flush()
}
