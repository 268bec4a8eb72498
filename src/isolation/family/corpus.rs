//! Measures how many of the spellings that people type are found, and how many innocent sentences
//! are masked, on a corpus made of lists. `docs/threat-model.md` states the figures.

use super::*;

/// A language: first words of names, second words, legal forms, and sentences about a tenant.
struct Language {
    first: &'static [&'static str],
    second: &'static [&'static str],
    forms: &'static [&'static str],
    /// `{}` is the tenant.
    about: &'static [&'static str],
    /// `{}` is one of `things`.
    innocent: &'static [&'static str],
    things: &'static [&'static str],
    /// Whether words stand without blanks.
    spaceless: bool,
}

const LANGUAGES: [Language; 8] = [
    Language {
        first: &[
            "Otterness",
            "Quillhaven",
            "Brackwater",
            "Thornbury",
            "Maplewick",
            "Harrowgate",
            "Fennimore",
            "Wexcombe",
            "Dunmoor",
            "Larkspur",
            "Pendlewood",
            "Ashgrove",
            "Copperfell",
            "Ravensholt",
            "Stonebridge",
            "Blue",
            "Harbor",
            "Summit",
        ],
        second: &[
            "Pharmacy",
            "Logistics",
            "Freight",
            "Bank",
            "Foods",
            "Analytics",
            "Robotics",
            "Textiles",
            "Brewery",
            "Insurance",
            "Dental",
            "Aerospace",
            "Holdings",
            "Systems",
        ],
        forms: &["Inc.", "LLC", "Ltd", "Corp.", ", Inc.", "plc", "Limited", "Pty Ltd"],
        about: &[
            "Same issue as {} last week.",
            "Called {} about the reset",
            "copied settings from {} to this tenant",
            "see ticket of {}, closed",
            "user asked why ({}) is listed",
        ],
        innocent: &[
            "Customer asked to reset the {} of a new colleague.",
            "Checked the {} and found nothing unusual",
            "The {} was locked after three attempts, unlocked on request.",
            "Please review the {} before Friday.",
            "Export of {} failed with error 500",
            "Moved {} to the first group",
            "No change to {} was made today",
            "Blue sky outside, summit of the harbor reached with {}",
            "User cannot see {} after the upgrade",
            "Escalated: {} missing since Monday morning",
            "Verified by phone, then changed {} as asked",
        ],
        things: &[
            "password",
            "mailbox",
            "second factor",
            "shared calendar",
            "printer queue",
            "billing address",
            "invoice template",
            "home directory",
            "phone number",
            "retention policy",
            "audit trail",
            "read receipts",
            "signature block",
            "holiday list",
            "payroll export",
            "API token",
            "webhook",
            "bank account",
            "insurance form",
            "dental plan",
            "freight list",
            "VPN profile",
            "Chrome extension",
            "Outlook rule",
            "license key",
            "cost centre",
            "onboarding checklist",
            "quarterly report",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "Nordwind",
            "Zürcher",
            "Grünfelder",
            "Kößlinger",
            "Altmühl",
            "Brändle",
            "Hösbacher",
            "Wüstenrother",
            "Silbertaler",
            "Lübbener",
            "Rheinthaler",
            "Märkische",
        ],
        second: &[
            "Versicherung",
            "Käserei",
            "Maschinenbau",
            "Möbelwerke",
            "Spedition",
            "Brauerei",
            "Sparkasse",
            "Gießerei",
            "Logistik",
            "Bäckerei",
            "Druckerei",
        ],
        forms: &[
            "GmbH",
            "AG",
            "GmbH & Co. KG",
            "KG",
            "SE",
            "e.K.",
            "UG (haftungsbeschränkt)",
            "eG",
        ],
        about: &[
            "Wie bei {} letzte Woche.",
            "Rückruf von {} erhalten",
            "Einstellungen von {} übernommen",
            "laut {} erledigt",
        ],
        innocent: &[
            "Kunde bat um Zurücksetzung: {}",
            "Die Anmeldung mit {} schlägt fehl.",
            "Bitte {} bis Freitag prüfen",
            "{} wurde nach Rücksprache geändert",
            "Herr Müller rief wegen {} an",
            "Keine Änderung an {} nötig",
            "Der Nordwind blies, als {} gelöscht wurde",
        ],
        things: &[
            "Kennwort",
            "Postfach",
            "zweiter Faktor",
            "Kalenderfreigabe",
            "Druckerwarteschlange",
            "Rechnungsadresse",
            "Vorlage",
            "Kostenstelle",
            "Telefonnummer",
            "Aufbewahrungsfrist",
            "Lesebestätigung",
            "Urlaubsliste",
            "Lohnabrechnung",
            "Versicherungsschein",
            "Spedition",
            "Brauerei",
            "Logistik",
            "Benutzerkonto",
            "Signatur",
            "Zertifikat",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "Brûlé",
            "Château-Vieux",
            "Montélimard",
            "Évreuil",
            "Garonnais",
            "Bélanger",
            "Castelnaud",
            "Vendômois",
            "Lafontière",
            "Périgordin",
        ],
        second: &[
            "Assurances",
            "Logistique",
            "Vignobles",
            "Pharmacie",
            "Énergies",
            "Papeterie",
            "Transports",
            "Laiterie",
            "Éditions",
        ],
        forms: &["S.A.R.L.", "SAS", "S.A.", "SARL", "SASU", "SNC"],
        about: &[
            "Comme pour {} la semaine dernière",
            "Appel de {} reçu",
            "réglages copiés de {}",
            "voir {}, clos",
        ],
        innocent: &[
            "Le client demande la réinitialisation : {}",
            "Vérifié {} sans anomalie",
            "Merci de contrôler {} avant vendredi",
            "{} a été modifié après appel",
            "Aucun changement pour {} aujourd'hui",
        ],
        things: &[
            "mot de passe",
            "boîte aux lettres",
            "second facteur",
            "calendrier partagé",
            "adresse de facturation",
            "modèle",
            "numéro de téléphone",
            "accusé de lecture",
            "fiche de paie",
            "assurance",
            "transports",
            "pharmacie",
            "certificat",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "Tulipán",
            "Alcázar",
            "Peñarroya",
            "Guadalmar",
            "Iñíguez",
            "Sotogrande",
            "Valdeolmos",
            "Cañaveral",
            "Montserrate",
        ],
        second: &[
            "Norte",
            "Seguros",
            "Logística",
            "Bodegas",
            "Farmacia",
            "Energía",
            "Textil",
            "Transportes",
            "Harinera",
        ],
        forms: &["S.L.", "S.A.", "S.A. de C.V.", "SLU", "S. de R.L. de C.V."],
        about: &[
            "Igual que {} la semana pasada",
            "Llamada de {} recibida",
            "ajustes copiados de {}",
            "ver {}, cerrado",
        ],
        innocent: &[
            "El cliente pide restablecer {}",
            "Comprobado {} sin novedad",
            "Revisar {} antes del viernes",
            "{} se cambió tras la llamada",
            "Sin cambios en {} hoy",
        ],
        things: &[
            "la contraseña",
            "el buzón",
            "el segundo factor",
            "el calendario",
            "la dirección de facturación",
            "la plantilla",
            "el teléfono",
            "la nómina",
            "el seguro",
            "la energía",
            "el certificado",
            "la lista de vacaciones",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "Ferretti",
            "Valdarno",
            "Montecorvo",
            "Civitella",
            "Sanpietrina",
            "Lagorai",
            "Brembana",
            "Torrechiara",
        ],
        second: &[
            "Officine",
            "Assicurazioni",
            "Logistica",
            "Vini",
            "Farmacia",
            "Energia",
            "Tessile",
            "Trasporti",
            "Pastificio",
        ],
        forms: &["S.p.A.", "S.r.l.", "Srl", "SpA", "S.n.c."],
        about: &[
            "Come per {} la settimana scorsa",
            "Chiamata da {}",
            "impostazioni copiate da {}",
            "vedi {}, chiuso",
        ],
        innocent: &[
            "Il cliente chiede di reimpostare {}",
            "Verificato {} senza anomalie",
            "Controllare {} entro venerdì",
            "{} modificato dopo la chiamata",
            "Nessuna modifica a {} oggi",
        ],
        things: &[
            "la password",
            "la casella",
            "il secondo fattore",
            "il calendario",
            "l'indirizzo di fatturazione",
            "il modello",
            "il telefono",
            "la busta paga",
            "l'assicurazione",
            "il certificato",
            "le ferie",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "Fjordlys",
            "Ødegård",
            "Kuusamo",
            "Åkerström",
            "Bjørnholt",
            "Hälsinge",
            "Sæbygård",
            "Lappeen",
            "Västerdal",
            "Nygård",
        ],
        second: &[
            "Forsikring",
            "Logistikk",
            "Puu",
            "Bryggeri",
            "Apotek",
            "Energi",
            "Möbler",
            "Rederi",
            "Träteknik",
        ],
        forms: &["A/S", "AS", "AB", "Oy", "ApS", "ASA", "Oyj", "AB (publ)"],
        about: &[
            "Samma som {} förra veckan",
            "Telefon från {}",
            "innstillinger kopiert fra {}",
            "se {}, lukket",
        ],
        innocent: &[
            "Kunden ber om återställning av {}",
            "Kontrollerat {} utan anmärkning",
            "Vennligst sjekk {} før fredag",
            "{} ble endret etter telefon",
            "Ingen ændring af {} i dag",
        ],
        things: &[
            "lösenord",
            "postlåda",
            "andra faktorn",
            "kalender",
            "fakturaadress",
            "mall",
            "telefonnummer",
            "lönebesked",
            "forsikring",
            "apotek",
            "sertifikat",
            "semesterlista",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "Zelenka",
            "Wiśniowa",
            "Škrabal",
            "Łużycka",
            "Ромашково",
            "Гринфилд",
            "Březovský",
            "Кедрград",
            "Żurawia",
        ],
        second: &[
            "Doprava",
            "Ubezpieczenia",
            "Pivovar",
            "Fabryka",
            "Логистик",
            "Страхование",
            "Lékárna",
            "Energia",
            "Strojírny",
        ],
        forms: &["s.r.o.", "Sp. z o.o.", "a.s.", "ООО", "S.A.", "d.o.o.", "spol. s r.o."],
        about: &[
            "Tak samo jak {} w zeszłym tygodniu",
            "Telefon z {}",
            "nastavení z {}",
            "см. {}, закрыто",
        ],
        innocent: &[
            "Klient prosi o reset: {}",
            "Sprawdzono {} bez uwag",
            "Zkontrolujte {} do pátku",
            "{} změněno po telefonu",
            "Клиент просит сбросить {}",
            "Без изменений: {}",
        ],
        things: &[
            "hasło",
            "skrzynka pocztowa",
            "drugi składnik",
            "kalendář",
            "fakturační adresa",
            "szablon",
            "telefon",
            "výplata",
            "пароль",
            "почтовый ящик",
            "сертификат",
            "doprava",
            "pojištění",
        ],
        spaceless: false,
    },
    Language {
        first: &[
            "霧ヶ丘",
            "白鷺川",
            "青葉台",
            "紅葉谷",
            "鶴見坂",
            "三日月浜",
            "花菱",
            "雪見沢",
            "竜胆",
            "朝凪",
        ],
        second: &["灯台", "製菓", "物流", "醸造", "薬品", "精機", "紡績", "海運", "木工"],
        forms: &["株式会社", "有限会社", "合同会社", "（株）"],
        about: &[
            "先週の{}と同じ件です",
            "{}様から電話あり",
            "{}の設定を複写した",
            "{}参照、完了",
        ],
        innocent: &[
            "顧客の依頼により{}を再設定した",
            "{}を確認、異常なし",
            "金曜日までに{}を確認してください",
            "電話で確認後に{}を変更",
            "本日{}の変更なし",
        ],
        things: &[
            "パスワード",
            "メールボックス",
            "二要素認証",
            "共有カレンダー",
            "請求先住所",
            "ひな形",
            "電話番号",
            "給与明細",
            "物流の一覧",
            "灯台の写真",
            "証明書",
            "休暇一覧",
        ],
        spaceless: true,
    },
];

const NAMES: usize = 2_000;
const SENTENCES: usize = 10_000;

/// Numbers that are the same on every machine (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % end as u64).expect("less than the end")
    }

    fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }
}

/// The ways in which people write a core of two words.
const WRITINGS: usize = 16;

fn typed(core: &str, form: &str, spaceless: bool, writing: usize) -> String {
    let words: Vec<&str> = core.split(' ').collect();
    let joined = |sign: &str| words.join(sign);
    let transcribe = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                'ä' => out.push_str("ae"),
                'ö' | 'ø' => out.push_str("oe"),
                'ü' => out.push_str("ue"),
                'ß' => out.push_str("ss"),
                c => out.push(c),
            }
        }
        out
    };
    match writing {
        1 => core.to_lowercase(),
        2 => core.to_uppercase(),
        3 => joined("-").to_lowercase(),
        4 => joined("_"),
        5 => joined(""),
        6 => joined("").to_lowercase(),
        7 => format!("{core}'s"),
        8 => format!("{core} Prod"),
        9 => format!("https://{}.example/x", joined("-").to_lowercase()),
        10 => joined("\n"),
        11 => joined(" <b>") + "</b>",
        12 if !spaceless => transcribe(core),
        13 if !spaceless => core.replacen('o', "о", 1).replacen('e', "е", 1),
        14 => format!("{core} {}", form.trim_start_matches([',', ' '])),
        15 => joined("\u{200b} "),
        _ => core.to_owned(),
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn spellings_are_found_and_innocent_sentences_are_not() {
    let mut numbers = Numbers(21);
    let mut names: Vec<(usize, String, &str)> = Vec::new();
    let mut gathered = FamilyBuilder::new(4);
    for at in 0..NAMES {
        let language = at % LANGUAGES.len();
        let words = &LANGUAGES[language];
        let (first, second, form) = (
            numbers.of(words.first),
            numbers.of(words.second),
            numbers.of(words.forms),
        );
        let (core, name) = if words.spaceless {
            let core = format!("{first}{second}");
            let name = if numbers.below(2) == 0 {
                format!("{form}{core}")
            } else {
                format!("{core}{form}")
            };
            (core, name)
        } else {
            (format!("{first} {second}"), format!("{first} {second} {form}"))
        };
        gathered.add(&name, Owner::Tenant(at), Kind::Name);
        names.push((language, core, form));
    }
    let mut patterns = Vec::new();
    let families = Families::new(gathered, &mut patterns);
    let masked = |text: &str| {
        let mut ranges = Vec::new();
        families.each(text, |place| {
            if !patterns[place.name].doubtful {
                ranges.push(place.whole);
            }
        });
        ranges
    };
    let mut missed = Vec::new();
    for at in 0..SENTENCES {
        let (language, core, form) = &names[numbers.below(names.len())];
        let words = &LANGUAGES[*language];
        let typed = typed(core, form, words.spaceless, at % WRITINGS);
        let text = numbers.of(words.about).replace("{}", &typed);
        if masked(&text).is_empty() {
            missed.push(text);
        }
    }
    let mut innocent = Vec::new();
    for at in 0..SENTENCES {
        let words = &LANGUAGES[at % LANGUAGES.len()];
        let text = numbers.of(words.innocent).replace("{}", numbers.of(words.things));
        if !masked(&text).is_empty() {
            innocent.push(text);
        }
    }
    let part = |of: &Vec<String>| of.len() as f64 / SENTENCES as f64;
    let figures = format!(
        "{:.2} % of {SENTENCES} sentences with a name missed, {:.3} % of as many innocent ones masked",
        100.0 * part(&missed),
        100.0 * part(&innocent)
    );
    missed.truncate(20);
    innocent.truncate(20);
    assert!(
        part(&missed) <= 0.01 && part(&innocent) <= 0.001,
        "{figures}\n{missed:#?}\n{innocent:#?}"
    );
    let recall = format!("{:.2} % of 10,000 sentences", 100.0 - 100.0 * part(&missed));
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/threat-model.md");
    let page = std::fs::read_to_string(page).expect("a page");
    assert!(page.contains(&recall), "the page does not state `{recall}`");
    assert!(
        innocent.is_empty() && page.contains("and none of as many innocent ones"),
        "{figures}"
    );
}
